public import StrandlineColumns

/// Rows in order, with what they are ordered by: a run.
///
/// # Invariants
/// Keys, columns, marks and ordinals, and times where there are any, are of the same rows. These are in the order of their keys, and
/// where keys are equal, of their ordinals.
public struct SortedRows: Sendable {
  /// What the rows are ordered by.
  public private(set) var keys: SortKeys
  /// The rows.
  public private(set) var columns: ColumnBatch
  /// Their event times; empty in a stream without.
  public private(set) var times: [Int64]
  /// Their marks; empty in a stream without event time.
  public private(set) var marks: [Int64]
  /// What orders rows of equal keys.
  public private(set) var ordinals: [Int64]

  /// No rows.
  public init(_ schema: Schema) {
    (keys, columns, times, marks, ordinals) = (SortKeys(), ColumnBatch(schema), [], [], [])
  }

  /// Rows that are in order already.
  public init(sorted keys: SortKeys, _ columns: ColumnBatch, times: [Int64], marks: [Int64], ordinals: [Int64]) {
    precondition(keys.count == ordinals.count && columns.count == ordinals.count, "of the same rows")
    precondition(times.count == marks.count && (times.isEmpty || times.count == ordinals.count), "of the same rows")
    (self.keys, self.columns, self.times, self.marks, self.ordinals) = (keys, columns, times, marks, ordinals)
  }

  /// Puts rows in order, and keeps the first of them.
  ///
  /// - Parameters:
  ///   - keys: what they are ordered by.
  ///   - ordinals: ascending.
  ///   - limit: how many are kept; nil for all.
  public init(
    sorting keys: SortKeys, _ columns: ColumnBatch, times: [Int64], marks: [Int64], ordinals: [Int64], limit: Int?
  ) {
    self.init(sorted: keys, columns, times: times, marks: marks, ordinals: ordinals)
    var order = keys.order()
    if let limit, limit < order.count { order.removeLast(order.count - limit) }
    if order.count == keys.count && zip(order, order.dropFirst()).allSatisfy({ $0 < $1 }) { return }
    self = gathered(order)
  }

  /// The number of rows.
  public var count: Int { ordinals.count }

  /// Bytes of memory that the rows hold, unused capacity included.
  public var memoryBytes: Int {
    keys.memoryBytes + columns.columns.reduce(0) { $0 + $1.memoryBytes }
      + (times.capacity + marks.capacity + ordinals.capacity) * 8
  }

  /// The first rows, at most so many.
  public func first(_ limit: Int) -> SortedRows {
    if limit >= count { return self }
    var first = SortedRows(columns.schema)
    first.append(self, 0..<max(0, limit))
    return first
  }

  /// Consecutive rows, without their keys.
  public func block(_ rows: Range<Int>) -> RowsBlock {
    RowsBlock(
      columns.part(rows), times: times.isEmpty ? [] : Array(times[rows]),
      marks: marks.isEmpty ? [] : Array(marks[rows]),
      ordinals: Array(ordinals[rows]))
  }

  /// Those rows, in that order.
  func gathered(_ rows: [Int32]) -> SortedRows {
    SortedRows(
      sorted: keys.gathered(rows),
      ColumnBatch(columns.schema, columns: columns.columns.map { $0.gathered(rows) }),
      times: times.isEmpty ? [] : times.gathered(rows), marks: marks.isEmpty ? [] : marks.gathered(rows),
      ordinals: ordinals.gathered(rows))
  }

  /// Adds consecutive rows of another run; whether all are in order is then the caller's business.
  mutating func append(_ other: SortedRows, _ rows: Range<Int>) {
    if rows.isEmpty { return }
    keys.append(other.keys, rows)
    columns.append(contentsOf: other.columns.part(rows))
    if !other.times.isEmpty {
      times.append(contentsOf: other.times[rows])
      marks.append(contentsOf: other.marks[rows])
    }
    ordinals.append(contentsOf: other.ordinals[rows])
  }

  /// The order of two rows of runs.
  public func isBefore(_ row: Int, _ other: SortedRows, _ otherRow: Int) -> Bool {
    let order = keys.compare(row, other.keys, otherRow)
    return order == 0 ? ordinals[row] < other.ordinals[otherRow] : order < 0
  }

  /// How many of the rows come before a row of another run, or are that row.
  public func count(upTo row: Int, of other: SortedRows) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if other.isBefore(row, self, middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Column {
  /// Bytes of memory that the column holds, unused capacity included.
  package var memoryBytes: Int {
    words.capacity * 8 + bytes.capacity + offsets.capacity * 4 + (hasNulls ? count / 8 : 0)
  }
}
