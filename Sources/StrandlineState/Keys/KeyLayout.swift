public import StrandlineColumns

/// How the keys of a grouping are held in a table: decided once per plan, from the types of its key columns.
///
/// A single fixed-width key is a word, a single text is its bytes; anything else is a tuple encoded as bytes (`KeyTuple`)
/// whose bytewise order is the order of the columns.
public enum KeyLayout: Sendable, Hashable {
  /// One key column of a fixed width.
  case word(ColumnType)
  /// One key column of text.
  case text
  /// No key column, or several.
  case tuple([ColumnType])

  /// The layout for key columns of those types.
  public init(_ types: [ColumnType]) {
    switch types.count {
    case 1: self = types[0] == .string ? .text : .word(types[0])
    default: self = .tuple(types)
    }
  }

  /// The types of the key columns.
  public var types: [ColumnType] {
    switch self {
    case .word(let type): [type]
    case .text: [.string]
    case .tuple(let types): types
    }
  }

  /// The type of the column that holds the keys of a table.
  public var columnType: ColumnType {
    if case .word(let type) = self { type } else { .string }
  }
}
