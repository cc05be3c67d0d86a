import StrandlineColumns

/// A sequence of rows that was found.
public struct Match<Key: Sendable, Row: Record>: Sendable {
  /// The key.
  public let key: Key
  /// All of its rows, in order.
  public let rows: [Row]
  let elements: [String]

  /// The rows of an element; none where it is optional and missing.
  public subscript(element: String) -> [Row] {
    zip(elements, rows).filter { $0.0 == element }.map(\.1)
  }

  /// The first row of an element.
  ///
  /// - Throws: `StreamError` `.row` where it has none.
  public func first(_ element: String) throws -> Row {
    guard let row = self[element].first else { throw missing(element) }
    return row
  }

  /// The last row of an element.
  ///
  /// - Throws: `StreamError` `.row` where it has none.
  public func last(_ element: String) throws -> Row {
    guard let row = self[element].last else { throw missing(element) }
    return row
  }

  private func missing(_ element: String) -> StreamError {
    StreamError(.row, "the match has no row of an element '\(element)'")
  }
}

/// Makes rows of matches, without their types.
protocol MatchLogic: Sendable {
  /// The rows of some matches.
  ///
  /// - Parameters:
  ///   - keys: the key columns, a row for each match.
  ///   - rows: the rows of all matches, one match behind the other.
  func result(keys: [Column], rows: ColumnBatch, matches: [FoundMatch]) throws(StreamError) -> ColumnBatch
}

/// Makes rows of matches.
struct TypedMatches<Row: Record, Key: Sendable, Output: Record>: MatchLogic {
  let names: [String]
  let coding: KeyCoding<Key>
  let row: @Sendable (Match<Key, Row>) throws -> Output

  func result(keys: [Column], rows: ColumnBatch, matches: [FoundMatch]) throws(StreamError) -> ColumnBatch {
    var output = ColumnBatch(Output.schema)
    do {
      let rows = try Row.rows(of: rows)
      var next = 0
      for (number, match) in matches.enumerated() {
        let taken = match.taken.count
        let found = Match(
          key: try coding.read(keys, number), rows: Array(rows[next..<next + taken]),
          elements: match.taken.map { names[$0.element] })
        try row(found).append(to: &output)
        next += taken
      }
    } catch {
      throw StreamError(.row, "a match can't be made a row: \(error)")
    }
    return output
  }
}
