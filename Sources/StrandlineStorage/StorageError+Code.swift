extension StorageError {
  /// What went wrong, for a program; compare with the named values, there may be more of them later.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String, Sendable {
      case notFound, alreadyExists, noSpace, inputOutput, locked, notAFile, notADirectory, notEmpty, permission
      case invalidName, invalidArgument, shortWrite, tooManyOpenFiles, tooLarge, interrupted, brokenPipe, unsupported
      case closed, other
    }

    private let value: Value

    /// There is nothing of that name.
    public static let notFound = Self(value: .notFound)
    /// There is something of that name already.
    public static let alreadyExists = Self(value: .alreadyExists)
    /// The device or the quota is full.
    public static let noSpace = Self(value: .noSpace)
    /// The device failed; what was written since the last sync may be lost.
    public static let inputOutput = Self(value: .inputOutput)
    /// Somebody else holds the lock.
    public static let locked = Self(value: .locked)
    /// It is a directory, link, pipe or device where a regular file is wanted.
    public static let notAFile = Self(value: .notAFile)
    /// It is no directory where one is wanted.
    public static let notADirectory = Self(value: .notADirectory)
    /// A directory that would have to be empty is not.
    public static let notEmpty = Self(value: .notEmpty)
    /// The process, or the way the file was opened, does not allow it.
    public static let permission = Self(value: .permission)
    /// A name with characters other than `A-Z a-z 0-9 . _ -`, or too long.
    public static let invalidName = Self(value: .invalidName)
    /// A negative offset, count or size.
    public static let invalidArgument = Self(value: .invalidArgument)
    /// A write took no bytes and gave no reason.
    public static let shortWrite = Self(value: .shortWrite)
    /// The process or the system has no descriptor left.
    public static let tooManyOpenFiles = Self(value: .tooManyOpenFiles)
    /// The file would exceed what the file system or the process limit allows.
    public static let tooLarge = Self(value: .tooLarge)
    /// A signal came in the middle of an operation that must not be repeated.
    public static let interrupted = Self(value: .interrupted)
    /// The reader of a pipe has gone away.
    public static let brokenPipe = Self(value: .brokenPipe)
    /// The file system cannot do it.
    public static let unsupported = Self(value: .unsupported)
    /// The file was closed before.
    public static let closed = Self(value: .closed)
    /// Anything else; see the number that the operating system gave.
    public static let other = Self(value: .other)

    /// The name of the code.
    public var description: String { value.rawValue }

    /// The code in words.
    var text: String {
      switch value {
      case .notFound: "No such file or directory"
      case .alreadyExists: "A file of that name exists already"
      case .noSpace: "No space left on device"
      case .inputOutput: "Input/output error"
      case .locked: "The lock is held by another process"
      case .notAFile: "Not a regular file"
      case .notADirectory: "Not a directory"
      case .notEmpty: "The directory is not empty"
      case .permission: "Permission denied"
      case .invalidName: "Not an allowed file name"
      case .invalidArgument: "Negative offset or count"
      case .shortWrite: "Nothing more could be written"
      case .tooManyOpenFiles: "Too many open files"
      case .tooLarge: "File too large"
      case .interrupted: "Interrupted by a signal"
      case .brokenPipe: "The reader has gone away"
      case .unsupported: "Not supported by this file system"
      case .closed: "The file is closed"
      case .other: "System error"
      }
    }

    /// What a person can do about it.
    var advice: String? {
      switch value {
      case .noSpace: "free some space, then start again"
      case .inputOutput: "check the device before you go on"
      case .locked: "stop the process that holds it, or use another directory"
      case .permission: "check the owner and mode of the path"
      case .invalidName: "use 1 to 255 of A-Z a-z 0-9 . _ -"
      case .tooManyOpenFiles: "raise the limit (ulimit -n)"
      case .tooLarge: "check the file size limit (ulimit -f)"
      case .unsupported: "use a local file system"
      default: nil
      }
    }
  }
}
