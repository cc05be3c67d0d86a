/// A directory that a store lives in: names, files, and what makes both durable.
///
/// Every implementation behaves the same to the caller, errors included; a conformance suite in the test kit checks it.
/// All names are checked with ``DirectoryName``. All calls may be made from any thread.
///
/// After a crash: a name that was created, renamed or removed is as it was at the last ``sync()`` of its directory or
/// later; bytes of a file are as they were at the last `sync()` of that file, or any mixture with later ones.
public protocol Directory: AnyObject, Sendable {
  /// Where it is, for messages.
  var path: String { get }

  /// What is in the directory, sorted by name, without `.` and `..`.
  func entries() throws(StorageError) -> [DirectoryEntry]

  /// Opens or creates a regular file; never follows a symbolic link, never waits for the other end of a pipe.
  ///
  /// - Throws: `.notFound`, `.alreadyExists` (``OpenMode/create``), `.notAFile`, `.invalidName`, and what the system says.
  func open(_ name: String, _ mode: OpenMode) throws(StorageError) -> any File

  /// Gives a file another name, replacing a file of that name in one step; open files stay open.
  func rename(_ from: String, to: String) throws(StorageError)

  /// Removes the name of a file; files that are open stay readable and writable.
  func remove(_ name: String) throws(StorageError)

  /// Makes the names in the directory durable.
  func sync() throws(StorageError)

  /// Opens a directory in this one; creates it with mode 0700 if it is missing and `create` is set.
  ///
  /// A new name is durable after ``sync()``.
  func subdirectory(_ name: String, create: Bool) throws(StorageError) -> any Directory

  /// Takes the lock that the file `name` stands for; creates the file if it is missing.
  ///
  /// The lock is free again when it is released, when its object goes away and when the process ends, however it ends.
  ///
  /// - Parameters:
  ///   - name: the lock file.
  ///   - owner: who takes it, for whoever is refused; for example "pid 4711".
  /// - Throws: `.locked`, with the text of the owner, when it is held already, by this process or another.
  func lock(_ name: String, owner: String) throws(StorageError) -> any DirectoryLock
}

/// A lock on a directory, held until it is released.
public protocol DirectoryLock: AnyObject, Sendable {
  /// Whether the lock is held and its file still has its name; a file that was removed or replaced guards nothing.
  func stillHeld() throws(StorageError) -> Bool

  /// What tells the lock file from every other that somebody still has open; nil where that isn't known.
  ///
  /// While anybody holds a lock file that was removed, its number isn't given to a new one.
  func fileNumber() throws(StorageError) -> FileNumber?

  /// Lets the lock go; releasing it again does nothing.
  func release()
}

extension DirectoryLock {
  /// Nothing is known of the file.
  public func fileNumber() throws(StorageError) -> FileNumber? { nil }
}

/// A name in a directory and what it stands for.
public struct DirectoryEntry: Sendable, Hashable {
  /// What a name stands for.
  public enum Kind: Sendable, Hashable {
    /// A regular file.
    case file
    /// A directory.
    case directory
    /// A symbolic link, whatever it points to.
    case symbolicLink
    /// A pipe, socket or device.
    case other
  }

  /// The name, which may be one that ``DirectoryName`` would refuse.
  public let name: String
  /// What it stands for.
  public let kind: Kind

  /// Creates an entry.
  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }
}

/// What a file is opened for.
public enum OpenMode: Sendable, Hashable {
  /// To be read; it must exist.
  case readOnly
  /// To be read and written; it must exist.
  case readWrite
  /// To be read and written; it must not exist, and is created with mode 0600.
  case create
}
