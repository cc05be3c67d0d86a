import Glibc

extension SystemCall {
  /// Creates a directory with mode 0700; false when there is something of that name already.
  static func makeDirectory(_ name: String, in directory: Int32) throws(SystemError) -> Bool {
    do {
      // Unsafe: the name is passed as a zero-terminated copy that lives through the call.
      _ = try retried { unsafe mkdirat(directory, name, 0o700) }
      return true
    } catch  where error.errno == EEXIST {
      return false
    }
  }

  static func rename(_ from: String, to: String, in directory: Int32) throws(SystemError) {
    // Unsafe: the name is passed as a zero-terminated copy that lives through the call.
    _ = try retried { unsafe renameat(directory, from, directory, to) }
  }

  /// Removes the name of anything but a directory.
  static func remove(_ name: String, in directory: Int32) throws(SystemError) {
    // Unsafe: the name is passed as a zero-terminated copy that lives through the call.
    _ = try retried { unsafe unlinkat(directory, name, 0) }
  }

  /// Removes an empty directory.
  static func removeDirectory(_ name: String, in directory: Int32) throws(SystemError) {
    // Unsafe: the name is passed as a zero-terminated copy that lives through the call.
    _ = try retried { unsafe unlinkat(directory, name, AT_REMOVEDIR) }
  }

  /// What is in a directory, in no particular order, without `.` and `..`.
  static func entries(of directory: Int32) throws(SystemError) -> [DirectoryEntry] {
    // A description of its own, because reading moves its position.
    let descriptor = try open(".", in: directory, [.readOnly, .directory])
    let copy = try retried { fcntl(descriptor.raw, F_DUPFD_CLOEXEC, 0) }
    // Unsafe: the stream owns `copy` from here on and is closed on every way out.
    guard let stream = unsafe fdopendir(copy) else {
      let error = SystemError.last
      _ = Glibc.close(copy)
      throw error
    }
    defer { unsafe closedir(stream) }
    var result: [DirectoryEntry] = []
    while true {
      errno = 0
      // Unsafe: the entry is valid until the next `readdir` of this stream, which nobody else has.
      guard let entry = unsafe readdir(stream) else {
        if errno != 0 { throw .last }
        return result
      }
      let name = unsafe name(of: entry)
      if name == "." || name == ".." { continue }
      if let kind = unsafe try kind(of: entry, name: name, in: directory) {
        result.append(DirectoryEntry(name: name, kind: kind))
      }
    }
  }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
    // Unsafe: the name is zero-terminated and may be longer than the array that the header declares, so it is read
    // through a pointer to its first byte.
    let start = unsafe UnsafeRawPointer(entry).advanced(by: MemoryLayout<dirent>.offset(of: \.d_name)!)
    return unsafe String(cString: start.assumingMemoryBound(to: CChar.self))
  }

  /// What an entry stands for; nil when it has gone away in between.
  private static func kind(
    of entry: UnsafeMutablePointer<dirent>, name: String, in directory: Int32
  ) throws(SystemError) -> DirectoryEntry.Kind? {
    // Unsafe: the entry is valid, see above.
    switch unsafe Int(entry.pointee.d_type) {
    case Int(DT_REG): return .file
    case Int(DT_DIR): return .directory
    case Int(DT_LNK): return .symbolicLink
    case Int(DT_UNKNOWN):
      // Some file systems leave the kind out.
      do {
        return try status(name, in: directory, following: false).kind
      } catch  where error.errno == ENOENT {
        return nil
      }
    default: return .other
    }
  }
}
