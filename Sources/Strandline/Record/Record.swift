public import StrandlineColumns

/// A row as a value: the type of what a stream reads or writes.
///
/// `@Record` on a struct writes all of it: a column for each stored property, `Columns` with their expressions and
/// `Projection` with the outputs that fill them.
public protocol Record: Sendable {
  /// An expression for each property. With other expressions than the columns, it is a projection of rows.
  associatedtype Columns: Sendable
  /// An output of a group for each property.
  associatedtype Projection: Sendable

  /// The columns, in the order of the properties.
  static var schema: Schema { get }
  /// The columns as expressions.
  static var columns: Columns { get }
  /// The columns as expressions, with names that begin with `prefix`: as they are in the result of a join.
  static func columns(prefix: String) -> Columns
  /// The output columns of a projection, by name and in the order of the schema.
  static func project(_ projection: Projection) -> [(name: String, item: OutputItem)]
  /// The columns of a projection of rows, by name and in the order of the schema.
  static func expressions(_ columns: Columns) -> [(name: String, expression: Expression)]
  /// Adds the record as a row to a batch of its schema.
  func append(to batch: inout ColumnBatch)
  /// The record at the reader's row.
  ///
  /// - Throws: `ColumnsError` where a value is missing that is not optional.
  init(reading row: inout RowReader) throws(ColumnsError)
}

extension Record {
  /// The record at a row of a batch; for many rows, `rows(of:)` finds the columns once.
  ///
  /// - Throws: `ColumnsError` where a column is not in the batch, has another type or lacks a value.
  public init(_ batch: ColumnBatch, row: Int) throws(ColumnsError) {
    var reader = try RowReader(batch, for: Self.schema)
    reader.row = row
    try self.init(reading: &reader)
  }

  /// The rows of a batch as records. Linear in the values.
  ///
  /// - Throws: `ColumnsError` where a column is not in the batch, has another type or lacks a value.
  public static func rows(of batch: ColumnBatch) throws(ColumnsError) -> [Self] {
    var reader = try RowReader(batch, for: schema)
    var rows: [Self] = []
    rows.reserveCapacity(batch.count)
    for row in 0..<batch.count {
      reader.row = row
      rows.append(try Self(reading: &reader))
    }
    return rows
  }

  /// The records as a batch. Linear in the values.
  public static func batch(of rows: some Collection<Self>) -> ColumnBatch {
    var batch = ColumnBatch(schema, capacity: rows.count)
    for row in rows { row.append(to: &batch) }
    return batch
  }
}
