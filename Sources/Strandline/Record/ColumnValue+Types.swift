public import StrandlineColumns

extension Int64: IntegerColumnValue, ExtremeColumnValue {
  public typealias Base = Int64
  public static var columnType: ColumnType { .int64 }
  public var literal: Literal { .int64(self) }
  public func append(to column: inout Column) { column.append(word: self) }
  public init?(_ column: Column, row: Int) {
    if column.isNull(row) { return nil }
    self = column.words[row]
  }
}

extension Int: IntegerColumnValue, ExtremeColumnValue {
  public typealias Base = Int
  public static var columnType: ColumnType { .int64 }
  public var literal: Literal { .int64(Int64(self)) }
  public func append(to column: inout Column) { column.append(word: Int64(self)) }
  public init?(_ column: Column, row: Int) {
    if column.isNull(row) { return nil }
    self = Int(column.words[row])
  }
}

extension Double: NumericColumnValue, ExtremeColumnValue {
  public typealias Base = Double
  public static var columnType: ColumnType { .double }
  public var literal: Literal { .double(self) }
  public func append(to column: inout Column) { column.append(self) }
  public init?(_ column: Column, row: Int) {
    if column.isNull(row) { return nil }
    self = Double(bitPattern: UInt64(bitPattern: column.words[row]))
  }
}

extension Bool: ExtremeColumnValue {
  public typealias Base = Bool
  public static var columnType: ColumnType { .bool }
  public var literal: Literal { .bool(self) }
  public func append(to column: inout Column) { column.append(word: self ? 1 : 0) }
  public init?(_ column: Column, row: Int) {
    if column.isNull(row) { return nil }
    self = column.words[row] != 0
  }
}

extension Timestamp: ExtremeColumnValue {
  public typealias Base = Timestamp
  public static var columnType: ColumnType { .timestamp }
  public var literal: Literal { .timestamp(microseconds) }
  public func append(to column: inout Column) { column.append(word: microseconds) }
  public init?(_ column: Column, row: Int) {
    if column.isNull(row) { return nil }
    self.init(microsecondsSince1970: column.words[row])
  }
}

extension String: ExtremeColumnValue {
  public typealias Base = String
  public static var columnType: ColumnType { .string }
  public var literal: Literal { .string(self) }
  public func append(to column: inout Column) { column.append(self) }
  public init?(_ column: Column, row: Int) {
    if column.isNull(row) { return nil }
    self = column.text(row)
  }
}

extension Optional: RecordValue where Wrapped: ColumnValue, Wrapped.Base == Wrapped {}

extension Optional: ColumnValue where Wrapped: ColumnValue, Wrapped.Base == Wrapped {
  public typealias Base = Wrapped
  public static var columnType: ColumnType { Wrapped.columnType }
  public static var isNullable: Bool { true }
  public var literal: Literal { self?.literal ?? .null }
  public func append(to column: inout Column) {
    if let self { self.append(to: &column) } else { column.appendNull() }
  }
  public init?(_ column: Column, row: Int) {
    if column.isNull(row) {
      self = .none
    } else {
      guard let value = Wrapped(column, row: row) else { return nil }
      self = .some(value)
    }
  }
}

extension Optional: OptionalColumnValue where Wrapped: ColumnValue, Wrapped.Base == Wrapped {}
