extension Selection {
  /// The rows at those positions of the selection.
  package func picking(_ positions: Selection) -> Selection {
    switch (self, positions) {
    case (_, .all): self
    case (.all, .rows): positions
    case (.rows(let rows), .rows(let positions)): .rows(rows.gathered(positions))
    }
  }

  /// The positions of the numbers that are not negative.
  package init(ofNatural numbers: [Int32]) {
    let numbers = numbers.span
    self = ComparisonKernels.keep(.all(numbers.count)) { numbers[$0] >= 0 }
  }

  /// The rows of the selection that are not among those, which all are in it. Linear.
  package func subtracting(_ other: Selection) -> Selection {
    guard case .rows(var taken) = other else { return .rows([]) }
    if taken.isEmpty { return self }
    let left = count - taken.count
    // A row that is none ends the list, and there is room for one that is written and not kept.
    taken.append(-1)
    var rest = [Int32](repeating: 0, count: left + 1)
    switch self {
    case .all(let count): Self.subtract(taken, count, into: &rest) { Int32(truncatingIfNeeded: $0) }
    case .rows(let rows): Self.subtract(taken, rows.count, into: &rest) { rows[$0] }
    }
    rest.removeLast()
    return .rows(rest)
  }

  @inline(__always)
  private static func subtract(_ taken: [Int32], _ count: Int, into rest: inout [Int32], _ row: (Int) -> Int32) {
    var (next, kept) = (0, 0)
    for position in 0..<count {
      let row = row(position)
      let isTaken = taken[next] == row ? 1 : 0
      rest[kept] = row
      kept += 1 - isTaken
      next += isTaken
    }
  }

  /// The rows of either selection, which have none in common. Linear.
  func merging(_ other: Selection) -> Selection {
    guard case .rows(let one) = self, case .rows(let two) = other, !one.isEmpty, !two.isEmpty else {
      // All rows of the batch leave none for the other.
      return count == 0 ? other : self
    }
    var merged = [Int32](repeating: 0, count: one.count + two.count)
    var (first, second) = (0, 0)
    while first < one.count && second < two.count {
      let (left, right) = (one[first], two[second])
      merged[first + second] = min(left, right)
      let isLeft = left < right ? 1 : 0
      first += isLeft
      second += 1 - isLeft
    }
    while first < one.count {
      merged[first + second] = one[first]
      first += 1
    }
    while second < two.count {
      merged[first + second] = two[second]
      second += 1
    }
    return .rows(merged)
  }
}

extension Selection {
  /// Where those rows, which all are in the selection, stand in it. Linear.
  func positions(of rows: Selection) -> [Int32] {
    switch (self, rows) {
    case (_, .all(let count)):
      return (0..<Int32(count)).map { $0 }
    case (.all, .rows(let rows)):
      return rows
    case (.rows(let all), .rows(let rows)):
      if rows.count == all.count { return (0..<Int32(rows.count)).map { $0 } }
      var position = 0
      return rows.map { row in
        while all[position] != row { position += 1 }
        position += 1
        return Int32(position - 1)
      }
    }
  }
}
