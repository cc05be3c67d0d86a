import StrandlineBytes
import StrandlineColumns
import StrandlineState

/// Adds to each row that of a table with the same key.
///
/// # Overview
/// A batch sees one version of the table: it is looked for when the first rows of the batch come, if the last look is long
/// enough ago. Which version it is, and since when, is the operator's progress, so each commit says what its rows were looked
/// up in.
///
/// # After a crash
/// Rows of committed batches are not computed again. Those of others are, all of them, with the table as it is by then.
struct LookupOperator: RowOperator {
  let name = "lookup"
  let keys: [BoundExpression]
  let tableKeys: [BoundExpression]
  /// Whether rows are dropped that the table has nothing for.
  let isInner: Bool
  let table: LookupTable
  let schema: Schema
  private var content: TableContent?
  private var index: KeyedNumbers
  private var lastLook: Int64?
  private var isLooked = false
  private var version = LoggedVersion()
  /// Of the table's keys, which nobody outside chooses.
  private let hasher = KeyHasher(seed: 0)

  init(
    keys: [BoundExpression], tableKeys: [BoundExpression], isInner: Bool, table: LookupTable, schema: Schema
  ) {
    self.keys = keys
    self.tableKeys = tableKeys
    self.isInner = isInner
    self.table = table
    self.schema = schema
    index = KeyedNumbers(KeyLayout(tableKeys.map(\.type)))
  }

  private var layout: KeyLayout { KeyLayout(tableKeys.map(\.type)) }

  mutating func prepare(_ context: inout OperatorContext) throws(StreamError) {
    try look(context.now)
  }

  func apply(_ rows: RowBatch, _ context: inout OperatorContext) throws(StreamError) -> RowBatch {
    let (rows, columns) = try context.values(of: keys, rows)
    let keyed = KeyBatch(layout, columns, rows: rows.columns.count, hasher: hasher)
    var kept: [Int32] = []
    var found: [Int32] = []
    for row in 0..<rows.columns.count {
      var match: Int64?
      if !columns.contains(where: { $0.isNull(row) }), let place = index.place(of: keyed, row: row) {
        index.forEach(at: place) { match = $0 }
      }
      if match == nil && isInner { continue }
      kept.append(Int32(row))
      found.append(Int32(match ?? -1))
    }
    var out = rows.gathered(.rows(kept))
    let table = content?.rows.columns ?? []
    out.columns = ColumnBatch(
      schema, columns: out.columns.columns + table.map { isInner ? $0.gathered(found) : $0.gathered(orNull: found) })
    return out
  }

  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError) {
    // The first batch has no rows: a table that isn't there is found out before any are read.
    if content == nil { try look(context.now) }
    isLooked = false
  }

  /// Looks for a new version, once in a batch.
  private mutating func look(_ now: Int64) throws(StreamError) {
    if isLooked { return }
    isLooked = true
    if let lastLook, content != nil {
      guard let refresh = table.refresh, now &- lastLook >= refresh else { return }
    }
    lastLook = now
    guard let new = try table.content(unless: content?.version) else { return }
    let isOther = new.version.hash != version.hash
    if content == nil || new.version.hash != content?.version.hash { index = try indexed(new.rows) }
    content = new
    if isOther { version = LoggedVersion(hash: new.version.hash, rows: new.rows.count, since: now) }
  }

  private func indexed(_ rows: ColumnBatch) throws(StreamError) -> KeyedNumbers {
    let columns: [Column]
    do {
      columns = try tableKeys.evaluate(rows, .all(rows.count))
    } catch {
      throw StreamError(.row, "a row can't be computed: \(error)")
    }
    let keyed = KeyBatch(layout, columns, rows: rows.count, hasher: hasher)
    var index = KeyedNumbers(layout)
    do throws(StateError) {
      let places = try index.places(of: keyed)
      var isTaken = Set<Int32>()
      for row in 0..<rows.count where !columns.contains(where: { $0.isNull(row) }) {
        guard isTaken.insert(places[row]).inserted else {
          throw StateError(
            .unsupported,
            "row \(row + 1) of the table has the key (\(tableKeys.words)) of a row before it: a key may be there once")
        }
        try index.add(Int64(row), at: places[row])
      }
    } catch {
      throw StreamError(.source, error.message)
    }
    return index
  }

  // MARK: - Commits

  var exchange: String? { "the table to every worker (broadcast)" }
  var keepsProgress: Bool { true }
  var progress: [UInt8] { version.encoded }

  mutating func restored(_ progress: [UInt8], _ context: inout OperatorContext) throws(StreamError) {
    if progress.isEmpty { return }
    do {
      version = try LoggedVersion(decoding: progress)
    } catch {
      throw StreamError(.store, "what the commit says of a table can't be read: \(error)")
    }
  }

  var summary: String {
    let pairs = zip(keys, tableKeys).map { "\($0.expression) = \($1.expression)" }.joined(separator: " and ")
    return "\(isInner ? "inner" : "left") lookup on \(pairs) in a table of \(table.schema)"
  }
}

/// Which version of a table a commit's rows were looked up in.
struct LoggedVersion: Sendable, Hashable {
  /// The hash of the file's bytes, or of the rows; zero before the first.
  var hash: UInt64 = 0
  /// The number of its rows.
  var rows = 0
  /// The processing time of the first batch that it holds for, in Unix microseconds.
  var since: Int64 = 0

  init() {}

  init(hash: UInt64, rows: Int, since: Int64) {
    (self.hash, self.rows, self.since) = (hash, rows, since)
  }

  init(decoding bytes: [UInt8]) throws(BytesError) {
    var reader = ByteReader(bytes.span.rawSpan)
    hash = try reader.uint64()
    rows = try reader.count(limit: Int(Int32.max))
    since = try reader.zigzag()
    try reader.finish()
  }

  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.uint64(hash)
    writer.varint(UInt64(rows))
    writer.zigzag(since)
    return writer.bytes
  }
}
