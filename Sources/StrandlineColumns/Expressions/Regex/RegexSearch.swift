/// Whether a regular expression matches somewhere, by a deterministic automaton that is made as texts ask for it.
///
/// A state is the set of steps at which the search can be. When there are too many states, or they are of too many steps, all are
/// forgotten, so the time stays linear and the memory bounded, whatever pattern and texts are. Where nearly every character asks
/// for a new state, making them is of no use: threads that keep nothing (`RegexMatcher`) go on instead.
struct RegexSearch {
  /// The most entries of the table of transitions.
  private static let transitionsMax = 1 << 19
  /// The most steps of all states together, but that a few states are always kept.
  private static let stepsMax = 1 << 18
  /// How many characters a state must have served for when all are forgotten, on the average.
  private static let usesMin = 8
  /// How often all states may be forgotten before they had served for that many.
  private static let wastesMax = 3

  private let regex: RegularExpression
  /// For each state and class of characters the next state plus one, 0 where it is not known.
  private var next: [Int32] = []
  private var states: [State] = []
  private var numbers: [[Int32]: Int] = [:]
  private var closure: RegexClosure
  /// The steps of all states.
  private(set) var stepCount = 0
  /// The characters of texts that were searched since the states were last forgotten, but for those of the present one.
  private var characters = 0
  /// How often states were forgotten that had served for too few characters.
  private var wastes = 0
  /// What searches when states are of no use.
  private(set) var matcher: RegexMatcher?

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
    if matcher != nil { return matcher?.firstMatch(text) != nil }
    var state = 0
    var position = 0
    var start = 0
    while position < text.count {
      if states[state].isMatch { break }
      if state != 0 && states[state].steps.isEmpty && closure.isAnchored { break }
      let character = regex.alphabet.number(text, at: position)
      position += Characters.width(text[position])
      let known = next[state * regex.alphabet.count + character]
      if known != 0 {
        state = Int(known) - 1
        continue
      }
      if isFull {
        characters += position - start
        start = position
        state = forget(state)
        if matcher != nil { return matcher?.firstMatch(text) != nil }
      }
      state = advance(state, character)
    }
    characters += position - start
    return states[state].isMatch || position == text.count && states[state].isMatchAtEnd
  }

  /// The state at the beginning of a text, which differs from all others: assertions of it hold.
  private mutating func makeFirst() {
    let steps = closure.steps(from: [0], isStart: true)
    stepCount = steps.count
    states = [state(steps, isStart: true)]
    next = [Int32](repeating: 0, count: regex.alphabet.count)
  }

  private var isFull: Bool {
    states.count > 16 && (states.count > Self.transitionsMax / regex.alphabet.count || stepCount > Self.stepsMax)
  }

  /// Forgets all states but one, whose new number it returns.
  private mutating func forget(_ state: Int) -> Int {
    if characters < states.count * Self.usesMin { wastes += 1 }
    characters = 0
    if wastes > Self.wastesMax { matcher = RegexMatcher(regex, group: 0) }
    let kept = states[state]
    numbers.removeAll()
    makeFirst()
    return state == 0 ? 0 : add(kept)
  }

  private mutating func add(_ state: State) -> Int {
    stepCount += state.steps.count
    numbers[state.steps] = states.count
    states.append(state)
    next.append(contentsOf: repeatElement(0, count: regex.alphabet.count))
    return states.count - 1
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
    next[state * regex.alphabet.count + character] = Int32(states.count + 1)
    return add(self.state(steps, isStart: false))
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
