public import StrandlineStorage

/// An error of the log: what is wrong, where, and what to do.
public struct LogError: Error, Sendable, CustomStringConvertible {
  /// What kind of error it is.
  public struct Code: Sendable, Hashable {
    /// The name, as machine-readable output gives it.
    public let name: String
    /// Bytes that must be whole are damaged; nothing was changed.
    public static let corruption = Code(name: "corruption")
    /// The store was written by a version of the format that this one doesn't read.
    public static let unsupportedFormat = Code(name: "unsupportedFormat")
    /// An earlier write or sync failed; the store takes nothing more until it is opened anew.
    public static let poisoned = Code(name: "poisoned")
    /// Somebody else has opened the store; what this writer wrote last is not acknowledged.
    public static let fenced = Code(name: "fenced")
    /// Another process has the store open.
    public static let locked = Code(name: "locked")
    /// There is no store where one must be.
    public static let noStore = Code(name: "noStore")
    /// The store doesn't fit the plan or the request.
    public static let mismatch = Code(name: "mismatch")
    /// A file or directory operation failed.
    public static let storage = Code(name: "storage")
  }

  /// What kind of error it is.
  public var code: Code
  /// What is wrong and what to do.
  public var message: String
  /// The file concerned.
  public var file: String?
  /// The byte in that file.
  public var offset: Int?
  /// The record concerned.
  public var sequence: SequenceNumber?
  /// What the storage said.
  public var cause: StorageError?

  /// An error of that kind.
  public init(
    _ code: Code, _ message: String, file: String? = nil, offset: Int? = nil, sequence: SequenceNumber? = nil,
    cause: StorageError? = nil
  ) {
    self.code = code
    self.message = message
    self.file = file
    self.offset = offset
    self.sequence = sequence
    self.cause = cause
  }

  /// A storage error as the log's own.
  public init(_ error: StorageError, _ doing: String) {
    self.init(
      error.code == .locked ? .locked : .storage, "\(doing): \(error)", file: error.path, offset: error.offset,
      cause: error)
  }

  /// The message, with the place where the message doesn't name it.
  public var description: String {
    var text = message
    if cause == nil, let file {
      text += " (\(file)"
      if let offset { text += " at byte \(offset)" }
      if let sequence { text += ", record \(sequence)" }
      text += ")"
    }
    return text
  }
}
