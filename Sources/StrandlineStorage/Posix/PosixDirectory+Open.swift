extension PosixDirectory {
  /// Opens the directory at `path`.
  ///
  /// With `create`, every directory that is missing on the way is made with mode 0700, and the directories on the way are
  /// synced, so that the new names survive a power cut, also those that a killed run made just before.
  ///
  /// - Throws: `.notFound`, `.notADirectory`, `.permission` and what the system says.
  public static func open(path: String, create: Bool = false) throws(StorageError) -> PosixDirectory {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw StorageError(.invalidArgument, .open, path: DirectoryName.printable(path, limit: 64), detail: "Not a path")
    }
    if create { try makeDirectories(path) }
    do {
      let opened = try SystemCall.open(path, in: SystemCall.workingDirectory, [.readOnly, .directory])
      return PosixDirectory(path: path, descriptor: opened)
    } catch {
      throw error.during(.open, path)
    }
  }

  private static func makeDirectories(_ path: String) throws(StorageError) {
    var parent = path.hasPrefix("/") ? "/" : "."
    var current = path.hasPrefix("/") ? "/" : ""
    for component in path.split(separator: "/") {
      current += current.isEmpty || current.hasSuffix("/") ? component : "/\(component)"
      let isNew: Bool
      do {
        isNew = try SystemCall.makeDirectory(current, in: SystemCall.workingDirectory)
      } catch {
        throw error.during(.makeDirectory, current)
      }
      try syncName(current, in: parent, isNew: isNew)
      parent = current
    }
  }

  /// Makes the name of a directory durable, if it can be one of ours.
  private static func syncName(_ name: String, in parent: String, isNew: Bool) throws(StorageError) {
    do {
      if !isNew {
        // What a run before this one made belongs to this user; there is no need to sync the rest of the system.
        let status = try SystemCall.status(name, in: SystemCall.workingDirectory, following: false)
        guard SystemCall.isOwn(status) else { return }
      }
      let opened = try SystemCall.open(parent, in: SystemCall.workingDirectory, [.readOnly, .directory])
      try SystemCall.syncAll(opened.raw)
    } catch {
      // A parent that this user may not read, or that can't be synced, held the name before.
      if !isNew, [.permission, .invalidArgument, .unsupported].contains(error.code) { return }
      throw error.during(.sync, parent)
    }
  }
}
