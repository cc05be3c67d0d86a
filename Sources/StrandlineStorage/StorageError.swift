/// An error of the file system or of a system call: what went wrong, while doing what, where.
public struct StorageError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, for a program.
  public let code: Code
  /// What was being done.
  public let operation: Operation
  /// The file or directory that it was done to.
  public let path: String
  /// Where in the file, in bytes.
  public let offset: Int?
  /// How many bytes were to be read or written.
  public let count: Int?
  /// The number that the operating system gave, if it was asked.
  public let errno: Int32?
  /// What went wrong, for a person.
  public let detail: String

  /// Creates an error; without a `detail` the text of the code is used.
  public init(
    _ code: Code, _ operation: Operation, path: String, offset: Int? = nil, count: Int? = nil, errno: Int32? = nil,
    detail: String? = nil
  ) {
    self.code = code
    self.operation = operation
    self.path = path
    self.offset = offset
    self.count = count
    self.errno = errno
    self.detail = detail ?? code.text
  }

  /// What happened, where, and what can be done about it.
  public var description: String {
    var text = "\(detail) while \(operation.description)"
    if let count { text += " \(count) bytes" }
    if let offset { text += " at offset \(offset)" }
    text += count == nil && offset == nil ? " \(path)" : " of \(path)"
    if let advice = code.advice { text += "; \(advice)" }
    return text
  }
}

extension StorageError {
  /// What was being done; compare with the named values, there may be more of them later.
  public struct Operation: Sendable, Hashable, CustomStringConvertible {
    /// The operation in words, as in "while writing".
    public let description: String

    /// Creates an operation from its words, as in "while …".
    public init(_ description: String) {
      self.description = description
    }

    /// Opening a file or directory that exists.
    public static let open = Self("opening")
    /// Creating a file.
    public static let create = Self("creating")
    /// Creating a directory.
    public static let makeDirectory = Self("creating the directory")
    /// Reading bytes.
    public static let read = Self("reading")
    /// Writing bytes.
    public static let write = Self("writing")
    /// Making bytes or names durable.
    public static let sync = Self("syncing")
    /// Renaming a file.
    public static let rename = Self("renaming")
    /// Removing a file.
    public static let remove = Self("removing")
    /// Listing a directory.
    public static let list = Self("listing")
    /// Taking or checking a lock.
    public static let lock = Self("locking")
    /// Changing the size of a file.
    public static let truncate = Self("truncating")
    /// Filling a file with zeros ahead of its use.
    public static let preallocate = Self("preallocating")
    /// Asking for the size or identity of a file.
    public static let status = Self("looking at")
    /// Closing a file.
    public static let close = Self("closing")
    /// Expanding a pattern to paths.
    public static let expand = Self("expanding")
    /// Waiting for input.
    public static let wait = Self("waiting for")
  }
}
