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
  /// The columns of the result, of those of a row and those of the table.
  let columns: LookupColumns
  private var content: TableContent?
  private var index: TableIndex
  private var lastLook: Int64?
  /// The batch of the last look: its number, and when it began.
  private var looked: (batch: UInt64, now: Int64)?
  private var version = LoggedVersion()

  init(
    keys: [BoundExpression], tableKeys: [BoundExpression], isInner: Bool, table: LookupTable, columns: LookupColumns
  ) {
    self.keys = keys
    self.tableKeys = tableKeys
    self.isInner = isInner
    self.table = table
    self.columns = columns
    index = TableIndex(keys: tableKeys, schema: table.schema, columns: columns.ofTable)
  }

  mutating func prepare(_ context: inout OperatorContext) throws(StreamError) {
    try look(context)
  }

  func apply(_ rows: RowBatch, _ context: inout OperatorContext) throws(StreamError) -> RowBatch {
    var rows = rows
    let values = try context.evaluate(keys, &rows)
    var found = index.find(values, rows: rows.selection.count)
    if isInner, case .rows(let hits) = Selection(ofNatural: found) {
      rows.selection = rows.selection.picking(.rows(hits))
      found = found.gathered(hits)
    }
    // What nothing reads is not gathered.
    rows.columns = columns.rows(rows.columns)
    var out = rows.compacted
    out.columns = ColumnBatch(columns.schema, columns: out.columns.columns + index.gathered(found))
    return out
  }

  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError) {
    // The first batch has no rows: a table that isn't there is found out before any are read.
    if content == nil { try look(context) }
  }

  /// Looks for a new version, once in a batch.
  private mutating func look(_ context: OperatorContext) throws(StreamError) {
    let now = context.now
    if let looked, looked == (context.batch, now) { return }
    looked = (context.batch, now)
    if let lastLook, content != nil {
      guard let refresh = table.refresh, now &- lastLook >= refresh else { return }
    }
    lastLook = now
    guard let new = try table.content(unless: content?.version) else { return }
    let isOther = new.version.hash != version.hash
    if content == nil || new.version.hash != content?.version.hash { try index.fill(new.rows) }
    content = new
    if isOther { version = LoggedVersion(hash: new.version.hash, rows: new.rows.count, since: now) }
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
