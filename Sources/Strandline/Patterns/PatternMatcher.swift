/// A row that a match has taken: for which element, and the number of the row among those of its key.
struct TakenRow: Sendable, Hashable {
  var element: Int
  var row: Int64
}

/// A sequence that was found.
struct FoundMatch: Sendable, Hashable {
  var taken: [TakenRow]
  /// When it was complete: the time of its last row, or the last moment in which nothing must follow.
  var time: Int64

  /// The order of matches that are complete at one moment: by their first row, then by the rows that they take.
  static func isBefore(_ left: FoundMatch, _ right: FoundMatch) -> Bool {
    for (a, b) in zip(left.taken, right.taken) where a.row != b.row { return a.row < b.row }
    if left.taken.count != right.taken.count { return left.taken.count < right.taken.count }
    for (a, b) in zip(left.taken, right.taken) where a.element != b.element { return a.element < b.element }
    return false
  }
}

/// Looks for a pattern among the rows of a key: a nondeterministic automaton whose states are the beginnings of sequences.
///
/// After Agrawal, Diao, Gyllstrom, Immerman: Efficient Pattern Matching over Event Streams (SIGMOD 2008). Each beginning says which
/// elements may go on from it; a row that could go on and doesn't closes those that must not pass it over.
struct PatternMatcher: Sendable {
  private typealias Element = PatternPlan.Element

  /// The elements that take rows; the numbers are those of the pattern.
  private let elements: [Element]
  private let within: Int64?
  private let skip: MatchSkip
  /// The elements that may come next behind each: itself, those behind it up to the first that is not optional.
  private let targets: [[Int]]
  /// Whether a sequence may end with each element.
  private let canEnd: [Bool]
  /// What comes first.
  private let first: [Int]
  /// Whether something must not follow at the end.
  let waitsForEnd: Bool
  private let end: UInt64

  init(_ plan: PatternPlan) {
    elements = plan.elements
    within = plan.within
    skip = plan.skip
    waitsForEnd = plan.elements.last?.isNegated ?? false
    end = 1 << UInt64(plan.elements.count)
    var targets: [[Int]] = []
    var canEnd: [Bool] = []
    for index in plan.elements.indices {
      let (found, reachesEnd) = Self.reachable(from: index + 1, plan.elements)
      targets.append(found)
      canEnd.append(reachesEnd)
    }
    self.targets = targets
    self.canEnd = canEnd
    first = Self.reachable(from: 0, plan.elements).targets
  }

  private static func reachable(from start: Int, _ elements: [Element]) -> (targets: [Int], reachesEnd: Bool) {
    var targets: [Int] = []
    for index in start..<elements.count where !elements[index].isNegated {
      targets.append(index)
      if !elements[index].isOptional { return (targets, false) }
    }
    return (targets, true)
  }

  /// Takes the next row of a key.
  ///
  /// - Parameters:
  ///   - row: its number, which is one more than that of the row before.
  ///   - mask: a bit for each element whose condition it fulfils.
  func take(
    _ row: Int64, time: Int64, mask: UInt64, _ partial: inout Beginnings, _ found: inout [FoundMatch]
  ) {
    expire(through: time, &partial, &found)
    var next: [PartialMatch] = []
    var complete: [FoundMatch] = []
    func add(_ element: Int, to match: PartialMatch?) {
      var longer = partial.adding(TakenRow(element: element, row: row), to: match, time: time)
      let (open, isComplete) = continuations(of: longer)
      if isComplete && !waitsForEnd { complete.append(FoundMatch(taken: partial.taken(longer), time: time)) }
      longer.open = open
      if open != 0 { next.append(longer) }
    }
    for match in partial.matches {
      for element in candidates(of: match, row: row, mask: mask) { add(element, to: match) }
      let open = passing(match, row: row, mask: mask)
      if open != 0 {
        var passed = match
        passed.open = open
        next.append(passed)
      }
    }
    for element in first where mask >> UInt64(element) & 1 != 0 { add(element, to: nil) }
    partial.matches = next
    give(complete, &partial, &found)
    partial.compactIfGrown()
  }

