/// The columns of a record that may be missing as a whole, as they are behind a join that keeps rows without a pair: each of
/// them is optional.
@dynamicMemberLookup
public struct OptionalColumns<R: Record>: Sendable {
  /// The columns, as if the record were there.
  let columns: R.Columns

  init(_ columns: R.Columns) {
    self.columns = columns
  }

  /// A column: null where the record is missing.
  public subscript<Value: ColumnValue>(
    dynamicMember column: KeyPath<R.Columns, Expr<Value>>
  ) -> Expr<Value?> where Value.Base == Value {
    Expr<Value?>(columns[keyPath: column].expression)
  }

  /// A column that was optional already: null where it, or the record, is missing.
  public subscript<Value: OptionalColumnValue>(dynamicMember column: KeyPath<R.Columns, Expr<Value>>) -> Expr<Value> {
    columns[keyPath: column]
  }
}

extension Expr where Value: ColumnValue, Value.Base == Value {
  /// The same value, of a type that may be missing: for a record whose property is optional.
  public var asOptional: Expr<Value?> { Expr<Value?>(expression) }
}
