/// A binary heap: the smallest element is at hand, adding and taking cost the logarithm of the count.
///
/// Source: J. W. J. Williams, “Algorithm 232: Heapsort”, Communications of the ACM 7 (1964).
package struct MinimumHeap<Element: Comparable & Sendable>: Sendable {
  private var elements: [Element] = []

  /// An empty heap.
  package init() {}

  /// The number of elements.
  package var count: Int { elements.count }

  /// The smallest element.
  package var minimum: Element? { elements.first }

  /// Adds an element.
  package mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if elements[parent] <= elements[child] { return }
      elements.swapAt(parent, child)
      child = parent
    }
  }

  /// Takes the smallest element.
  package mutating func popMinimum() -> Element? {
    guard let minimum = elements.first, let last = elements.popLast() else { return nil }
    if elements.isEmpty { return minimum }
    elements[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < elements.count && elements[child] < elements[least] {
        least = child
      }
      if least == parent { return minimum }
      elements.swapAt(parent, least)
      parent = least
    }
  }
}
