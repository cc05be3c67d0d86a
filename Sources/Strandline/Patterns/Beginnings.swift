/// The beginning of a sequence, and how it may go on.
struct PartialMatch: Sendable, Hashable {
  /// Where its last row stands in the links: the others are in front of it.
  var link: Int32
  /// Its last row, and the number of its first.
  var last: TakenRow
  var first: Int64
  /// The number of rows that the last element has taken.
  var count: Int
  /// The time of its first row.
  var start: Int64
  /// A bit for each element that its next row may be of, and one above them for an end without further rows.
  var open: UInt64
}

/// The beginnings of sequences of a key, and the rows that they have taken.
///
/// # Overview
/// Beginnings that have begun alike share what they have taken: a row is a link that names the one in front of it. So a beginning goes
/// on in constant time, whatever its length.
///
/// # Invariants
/// A link names an earlier one, or none.
struct Beginnings: Sendable {
  /// A row, and the link of the row in front of it; −1 for none.
  private struct Link: Sendable {
    var row: TakenRow
    var before: Int32
  }

  /// The beginnings; those that have begun alike stand together.
  var matches: [PartialMatch] = []
  private var links: [Link] = []
  /// The number of links from which on those of no beginning are looked for.
  private var linksMax = 1024

  /// The number of links.
  var linkCount: Int { links.count }

  /// The beginning that goes on from another with a row, or begins with it. Amortised constant time.
  ///
  /// - Parameter time: that of the row.
  mutating func adding(_ row: TakenRow, to match: PartialMatch?, time: Int64) -> PartialMatch {
    links.append(Link(row: row, before: match?.link ?? -1))
    let count = match.map { $0.last.element == row.element ? $0.count + 1 : 1 } ?? 1
    return PartialMatch(
      link: Int32(links.count - 1), last: row, first: match?.first ?? row.row, count: count,
      start: match?.start ?? time, open: 0)
  }

  /// The rows of a beginning, in order. Linear in them.
  func taken(_ match: PartialMatch) -> [TakenRow] {
    var rows: [TakenRow] = []
    var link = match.link
    while link >= 0 {
      rows.append(links[Int(link)].row)
      link = links[Int(link)].before
    }
    rows.reverse()
    return rows
  }

  /// Adds a beginning that shares rows with the one added before, and has taken others behind them.
  ///
  /// Beginnings that have begun alike stand together, so no earlier one shares more. Linear in the other rows.
  ///
  /// - Parameters:
  ///   - path: what the beginning added before was with each of its rows, as far as they are shared; that of this one
  ///     afterwards. One that has no row in the end isn't added.
  mutating func append(_ rows: [TakenRow], behind path: inout [PartialMatch], start: Int64, open: UInt64) {
    for row in rows { path.append(adding(row, to: path.last, time: start)) }
    guard var match = path.last else { return }
    match.start = start
    match.open = open
    matches.append(match)
  }

  /// Forgets the links of no beginning when there are twice as many links as at the last time: amortised constant time per link.
  mutating func compactIfGrown() {
    if links.count >= linksMax { compact() }
  }

  /// Forgets the links of no beginning. Linear in the links.
  mutating func compact() {
    var isUsed = [Bool](repeating: false, count: links.count)
    var used = 0
    for match in matches {
      var link = match.link
      while link >= 0, !isUsed[Int(link)] {
        isUsed[Int(link)] = true
        used += 1
        link = links[Int(link)].before
      }
    }
    linksMax = max(1024, 2 * used)
    if used == links.count { return }
    var places = [Int32](repeating: -1, count: links.count)
    var kept: [Link] = []
    kept.reserveCapacity(used)
    for (place, link) in links.enumerated() where isUsed[place] {
      places[place] = Int32(kept.count)
      kept.append(Link(row: link.row, before: link.before < 0 ? -1 : places[Int(link.before)]))
    }
    links = kept
    for index in matches.indices { matches[index].link = places[Int(matches[index].link)] }
  }

  /// The numbers of the rows that are taken, after `compact`.
  var rows: Set<Int64> { Set(links.lazy.map(\.row.row)) }
}
