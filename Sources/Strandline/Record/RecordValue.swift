public import StrandlineColumns

/// A type that a member of a record can have: a column's value, or a `TimeWindow`, which takes two columns.
public protocol RecordValue: Sendable {
  /// The columns that a member of that name takes, in order.
  static func fields(_ name: String) -> [Field]
  /// The output columns of a member of that name.
  static func outputs(_ name: String, _ output: Output<Self>) -> [(name: String, item: OutputItem)]
  /// The computed columns of a member of that name.
  static func expressions(_ name: String, _ value: Expr<Self>) -> [(name: String, expression: Expression)]
  /// Adds the value to the batch's columns from `column` on, and moves `column` behind them.
  func append(to batch: inout ColumnBatch, column: inout Int)
  /// The value of the reader's row in its next columns.
  ///
  /// - Throws: `ColumnsError` where a value is missing that is not optional.
  static func read(_ row: inout RowReader) throws(ColumnsError) -> Self
}

/// A type whose values are those of one column.
///
/// `Int64`, `Int` (kept as int64), `Double`, `Bool`, `Timestamp`, `String` and their optionals. A type of your own, such as an
/// identifier around an `Int64`, conforms by passing on to the one that it wraps.
public protocol ColumnValue: RecordValue {
  /// The type without its `Optional`.
  associatedtype Base: ColumnValue where Base.Base == Base
  /// The type of the column.
  static var columnType: ColumnType { get }
  /// Whether a value may be missing.
  static var isNullable: Bool { get }
  /// The value as a constant of an expression.
  var literal: Literal { get }
  /// Adds the value to a column of its type.
  func append(to column: inout Column)
  /// The value at a row of a column of its type; nil where it is missing and must not, or is none of the type's.
  init?(_ column: Column, row: Int)
}

/// A column's value that may be missing: an `Optional`.
public protocol OptionalColumnValue: ColumnValue {}

/// A column's value that can be computed with.
public protocol NumericColumnValue: ColumnValue where Base == Self {}

/// A column's value that can count.
public protocol IntegerColumnValue: NumericColumnValue {
  /// The value of that number.
  init(_ count: Int64)
}

/// A column's value that a group can have a smallest and a largest of.
public protocol ExtremeColumnValue: ColumnValue where Base == Self {}

extension ColumnValue {
  public static var isNullable: Bool { false }

  public static func fields(_ name: String) -> [Field] {
    [Field(name, columnType, nullable: isNullable)]
  }

  public static func outputs(_ name: String, _ output: Output<Self>) -> [(name: String, item: OutputItem)] {
    [(name, output.item)]
  }

  public static func expressions(_ name: String, _ value: Expr<Self>) -> [(name: String, expression: Expression)] {
    [(name, value.expression)]
  }

  public func append(to batch: inout ColumnBatch, column: inout Int) {
    append(to: &batch.columns[column])
    column += 1
  }

  public static func read(_ row: inout RowReader) throws(ColumnsError) -> Self {
    try row.next()
  }
}
