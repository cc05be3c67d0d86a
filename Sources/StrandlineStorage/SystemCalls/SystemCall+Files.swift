import Glibc

extension SystemCall {
  /// What a path is opened for.
  struct OpenFlags: OptionSet {
    let rawValue: Int32

    static let readOnly = OpenFlags(rawValue: O_RDONLY)
    static let readWrite = OpenFlags(rawValue: O_RDWR)
    static let create = OpenFlags(rawValue: O_CREAT)
    static let exclusive = OpenFlags(rawValue: O_EXCL)
    static let directory = OpenFlags(rawValue: O_DIRECTORY)
    static let noFollow = OpenFlags(rawValue: O_NOFOLLOW)
  }

  /// The number that stands for the working directory in `openat` and its like.
  static let workingDirectory = AT_FDCWD

  /// Opens `name` in `directory`; a new file gets mode 0600.
  static func open(_ name: String, in directory: Int32, _ flags: OpenFlags) throws(SystemError) -> Descriptor {
    // Not to become a terminal's owner, not to wait for the other end of a pipe, not to be inherited.
    let all = flags.rawValue | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
    // Unsafe: the name is passed as a zero-terminated copy that lives through the call.
    return Descriptor(owning: try retried { unsafe openat(directory, name, all, 0o600) })
  }

  static func status(_ descriptor: Int32) throws(SystemError) -> stat {
    var result = stat()
    // Unsafe: the call fills the structure that it is given.
    _ = try once { unsafe fstat(descriptor, &result) }
    return result
  }

  /// The status of `name` in `directory`, of a link itself unless `following`.
  static func status(
    _ name: String, in directory: Int32, following: Bool
  ) throws(SystemError) -> stat {
    var result = stat()
    // Unsafe: the call fills the structure that it is given.
    _ = try once { unsafe fstatat(directory, name, &result, following ? 0 : AT_SYMLINK_NOFOLLOW) }
    return result
  }

  /// Reads once; 0 at the end of the file.
  static func read(
    _ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(SystemError) -> Int {
    // Unsafe: the call writes at most the buffer's count of bytes.
    try retried { unsafe pread(descriptor, buffer.baseAddress, buffer.count, offset) }
  }

  /// Writes once, perhaps less than everything.
  static func write(
    _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int
  ) throws(SystemError) -> Int {
    // Unsafe: the call reads at most the buffer's count of bytes.
    try retried { unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, offset) }
  }

  /// Makes the bytes of a file durable; once, whatever happens.
  static func syncData(_ descriptor: Int32) throws(SystemError) {
    _ = try once { fdatasync(descriptor) }
  }

  /// Makes a directory's names durable; once, whatever happens.
  static func syncAll(_ descriptor: Int32) throws(SystemError) {
    _ = try once { fsync(descriptor) }
  }

  static func truncate(_ descriptor: Int32, to size: Int) throws(SystemError) {
    _ = try retried { ftruncate(descriptor, size) }
  }

  /// Takes the exclusive lock of the open file without waiting; false when another open file has it.
  static func lock(_ descriptor: Int32) throws(SystemError) -> Bool {
    do {
      _ = try retried { flock(descriptor, LOCK_EX | LOCK_NB) }
      return true
    } catch  where error.errno == EWOULDBLOCK {
      return false
    }
  }

  static func unlock(_ descriptor: Int32) throws(SystemError) {
    _ = try retried { flock(descriptor, LOCK_UN) }
  }
}

extension stat {
  var kind: DirectoryEntry.Kind {
    switch st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .directory
    case S_IFLNK: .symbolicLink
    default: .other
    }
  }
}
