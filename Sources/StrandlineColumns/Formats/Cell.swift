/// What a scanner found for one wanted column of one row: a kind and the range of bytes it stands in.
struct Cell {
  /// What stands there.
  enum Kind: UInt8 {
    /// No member or field of that name.
    case missing
    /// `null`, or an empty CSV field without quotes.
    case null
    /// JSON text without escapes, or a quoted CSV field without quotes in it; the range is without the quotes.
    case text
    /// JSON text with escapes.
    case escapedText
    /// A quoted CSV field with doubled quotes.
    case doubledText
    /// A CSV field without quotes: a number, a truth value, a time or a text, as the column's type wants it.
    case bareText
    /// A JSON number without fraction and exponent.
    case integer
    /// A JSON number with a fraction or an exponent.
    case decimal
    /// The literals.
    case truth, falsehood
    /// An array or an object.
    case nested
    /// A fixed-width value, converted.
    case word
    /// A value that doesn't fit the column.
    case fault

    /// Whether the range is a text as it stands.
    @inline(__always)
    var isPlainText: Bool {
      switch self {
      case .text, .bareText, .integer, .decimal, .truth, .falsehood: true
      default: false
      }
    }
  }

  /// The range's beginning in its region, or the converted value.
  var word: Int64
  /// The range's length.
  var length: UInt32
  /// What stands there.
  var kind: Kind

  static let missing = Cell(word: 0, length: 0, kind: .missing)

  @inline(__always)
  init(word: Int64, length: UInt32, kind: Kind) {
    self.word = word
    self.length = length
    self.kind = kind
  }

  /// A range of a region. A row is at most 1 GiB long.
  @inline(__always)
  init(_ kind: Kind, from start: Int, to end: Int) {
    self.word = Int64(start)
    self.length = UInt32(truncatingIfNeeded: end - start)
    self.kind = kind
  }

  var start: Int { Int(word) }
}
