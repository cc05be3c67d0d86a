public import StrandlineColumns

extension SortedRows {
  /// One piece of a merge: which rows of each run are in it.
  public typealias Piece = [Range<Int>]

  /// Cuts runs into pieces that come one after the other in the order of all rows, of about so many rows each.
  ///
  /// Rows at even distances in each run are put in order, and some of these, at even distances again, are where pieces end: so a piece
  /// has at most `rows` and as many as a distance for each run. Linear in the pieces and runs, and in the logarithms of their rows.
  public static func pieces(of runs: [SortedRows], rows: Int) -> [Piece] {
    let total = runs.reduce(0) { $0 + $1.count }
    let count = max(1, (total + rows - 1) / rows)
    if count == 1 { return [runs.map { 0..<$0.count }] }
    let distance = max(1, total / (count * samplesPerPiece))
    var samples: [(run: Int, row: Int)] = []
    for run in runs.indices {
      for row in stride(from: distance - 1, to: runs[run].count, by: distance) { samples.append((run, row)) }
    }
    samples.sort { runs[$0.run].isBefore($0.row, runs[$1.run], $1.row) }
    var pieces: [Piece] = []
    var starts = runs.map { _ in 0 }
    for number in 1...count {
      let sample = samples.count * number / count - 1
      var ends = runs.map(\.count)
      if number < count && sample >= 0 {
        let last = samples[sample]
        for run in runs.indices { ends[run] = runs[run].count(upTo: last.row, of: runs[last.run]) }
      }
      pieces.append(zip(starts, ends).map { $0..<max($0, $1) })
      starts = zip(starts, ends).map { max($0, $1) }
    }
    return pieces
  }

  private static let samplesPerPiece = 32

  /// Merges consecutive rows of each of some runs. Linear in the rows, times the logarithm of the number of runs.
  ///
  /// - Parameter limit: how many of the rows are kept; nil for all.
  public static func merged(_ runs: [SortedRows], _ piece: Piece, schema: Schema, limit: Int? = nil) -> SortedRows {
    var all = SortedRows(schema)
    var ends: [Int] = []
    for (run, rows) in zip(runs, piece) where !rows.isEmpty {
      all.append(run, rows)
      ends.append(all.count)
    }
    if ends.count <= 1 && limit ?? .max >= all.count { return all }
    return all.gathered(all.merge(ends, limit: limit))
  }

  /// The order of rows that consist of runs, which end there.
  private func merge(_ ends: [Int], limit: Int?) -> [Int32] {
    let prefixes = keys.prefixes.span
    var entries = [SortEntry](capacity: prefixes.count) { output in
      for row in prefixes.indices { output.append(SortEntry(prefix: prefixes[row], row: Int32(row))) }
    }
    var (other, ends) = (entries, ends)
    while ends.count > 1 {
      var (next, start): ([Int], Int) = ([], 0)
      for index in stride(from: 0, to: ends.count, by: 2) {
        let (middle, end) = (ends[index], index + 1 < ends.count ? ends[index + 1] : ends[index])
        merge(entries.span, start..<middle, middle..<end, into: &other)
        next.append(end)
        start = end
      }
      ends = next
      swap(&entries, &other)
    }
    return entries.prefix(limit ?? .max).map(\.row)
  }

  /// Merges two runs that lie behind each other into the same places of another list.
  private func merge(_ from: Span<SortEntry>, _ left: Range<Int>, _ right: Range<Int>, into to: inout [SortEntry]) {
    var target = to.mutableSpan
    var (a, b, place) = (left.lowerBound, right.lowerBound, left.lowerBound)
    while a < left.upperBound && b < right.upperBound {
      let (first, second) = (from[a], from[b])
      let takesSecond =
        first.prefix == second.prefix
        ? isBefore(Int(second.row), self, Int(first.row)) : second.prefix < first.prefix
      target[place] = takesSecond ? second : first
      b += takesSecond ? 1 : 0
      a += takesSecond ? 0 : 1
      place += 1
    }
    while a < left.upperBound {
      target[place] = from[a]
      (a, place) = (a + 1, place + 1)
    }
    while b < right.upperBound {
      target[place] = from[b]
      (b, place) = (b + 1, place + 1)
    }
  }
}
