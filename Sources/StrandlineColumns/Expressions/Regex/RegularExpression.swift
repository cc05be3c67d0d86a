/// A regular expression compiled to a nondeterministic automaton, to be run in time linear in the text.
///
/// Source: R. Cox, “Regular Expression Matching: the Virtual Machine Approach” (2009) and “Regular Expression Matching in the
/// Wild” (2010). The match is the leftmost one, and of those the one that a backtracking search would find first.
struct RegularExpression: Sendable {
  /// A step of the automaton. Positions are those in `steps`.
  enum Step: Sendable {
    /// Takes a character of that set.
    case set(Int)
    /// Goes on at both, the first one before the second.
    case split(Int, Int)
    case jump(Int)
    /// Notes the position in the text.
    case save(Int)
    case assert(RegexAssertion)
    case match
  }

  /// The most steps, which bounds the time per character.
  private static let stepsMax = 10_000

  /// The most pairs of a set and a class of characters, which bounds the memory.
  fileprivate static let tableMax = 1 << 22

  private(set) var steps: [Step] = []
  /// The number of groups.
  let groups: Int
  /// Whether it looks at the characters around a position, which the deterministic automaton doesn't.
  private(set) var hasWordBoundary = false
  private(set) var alphabet = RegexAlphabet([])
  private var sets: [ScalarSet] = []
  private var work = 0

  /// Compiles a pattern.
  ///
  /// - Throws: `ColumnsError` `.malformed` with the position in the pattern.
  init(_ pattern: String) throws(ColumnsError) {
    var parser = RegexParser(pattern)
    let node = try parser.parse()
    groups = parser.groups
    try add(.group(0, node), pattern)
    steps.append(.match)
    alphabet = RegexAlphabet(sets)
    guard sets.count * alphabet.count <= Self.tableMax else {
      throw ColumnsError(.malformed, "the pattern \(Literal.string(pattern)) has too many different characters")
    }
  }

  private mutating func add(_ node: RegexNode, _ pattern: String) throws(ColumnsError) {
    // Repeated parts may be empty and add no steps, so the work is counted, too.
    work += 1
    guard steps.count < Self.stepsMax, work < 10 * Self.stepsMax else {
      throw ColumnsError(
        .malformed, "the pattern \(Literal.string(pattern)) takes more than \(Self.stepsMax) steps; repeat less")
    }
    switch node {
    case .empty:
      break
    case .set(let set):
      let number = sets.firstIndex(of: set) ?? sets.count
      if number == sets.count { sets.append(set) }
      steps.append(.set(number))
    case .assertion(let assertion):
      if assertion == .wordBoundary || assertion == .noWordBoundary { hasWordBoundary = true }
      steps.append(.assert(assertion))
    case .sequence(let parts):
      for part in parts { try add(part, pattern) }
    case .group(let number, let inner):
      steps.append(.save(2 * number))
      try add(inner, pattern)
      steps.append(.save(2 * number + 1))
    case .alternatives(let choices):
      try addAlternatives(choices, pattern)
    case .repetition(let inner, let least, let most, let isLazy):
      // The last of those that must be there is gone through again, so that `(x+)+` isn't made of four.
      for _ in 0..<(most == nil ? max(least - 1, 0) : least) { try add(inner, pattern) }
      if let most {
        try addOptional(inner, most - least, isLazy, pattern)
      } else if least > 0 {
        let start = steps.count
        try add(inner, pattern)
        steps.append(isLazy ? .split(steps.count + 1, start) : .split(start, steps.count + 1))
      } else {
        let split = steps.count
        steps.append(.match)
        try add(inner, pattern)
        steps.append(.jump(split))
        setSplit(split, isLazy)
      }
    }
  }

  private mutating func addAlternatives(_ choices: [RegexNode], _ pattern: String) throws(ColumnsError) {
    var jumps: [Int] = []
    for (index, choice) in choices.enumerated() {
      if index == choices.count - 1 {
        try add(choice, pattern)
        continue
      }
      let split = steps.count
      steps.append(.match)
      try add(choice, pattern)
      jumps.append(steps.count)
      steps.append(.match)
      setSplit(split, false)
    }
    for jump in jumps { steps[jump] = .jump(steps.count) }
  }

  /// At most so many, each of which is tried only behind the one before.
  private mutating func addOptional(
    _ inner: RegexNode, _ count: Int, _ isLazy: Bool, _ pattern: String
  ) throws(ColumnsError) {
    var splits: [Int] = []
    for _ in 0..<count {
      splits.append(steps.count)
      steps.append(.match)
      try add(inner, pattern)
    }
    for split in splits { setSplit(split, isLazy) }
  }

  /// Makes a step one that enters what follows it or goes on behind all there is.
  private mutating func setSplit(_ split: Int, _ isLazy: Bool) {
    steps[split] = isLazy ? .split(steps.count, split + 1) : .split(split + 1, steps.count)
  }
}

/// The characters as few classes, of which every set takes all or none.
struct RegexAlphabet: Sendable {
  /// Where each class but the first begins.
  private var boundaries: [UInt32] = []
  /// The class of each ASCII character.
  private var ascii = [UInt16](repeating: 0, count: 128)
  /// For each set, whether it takes each class.
  private var takes: [Bool] = []
  private(set) var count = 1

  init(_ sets: [ScalarSet]) {
    var starts: Set<UInt32> = []
    for range in sets.lazy.flatMap(\.ranges) {
      if range.lowerBound > 0 { starts.insert(range.lowerBound) }
      if range.upperBound < ScalarSet.maximum { starts.insert(range.upperBound + 1) }
    }
    boundaries = starts.sorted()
    count = boundaries.count + 1
    // The caller refuses what would take too much memory.
    if sets.count * count > RegularExpression.tableMax { return }
    for scalar in 0..<128 { ascii[scalar] = UInt16(found(UInt32(scalar))) }
    takes = [Bool](repeating: false, count: sets.count * count)
    for (index, set) in sets.enumerated() {
      for range in set.ranges {
        for number in found(range.lowerBound)...found(range.upperBound) { takes[index * count + number] = true }
      }
    }
  }

  /// The class of the scalar at a position of valid UTF-8.
  @inline(__always)
  func number(_ text: Span<UInt8>, at position: Int) -> Int {
    let byte = text[position]
    return byte < 0x80 ? Int(ascii[Int(byte)]) : found(Characters.scalar(text, at: position))
  }

  @inline(__always)
  func takes(_ number: Int, set: Int) -> Bool { takes[set * count + number] }

  private func found(_ scalar: UInt32) -> Int {
    var (low, high) = (0, boundaries.count)
    while low < high {
      let middle = (low + high) / 2
      if boundaries[middle] <= scalar { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
