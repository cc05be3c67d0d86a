/// An error of this module: what is wrong with a state or with the bytes of one.
public struct StateError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of error it is.
  public struct Code: Sendable, Hashable {
    let name: String
    /// The bytes of a snapshot or delta are not what the format says.
    public static let malformed = Code(name: "malformed")
    /// A result is outside the range of its type.
    public static let overflow = Code(name: "overflow")
    /// A table has no room for another key.
    public static let tooLarge = Code(name: "tooLarge")
    /// An aggregate or key that this version doesn't carry out.
    public static let unsupported = Code(name: "unsupported")
  }

  /// What kind of error it is.
  public var code: Code
  /// What is wrong and what to do.
  public var message: String

  /// An error of that kind.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
