/// An error of encoding, decoding or compressing bytes: what is wrong with them, and where.
public struct BytesError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What went wrong, for a program; compare with the named values, there may be more of them later.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String, Sendable {
      case truncated, malformed, tooLarge, trailingBytes, compression
    }

    private let value: Value

    /// The bytes end before the value does.
    public static let truncated = Self(value: .truncated)
    /// The bytes are there, but no encoder of ours writes them.
    public static let malformed = Self(value: .malformed)
    /// A length or count is above the limit that the caller set.
    public static let tooLarge = Self(value: .tooLarge)
    /// The value is complete and bytes are left over.
    public static let trailingBytes = Self(value: .trailingBytes)
    /// The compression library refused to work.
    public static let compression = Self(value: .compression)

    /// The name of the code.
    public var description: String { value.rawValue }
  }

  /// What went wrong, for a program.
  public let code: Code
  /// What went wrong, for a person.
  public let message: String
  /// Where in the input, in bytes, when that is known; includes the `baseOffset` of the reader.
  public let offset: Int?

  /// Creates an error.
  public init(_ code: Code, _ message: String, offset: Int? = nil) {
    self.code = code
    self.message = message
    self.offset = offset
  }

  /// The message with its offset.
  public var description: String {
    guard let offset else { return message }
    return "\(message) at byte \(offset)"
  }
}
