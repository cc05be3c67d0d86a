/// The type of a column's values.
///
/// The raw values are part of the state format and never change.
public enum ColumnType: UInt8, Sendable, Hashable, CaseIterable {
  /// A signed integer of 64 bits.
  case int64 = 1
  /// An IEEE 754 binary64 number.
  case double = 2
  /// True or false.
  case bool = 3
  /// Microseconds since 1970-01-01T00:00:00Z; negative before.
  case timestamp = 4
  /// UTF-8 text.
  case string = 5

  /// The name used in messages, plans and on the command line.
  public var name: String {
    switch self {
    case .int64: "int64"
    case .double: "double"
    case .bool: "bool"
    case .timestamp: "timestamp"
    case .string: "string"
    }
  }

  /// The type of that name, or nil.
  public init?(name: String) {
    guard let type = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = type
  }
}

/// A named, typed column of a schema.
public struct Field: Sendable, Hashable {
  /// The name, unique in its schema.
  public var name: String
  /// The type of the values.
  public var type: ColumnType
  /// Whether a value may be null; a row without a value for a field that is not nullable is an error row.
  public var isNullable: Bool

  /// A field of that name and type.
  public init(_ name: String, _ type: ColumnType, nullable: Bool = false) {
    self.name = name
    self.type = type
    self.isNullable = nullable
  }
}

/// The ordered fields of a batch of columns.
public struct Schema: Sendable, Hashable, CustomStringConvertible {
  /// The fields in column order.
  public var fields: [Field]

  /// A schema of those fields.
  public init(_ fields: [Field]) {
    self.fields = fields
  }

  /// The position of the field of that name, or nil. Linear in the number of fields.
  public func index(of name: String) -> Int? {
    fields.firstIndex { $0.name == name }
  }

  /// The schema as `name type, name type?`, where `?` marks a nullable field.
  public var description: String {
    fields.map { "\($0.name) \($0.type.name)\($0.isNullable ? "?" : "")" }.joined(separator: ", ")
  }
}
