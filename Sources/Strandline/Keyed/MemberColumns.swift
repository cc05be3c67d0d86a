import StrandlineBytes
import StrandlineColumns
import StrandlineState

/// A member of many states, as columns: each state has a run of rows, which is one row for a value.
struct MemberColumns: Sendable {
  /// The rows of all states.
  var rows: ColumnBatch
  /// Where the rows of each state end.
  private(set) var ends: [Int] = []

  init(_ fields: [Field]) {
    rows = ColumnBatch(Schema(fields))
  }

  /// Adds the rows of a state.
  mutating func append(_ add: (inout ColumnBatch) -> Void) {
    add(&rows)
    ends.append(rows.count)
  }

  /// The rows of a state.
  func range(_ state: Int) -> Range<Int> { (state == 0 ? 0 : ends[state - 1])..<ends[state] }

  func value<Value: ColumnValue>(_ row: Int, column: Int) throws(ColumnsError) -> Value {
    guard let value = Value(rows.columns[column], row: row) else {
      throw ColumnsError(.malformed, "a member of a state has no valid value")
    }
    return value
  }

  /// Writes the rows of a state; those of a map in the order of their bytes.
  func write(_ state: Int, _ member: StateSchema.Member, into writer: inout ByteWriter) {
    let range = range(state)
    let coding = RowBlob(rows.schema)
    switch member.kind {
    case .value: coding.encode(rows.columns, row: range.lowerBound, into: &writer)
    case .list:
      writer.varint(UInt64(range.count))
      for row in range { coding.encode(rows.columns, row: row, into: &writer) }
    case .map:
      // A dictionary has no order of its own, and equal states must be equal bytes.
      writer.varint(UInt64(range.count))
      let entries = range.map { row in
        var entry = ByteWriter()
        coding.encode(rows.columns, row: row, into: &entry)
        return entry.bytes
      }
      for entry in entries.sorted(by: { $0.lexicographicallyPrecedes($1) }) { writer.raw(entry) }
    }
  }

  /// Reads the rows of a state.
  mutating func read(_ reader: inout ByteReader, _ member: StateSchema.Member) throws {
    // No field takes less than a byte.
    let count = member.kind == .value ? 1 : try reader.count(limit: reader.remaining)
    let coding = RowBlob(rows.schema)
    for _ in 0..<count { try coding.decode(&reader, into: &rows.columns) }
    ends.append(rows.count)
  }
}
