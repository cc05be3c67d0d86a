import StrandlineColumns
public import StrandlineLog
import StrandlineState
import StrandlineStorage

/// An error of a stream: what is wrong, where, and what to do.
public struct StreamError: Error, Sendable, CustomStringConvertible {
  /// What kind of error it is.
  public struct Code: Sendable, Hashable {
    /// The name, as machine-readable output gives it.
    public let name: String
    /// The plan can't be carried out: an unknown column, types that don't fit, a missing part.
    public static let plan = Code(name: "plan")
    /// An input can't be read, or is not what it was.
    public static let source = Code(name: "source")
    /// A row can't be read, and the policy is to fail.
    public static let row = Code(name: "row")
    /// The output can't be written, or is not what it was.
    public static let sink = Code(name: "sink")
    /// The checkpoint store: `store` says more.
    public static let store = Code(name: "store")
    /// A bounded job has ended, and there is new input.
    public static let finished = Code(name: "finished")
    /// A result is outside the range of its type.
    public static let overflow = Code(name: "overflow")
  }

  /// What kind of error it is.
  public var code: Code
  /// What is wrong and what to do.
  public var message: String
  /// The file or partition concerned.
  public var file: String?
  /// The byte in that file.
  public var offset: Int?
  /// What the store said.
  public var store: LogError?

  /// An error of that kind.
  public init(_ code: Code, _ message: String, file: String? = nil, offset: Int? = nil) {
    self.code = code
    self.message = message
    self.file = file
    self.offset = offset
  }

  init(_ error: LogError) {
    self.init(.store, error.description, file: error.file, offset: error.offset)
    store = error
  }

  init(_ code: Code, _ error: StorageError) {
    self.init(code, error.description, file: error.path, offset: error.offset)
  }

  init(_ error: ColumnsError) {
    self.init(.plan, error.description)
  }

  init(_ error: StateError) {
    self.init(error.code == .overflow ? .overflow : .store, error.description)
  }

  /// The message.
  public var description: String { message }
}
