public import StrandlineColumns
import StrandlineState

/// What may lie between a row of a match and the one before it.
public enum Contiguity: String, Sendable, Hashable, CaseIterable {
  /// Nothing: the row is the next one of its key.
  case next
  /// Rows that don't fulfil the row's condition: the row is the next one that does.
  case followedBy = "followed by"
  /// Any rows: every row that fulfils the condition makes a match of its own.
  case followedByAny = "followed by any"
}

/// Which matches are left out after one was found.
public enum MatchSkip: String, Sendable, Hashable, CaseIterable {
  /// None.
  case none
  /// Those that begin with the same row.
  case toNext = "to next"
  /// Those that begin with one of its rows, or with any between its first and its last.
  case pastLastRow = "past last row"
}

/// A sequence of rows of one key that is looked for.
public struct PatternPlan: Sendable {
  /// A part of a sequence: rows that fulfil a condition, or a condition that none may fulfil.
  public struct Element: Sendable, Hashable {
    /// The name.
    public var name: String
    /// What each of its rows fulfils.
    public var condition: Expression
    /// What may lie in front of its first row.
    public var contiguity: Contiguity
    /// Whether there must be no such row.
    public var isNegated = false
    /// How many rows it takes; `Int.max` for any number.
    public var times = 1...1
    /// Whether it may have no row at all.
    public var isOptional = false
    /// Whether it takes as many rows as it can.
    public var isGreedy = false
    /// What may lie between its rows.
    public var inner = Contiguity.followedBy
  }

  /// The elements, in order.
  public var elements: [Element] = []
  /// The time from the first to the last row is shorter than this, in microseconds; nil for any.
  public var within: Int64?
  /// Which matches are left out.
  public var skip = MatchSkip.none
  /// The columns of the result.
  public var output = Schema([])
  /// What makes a row of a match; nil in a plan that was read back.
  var logic: (any MatchLogic)?

  /// A pattern without elements.
  public init() {}

  var lines: [String] {
    var lines = elements.map { element in
      var parts = [element.isNegated ? "not \(element.contiguity.rawValue)" : element.contiguity.rawValue]
      if element.times != 1...1 {
        let upper = element.times.upperBound == .max ? "any" : "\(element.times.upperBound)"
        parts.append("\(element.times.lowerBound) to \(upper) times \(element.inner.rawValue)")
      }
      if element.isOptional { parts.append("optional") }
      if element.isGreedy { parts.append("greedy") }
      return "element \(StreamPlan.name(element.name)): \(parts.joined(separator: ", ")): \(element.condition)"
    }
    if let within { lines.append("within: \(within) us") }
    lines.append("skip: \(skip.rawValue)")
    return lines + output.fields.map { "result \(StreamPlan.name($0.name)) \(StateSchema.type($0))" }
  }

  /// Whether it can be looked for.
  ///
  /// - Throws: `StreamError` `.plan` that says what is wrong with which element.
  func check() throws(StreamError) {
    func refuse(_ element: Element, _ reason: String) -> StreamError {
      StreamError(.plan, "the element '\(element.name)' of the pattern \(reason)")
    }
    guard let first = elements.first, let last = elements.last else {
      throw StreamError(.plan, "the pattern has no element")
    }
    guard elements.count <= 60 else { throw StreamError(.plan, "the pattern has more than 60 elements") }
    guard Set(elements.map(\.name)).count == elements.count else {
      throw StreamError(.plan, "two elements of the pattern have one name")
    }
    if first.isNegated { throw refuse(first, "can't be first: there is nothing yet that it must not follow") }
    if elements.allSatisfy({ $0.isOptional || $0.isNegated }) {
      throw StreamError(.plan, "the pattern needs an element that is not optional")
    }
    if last.isNegated && (within == nil || last.contiguity == .next) {
      throw refuse(last, "says what must not follow at the end: that needs notFollowedBy and within(_:)")
    }
    if let within, within <= 0 || within > Window.maximumLength {
      throw StreamError(.plan, "the time that the pattern may take is not positive, or longer than 2^60 us")
    }
    for (index, element) in elements.enumerated() {
      guard element.times.lowerBound >= 1 else {
        throw refuse(element, "must take a row: say optional() if it need not")
      }
      let behind = elements[(index + 1)...]
      let isLast = !behind.contains { !$0.isOptional && !$0.isNegated }
      if element.isGreedy && isLast {
        throw refuse(element, "is greedy, and nothing behind it must come that would end it")
      }
      if element.isNegated {
        if element.isOptional || element.isGreedy || element.times != 1...1 {
          throw refuse(element, "must not come, so it can't be optional, greedy or repeated")
        }
        if elements[..<index].allSatisfy({ $0.isOptional || $0.isNegated }) {
          throw refuse(
            element, "has only optional elements in front of it: there may be nothing that it must not follow")
        }
        if isLast && behind.contains(where: { !$0.isNegated }) {
          throw refuse(element, "has only optional elements behind it")
        }
      }
    }
  }
}