  /// Ends the beginnings whose time is over: those that nothing has followed become matches.
  func expire(through time: Int64, _ partial: inout Beginnings, _ found: inout [FoundMatch]) {
    guard let within else { return }
    var complete: [FoundMatch] = []
    if waitsForEnd {
      for match in partial.matches where match.start &+ within <= time && match.open & end != 0 {
        complete.append(FoundMatch(taken: partial.taken(match), time: match.start &+ within &- 1))
      }
    }
    if partial.matches.contains(where: { $0.start &+ within <= time }) {
      partial.matches.removeAll { $0.start &+ within <= time }
    }
    give(complete, &partial, &found)
  }

  /// Ends all beginnings: the input has ended.
  func finish(_ partial: inout Beginnings, _ found: inout [FoundMatch]) {
    expire(through: .max, &partial, &found)
    partial = Beginnings()
  }

  /// How a beginning may go on, and whether it is a whole sequence.
  private func continuations(of match: PartialMatch) -> (open: UInt64, isComplete: Bool) {
    let (last, count) = (match.last.element, match.count)
    var open: UInt64 = 0
    if count < elements[last].times.upperBound { open |= 1 << UInt64(last) }
    guard count >= elements[last].times.lowerBound else { return (open, false) }
    for target in targets[last] { open |= 1 << UInt64(target) }
    if canEnd[last] && waitsForEnd { open |= end }
    return (open, canEnd[last])
  }

  /// Whether a greedy element would have taken a row.
  private func isTakenGreedily(_ match: PartialMatch, _ last: Int, isNext: Bool, mask: UInt64) -> Bool {
    elements[last].isGreedy && mask >> UInt64(last) & 1 != 0 && match.count < elements[last].times.upperBound
      && (elements[last].inner != .next || isNext)
  }

  /// The elements for which a beginning can take a row.
  private func candidates(of match: PartialMatch, row: Int64, mask: UInt64) -> [Int] {
    let last = match.last
    let isNext = last.row == row - 1
    let able = match.open & mask
    var found: [Int] = []
    func isOpen(_ element: Int, _ contiguity: Contiguity) -> Bool {
      able >> UInt64(element) & 1 != 0 && (contiguity != .next || isNext)
    }
    if isOpen(last.element, elements[last.element].inner) { found.append(last.element) }
    if isTakenGreedily(match, last.element, isNext: isNext, mask: mask) { return found }
    for target in targets[last.element] where isOpen(target, elements[target].contiguity) { found.append(target) }
    return found
  }

  /// How a beginning may go on that has passed a row over.
  private func passing(_ match: PartialMatch, row: Int64, mask: UInt64) -> UInt64 {
    let last = match.last
    let isNext = last.row == row - 1
    var open = match.open
    func close(_ element: Int, _ contiguity: Contiguity) {
      if contiguity == .next || contiguity == .followedBy && mask >> UInt64(element) & 1 != 0 {
        open &= ~(1 << UInt64(element))
      }
    }
    close(last.element, elements[last.element].inner)
    for target in targets[last.element] { close(target, elements[target].contiguity) }
    if isTakenGreedily(match, last.element, isNext: isNext, mask: mask) { open &= 1 << UInt64(last.element) }
    // What must not follow closes everything behind it.
    for index in (last.element + 1)..<max(elements.count, last.element + 1) where elements[index].isNegated {
      guard mask >> UInt64(index) & 1 != 0, elements[index].contiguity != .next || isNext else { continue }
      open &= (1 << UInt64(index)) - 1
      break
    }
    return open
  }

  /// Gives matches that are complete at one moment, in their order, as far as those before don't leave them out.
  private func give(_ complete: [FoundMatch], _ partial: inout Beginnings, _ found: inout [FoundMatch]) {
    var last: ClosedRange<Int64>?
    for match in complete.sorted(by: FoundMatch.isBefore) {
      let start = match.taken[0].row
      if let last, last.contains(start) { continue }
      found.append(match)
      let leftOut: ClosedRange<Int64>
      switch skip {
      case .none: continue
      case .toNext: leftOut = start...start
      case .pastLastRow: leftOut = start...(match.taken.last?.row ?? start)
      }
      last = leftOut
      partial.matches.removeAll { leftOut.contains($0.first) }
    }
  }
}
