/// Rows as columns: one column per field, all of the same length.
public struct ColumnBatch: Sendable {
  /// The fields.
  public let schema: Schema
  /// A column per field, in the schema's order.
  public var columns: [Column]

  /// An empty batch.
  public init(_ schema: Schema, capacity: Int = 0) {
    self.schema = schema
    self.columns = schema.fields.map { Column($0.type, capacity: capacity) }
  }

  /// A batch of those columns, which fit the schema in type and have one length.
  public init(_ schema: Schema, columns: [Column]) {
    precondition(columns.map(\.type) == schema.fields.map(\.type), "a column per field, of its type")
    precondition(columns.allSatisfy { $0.count == columns[0].count }, "columns of one length")
    self.schema = schema
    self.columns = columns
  }

  /// The number of rows.
  public var count: Int { columns.first?.count ?? 0 }

  /// The column of that name, or nil.
  public func column(_ name: String) -> Column? {
    schema.index(of: name).map { columns[$0] }
  }

  /// Removes every row, keeping the memory for the next batch.
  public mutating func removeAll() {
    for index in columns.indices { columns[index].removeAll() }
  }

  /// Adds the rows of a batch of the same schema.
  public mutating func append(contentsOf other: ColumnBatch) {
    precondition(other.schema.fields.map(\.type) == schema.fields.map(\.type), "batches of one schema")
    for index in columns.indices { columns[index].append(contentsOf: other.columns[index]) }
  }
}

/// Which rows of a batch take part: all of them, or the listed ones in ascending order.
public enum Selection: Sendable, Equatable {
  /// Every row of a batch of that many rows.
  case all(Int)
  /// The rows at these positions, ascending.
  case rows([Int32])

  /// The number of rows that take part.
  public var count: Int {
    switch self {
    case .all(let count): count
    case .rows(let rows): rows.count
    }
  }
}
