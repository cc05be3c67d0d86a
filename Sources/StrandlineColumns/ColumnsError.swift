/// An error of this module: what is wrong, in words for a person, and the column it concerns.
public struct ColumnsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of error it is.
  public struct Code: Sendable, Hashable {
    let name: String
    /// An expression or plan names a column that is not there.
    public static let unknownColumn = Code(name: "unknownColumn")
    /// An expression's operands don't fit its operator.
    public static let typeMismatch = Code(name: "typeMismatch")
    /// A text is not what its format asks for.
    public static let malformed = Code(name: "malformed")
    /// A result is outside the range of its type.
    public static let overflow = Code(name: "overflow")
    /// A request that this version doesn't carry out.
    public static let unsupported = Code(name: "unsupported")
  }

  /// What kind of error it is.
  public var code: Code
  /// What is wrong and what to do.
  public var message: String
  /// The column concerned, where there is one.
  public var column: String?

  /// An error of that kind.
  public init(_ code: Code, _ message: String, column: String? = nil) {
    self.code = code
    self.message = message
    self.column = column
  }

  /// The message.
  public var description: String { message }
}
