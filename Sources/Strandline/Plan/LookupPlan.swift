public import StrandlineColumns

/// A join of rows with a table, as it is when the rows come.
public struct LookupPlan: Sendable {
  /// `inner`, or `left`, which keeps rows that the table has nothing for.
  public var kind: JoinKind
  /// What is looked up of each row.
  public var keys: [Expression]
  /// What it is looked up in.
  public var table: LookupTable
  /// What of the table's rows it must be equal to.
  public var tableKeys: [Expression]

  /// A plan of those parts.
  public init(kind: JoinKind, keys: [Expression], table: LookupTable, tableKeys: [Expression]) {
    self.kind = kind
    self.keys = keys
    self.table = table
    self.tableKeys = tableKeys
  }

  /// The columns of the result.
  public static func schema(_ rows: Schema, _ table: Schema, kind: JoinKind) -> Schema {
    JoinPlan.schema(rows, table, kind: kind)
  }

  var lines: [String] {
    var lines = ["lookup: \(kind.rawValue)"]
    for (index, key) in keys.enumerated() { lines.append("lookup key \(index + 1): \(key)") }
    for field in table.schema.fields {
      lines.append("table column \(StreamPlan.name(field.name)) \(field.type.name)\(field.isNullable ? "?" : "")")
    }
    for (index, key) in tableKeys.enumerated() { lines.append("table key \(index + 1): \(key)") }
    return lines
  }
}
