public import StrandlineColumns

/// Reads the members of a record, one after another, from a row of a batch.
public struct RowReader: Sendable {
  /// The row that is read; setting it begins with its first member.
  public var row = 0 {
    didSet { member = 0 }
  }

  private let columns: [Column]
  private let fields: [Field]
  private var member = 0

  /// A reader of records of that schema; the batch may have other columns, too, and another order.
  ///
  /// - Throws: `ColumnsError` `.unknownColumn` or `.typeMismatch` where the batch lacks a column or has it in another type.
  public init(_ batch: ColumnBatch, for schema: Schema) throws(ColumnsError) {
    var columns: [Column] = []
    for field in schema.fields {
      guard let column = batch.column(field.name) else {
        throw ColumnsError(
          .unknownColumn, "the batch has no column \(field.name); it has \(batch.schema)", column: field.name)
      }
      guard column.type == field.type else {
        throw ColumnsError(
          .typeMismatch, "\(field.name) is a \(column.type.name) in the batch, a \(field.type.name) in the record",
          column: field.name)
      }
      columns.append(column)
    }
    self.columns = columns
    self.fields = schema.fields
  }

  /// The value of the next column.
  ///
  /// - Throws: `ColumnsError` `.malformed` where it is missing and not optional.
  public mutating func next<Value: ColumnValue>() throws(ColumnsError) -> Value {
    precondition(member < columns.count, "a record reads as many columns as its schema has")
    guard let value = Value(columns[member], row: row) else {
      let name = fields[member].name
      throw ColumnsError(.malformed, "\(name) has no valid value in row \(row) and is not optional", column: name)
    }
    member += 1
    return value
  }
}
