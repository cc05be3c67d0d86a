/// Finds the first match of a regular expression and what one of its groups holds.
///
/// Threads run through the text side by side, one per step of the automaton at most, in the order in which a backtracking
/// search would try them (R. Pike; see `RegularExpression`). Time is the text's length times the number of steps.
struct RegexMatcher {
  /// A place in the automaton with what it has noted of the group.
  private struct Thread {
    var step: Int
    var start: Int
    var end: Int
  }

  private let regex: RegularExpression
  private let group: Int
  private var current: [Thread] = []
  private var following: [Thread] = []
  private var stack: [Thread] = []
  /// For each step the position in the text at which it was last reached, plus one.
  private var reached: [Int]

  init(_ regex: RegularExpression, group: Int) {
    self.regex = regex
    self.group = group
    reached = [Int](repeating: 0, count: regex.steps.count)
  }

  /// The bytes of the group at the first match; nil without a match, or where the group takes no part in it.
  mutating func firstMatch(_ text: Span<UInt8>) -> Range<Int>? {
    for index in reached.indices { reached[index] = 0 }
    current.removeAll(keepingCapacity: true)
    var match: Thread?
    var position = 0
    while true {
      if match == nil { add(Thread(step: 0, start: -1, end: -1), text, position, isNext: false) }
      if current.isEmpty && match != nil { break }
      let isAtEnd = position == text.count
      let character = isAtEnd ? 0 : regex.alphabet.number(text, at: position)
      let after = isAtEnd ? position : position + Characters.width(text[position])
      following.removeAll(keepingCapacity: true)
      threads: for thread in current {
        switch regex.steps[thread.step] {
        case .set(let set) where !isAtEnd && regex.alphabet.takes(character, set: set):
          var moved = thread
          moved.step += 1
          add(moved, text, after, isNext: true)
        case .match:
          // Threads behind this one would have been tried later.
          match = thread
          break threads
        default:
          break
        }
      }
      if isAtEnd { break }
      swap(&current, &following)
      position = after
    }
    guard let match, match.start >= 0, match.end >= match.start else { return nil }
    return match.start..<match.end
  }

  /// Adds a thread, following the steps that take no character.
  private mutating func add(_ thread: Thread, _ text: Span<UInt8>, _ position: Int, isNext: Bool) {
    stack.append(thread)
    while var thread = stack.popLast() {
      if reached[thread.step] == position + 1 { continue }
      reached[thread.step] = position + 1
      switch regex.steps[thread.step] {
      case .set, .match:
        if isNext { following.append(thread) } else { current.append(thread) }
        continue
      case .split(let first, let second):
        stack.append(Thread(step: second, start: thread.start, end: thread.end))
        thread.step = first
      case .jump(let target):
        thread.step = target
      case .save(let slot):
        if slot == 2 * group {
          thread.start = position
          thread.end = -1
        }
        if slot == 2 * group + 1 { thread.end = position }
        thread.step += 1
      case .assert(let assertion):
        guard Self.holds(assertion, text, position) else { continue }
        thread.step += 1
      }
      stack.append(thread)
    }
  }

  private static func holds(_ assertion: RegexAssertion, _ text: Span<UInt8>, _ position: Int) -> Bool {
    switch assertion {
    case .start: return position == 0
    case .end: return position == text.count
    case .wordBoundary, .noWordBoundary:
      let before = position > 0 && isWord(text[position - 1])
      let after = position < text.count && isWord(text[position])
      return (before != after) == (assertion == .wordBoundary)
    }
  }

  /// Whether it is a letter, digit or low line of ASCII.
  private static func isWord(_ byte: UInt8) -> Bool {
    ExpressionToken.continuesName(byte)
  }
}

/// Functions of regular expressions.
enum RegexKernels {
  static func matches(_ regex: RegularExpression, _ operand: Operand, _ rows: CallRows) -> Column {
    let texts = operand.texts
    if regex.hasWordBoundary {
      var matcher = RegexMatcher(regex, group: 0)
      return rows.truths { matcher.firstMatch(texts[$0]) != nil }
    }
    var search = RegexSearch(regex)
    return rows.truths { search.matches(texts[$0]) }
  }

  static func extracted(
    _ regex: RegularExpression, group: Int, _ operand: Operand, _ rows: CallRows
  ) throws(ColumnsError) -> Column {
    let texts = operand.texts
    var search = RegexSearch(regex)
    var matcher = RegexMatcher(regex, group: group)
    return try rows.texts { row, out throws(ColumnsError) in
      let text = texts[row]
      // Most texts without a match are found out faster by the search.
      guard regex.hasWordBoundary || search.matches(text), let range = matcher.firstMatch(text) else { return false }
      TextKernels.append(text, range, to: &out)
      return true
    }
  }
}
