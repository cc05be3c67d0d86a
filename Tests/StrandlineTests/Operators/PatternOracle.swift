import Strandline
import StrandlineColumns

/// A row of the tests of patterns.
@Record struct Tick: Equatable {
  var user: String
  var at: Timestamp
  var kind: Int64
  var id: Int64
}

/// A match as text: the elements and the numbers of their rows.
@Record struct FoundTicks: Equatable {
  var user: String
  var rows: String
}

/// A pattern whose conditions are sets of kinds, as a value that an oracle can read and a plan be made of.
struct TickPattern: CustomStringConvertible {
  struct Element: CustomStringConvertible {
    var kinds: [Int64]
    var contiguity = Contiguity.followedBy
    var isNegated = false
    var times = 1...1
    var inner = Contiguity.followedBy
    var isOptional = false
    var isGreedy = false

    var description: String {
      "\(isNegated ? "not " : "")\(contiguity.rawValue) \(kinds) \(times.lowerBound)-\(times.upperBound) \(inner.rawValue)"
        + "\(isOptional ? " optional" : "")\(isGreedy ? " greedy" : "")"
    }
  }

  var elements: [Element]
  var within: Int64?
  var skip = MatchSkip.none

  var description: String { "\(elements) within \(within.map { "\($0)" } ?? "any") skip \(skip)" }

  /// The pattern in the library's words.
  var pattern: Pattern<Tick> {
    var pattern = Pattern<Tick>.begin("e0") { condition(elements[0])($0) }
    for (index, element) in elements.enumerated() {
      let condition = condition(element)
      if index > 0 {
        switch (element.contiguity, element.isNegated) {
        case (.next, false): pattern = pattern.next("e\(index)", condition)
        case (.followedBy, false): pattern = pattern.followedBy("e\(index)", condition)
        case (.followedByAny, false): pattern = pattern.followedByAny("e\(index)", condition)
        case (.next, true): pattern = pattern.notNext("e\(index)", condition)
        default: pattern = pattern.notFollowedBy("e\(index)", condition)
        }
      }
      if element.times != 1...1 { pattern = pattern.times(element.times) }
      if element.times == 1...Int.max { pattern = pattern.oneOrMore() }
      if element.inner == .next { pattern = pattern.consecutive() }
      if element.inner == .followedByAny { pattern = pattern.allowingCombinations() }
      if element.isOptional { pattern = pattern.optional() }
      if element.isGreedy { pattern = pattern.greedy() }
    }
    return within.map { pattern.within(.seconds($0)) } ?? pattern
  }

  private func condition(_ element: Element) -> (Tick.Columns) -> Expr<Bool> {
    { row in element.kinds.dropFirst().reduce(row.kind == element.kinds[0]) { $0 || row.kind == $1 } }
  }

  /// Every match among the rows of a key, which are in order: found by trying all sequences of rows against the rules.
  func matches(_ rows: [Tick]) -> [(time: Int64, taken: [(element: Int, row: Int)])] {
    typealias Taken = [(element: Int, row: Int)]
    let times = rows.map { $0.at.microseconds / 1_000_000 }
    func fits(_ element: Int, _ row: Int) -> Bool { elements[element].kinds.contains(rows[row].kind) }
    func mayPass(_ from: Int, _ to: Int, _ contiguity: Contiguity, _ element: Int) -> Bool {
      switch contiguity {
      case .next: to == from + 1
      case .followedBy: !(from + 1..<to).contains { fits(element, $0) }
      case .followedByAny: true
      }
    }
    func isOver(_ from: Int, _ to: Int, behind element: Int, before next: Int) -> Bool {
      for index in element + 1..<next where elements[index].isNegated {
        let last = elements[index].contiguity == .next ? min(from + 2, to) : to
        if (from + 1..<max(last, from + 1)).contains(where: { fits(index, $0) }) { return true }
      }
      return false
    }
    func canGo(_ taken: Taken, _ element: Int, _ row: Int) -> Bool {
      guard fits(element, row), let last = taken.last else { return false }
      if let within, times[row] - times[taken[0].row] >= within { return false }
      let count = taken.count { $0.element == last.element }
      let from = elements[last.element]
      if element == last.element {
        return count < from.times.upperBound && mayPass(last.row, row, from.inner, element)
      }
      guard element > last.element, !elements[element].isNegated, count >= from.times.lowerBound else { return false }
      for between in elements[last.element + 1..<element] where !between.isNegated && !between.isOptional {
        return false
      }
      if from.isGreedy && count < from.times.upperBound {
        let reach = from.inner == .next ? last.row + 1...last.row + 1 : last.row + 1...row
        if reach.contains(where: { fits(last.element, $0) }) { return false }
      }
      return mayPass(last.row, row, elements[element].contiguity, element)
        && !isOver(last.row, row, behind: last.element, before: element)
    }
    let waits = elements.last?.isNegated ?? false
    var all: [(time: Int64, order: Int, taken: Taken)] = []
    func explore(_ taken: Taken) {
      guard let last = taken.last else { return }
      let count = taken.count { $0.element == last.element }
      let rest = elements[(last.element + 1)...]
      if count >= elements[last.element].times.lowerBound, rest.allSatisfy({ $0.isNegated || $0.isOptional }) {
        if waits, let within {
          let end = times[taken[0].row] + within
          let behind = times.firstIndex { $0 >= end } ?? rows.count
          if !isOver(last.row, max(behind, last.row + 1), behind: last.element, before: elements.count) {
            all.append((end, 0, taken))
          }
        } else {
          all.append((times[last.row], last.row, taken))
        }
      }
      for row in last.row + 1..<max(rows.count, last.row + 1) {
        for element in elements.indices where canGo(taken, element, row) { explore(taken + [(element, row)]) }
      }
    }
    for row in rows.indices {
      for element in elements.indices {
        if !elements[element].isNegated && fits(element, row) { explore([(element, row)]) }
        if !elements[element].isOptional { break }
      }
    }
    all.sort { a, b in
      if a.time != b.time { return a.time < b.time }
      if a.order != b.order { return a.order < b.order }
      let (left, right) = (a.taken.map(\.row), b.taken.map(\.row))
      return left == right
        ? a.taken.map(\.element).lexicographicallyPrecedes(b.taken.map(\.element))
        : left.lexicographicallyPrecedes(right)
    }
    var kept: [(time: Int64, taken: Taken)] = []
    for match in all {
      let start = match.taken[0].row
      let isLeftOut = kept.contains { before in
        switch skip {
        case .none: false
        case .toNext: before.taken[0].row == start
        case .pastLastRow: (before.taken[0].row...(before.taken.last?.row ?? 0)).contains(start)
        }
      }
      if !isLeftOut { kept.append((match.time, match.taken)) }
    }
    return kept
  }

  /// The matches of all keys as the stream gives them.
  func expected(_ rows: [Tick]) -> [FoundTicks] {
    var all: [(time: Int64, user: String, rows: String)] = []
    for user in Set(rows.map(\.user)).sorted() {
      let own = rows.filter { $0.user == user }
      for match in matches(own) {
        all.append((match.time, user, match.taken.map { "e\($0.element):\(own[$0.row].id)" }.joined(separator: " ")))
      }
    }
    let order = all.indices.sorted { (all[$0].time, all[$0].user, $0) < (all[$1].time, all[$1].user, $1) }
    return order.map { FoundTicks(user: all[$0].user, rows: all[$0].rows) }
  }
}
