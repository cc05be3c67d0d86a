/// Whether a regular expression matches somewhere, by a deterministic automaton that is made as texts ask for it.
///
/// A state is the set of steps at which the search can be. When there are too many states all are forgotten, so the time
/// stays linear and the memory bounded, whatever pattern and texts are.
struct RegexSearch {
  /// The most entries of the table of transitions.
  private static let transitionsMax = 1 << 19

  private let regex: RegularExpression
  /// For each state and class of characters the next state plus one, 0 where it is not known.
  private var next: [Int32] = []
  private var states: [State] = []
  private var numbers: [[Int32]: Int] = [:]
  private var closure: RegexClosure

  private struct State {
    /// The steps that take a character, match or wait for the end, ascending.
    var steps: [Int32]
    var isMatch: Bool
    var isMatchAtEnd: Bool
  }

  init(_ regex: RegularExpression) {
    self.regex = regex
    closure = RegexClosure(regex)
    makeFirst()
  }

  mutating func matches(_ text: Span<UInt8>) -> Bool {
    var state = 0
    var position = 0
    while position < text.count {
      if states[state].isMatch { return true }
      if state != 0 && states[state].steps.isEmpty && closure.isAnchored { return false }
      let character = regex.alphabet.number(text, at: position)
      position += Characters.width(text[position])
      let known = next[state * regex.alphabet.count + character]
      state = known != 0 ? Int(known) - 1 : advance(state, character)
    }
    return states[state].isMatch || states[state].isMatchAtEnd
  }

  /// The state at the beginning of a text, which differs from all others: assertions of it hold.
  private mutating func makeFirst() {
    let steps = closure.steps(from: [0], isStart: true)
    states = [state(steps, isStart: true)]
    next = [Int32](repeating: 0, count: regex.alphabet.count)
  }

  private mutating func advance(_ state: Int, _ character: Int) -> Int {
    var targets: [Int32] = []
    for step in states[state].steps {
      if case .set(let set) = regex.steps[Int(step)], regex.alphabet.takes(character, set: set) {
        targets.append(step + 1)
      }
    }
    // The search may begin at every position.
    targets.append(0)
    let steps = closure.steps(from: targets, isStart: false)
    if let number = numbers[steps] {
      next[state * regex.alphabet.count + character] = Int32(number + 1)
      return number
    }
    if states.count > max(16, Self.transitionsMax / regex.alphabet.count) {
      numbers.removeAll()
      makeFirst()
    } else {
      next[state * regex.alphabet.count + character] = Int32(states.count + 1)
    }
    numbers[steps] = states.count
    states.append(self.state(steps, isStart: false))
    next.append(contentsOf: repeatElement(0, count: regex.alphabet.count))
    return states.count - 1
  }

  private mutating func state(_ steps: [Int32], isStart: Bool) -> State {
    let atEnd = closure.steps(from: steps, isStart: isStart, isEnd: true)
    return State(steps: steps, isMatch: closure.hasMatch(steps), isMatchAtEnd: closure.hasMatch(atEnd))
  }
}

/// Follows the steps of an automaton that take no character.
struct RegexClosure {
  private let regex: RegularExpression
  private var isSeen: [Bool]
  private var stack: [Int32] = []
  /// Whether a match can only begin at the beginning of the text.
  private(set) var isAnchored = false

  init(_ regex: RegularExpression) {
    self.regex = regex
    isSeen = [Bool](repeating: false, count: regex.steps.count)
    isAnchored = steps(from: [0], isStart: false).isEmpty
  }

  /// The steps reached that take a character, match, or (unless it is the end) wait for the end, ascending.
  mutating func steps(from starts: [Int32], isStart: Bool, isEnd: Bool = false) -> [Int32] {
    for index in isSeen.indices { isSeen[index] = false }
    var found: [Int32] = []
    stack.append(contentsOf: starts)
    while let step = stack.popLast() {
      if isSeen[Int(step)] { continue }
      isSeen[Int(step)] = true
      switch regex.steps[Int(step)] {
      case .set, .match:
        found.append(step)
      case .split(let one, let other):
        stack.append(Int32(one))
        stack.append(Int32(other))
      case .jump(let target):
        stack.append(Int32(target))
      case .save:
        stack.append(step + 1)
      case .assert(.start):
        if isStart { stack.append(step + 1) }
      case .assert(.end):
        if isEnd { stack.append(step + 1) } else { found.append(step) }
      case .assert:
        // A pattern that looks at words is not searched like this.
        break
      }
    }
    return found.sorted()
  }

  func hasMatch(_ steps: [Int32]) -> Bool {
    steps.contains { step in
      if case .match = regex.steps[Int(step)] { true } else { false }
    }
  }
}
