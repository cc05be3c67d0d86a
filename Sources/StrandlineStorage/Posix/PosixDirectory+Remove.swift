extension PosixDirectory {
  /// Removes the directory at `path` with everything in it; does nothing when there is none. Links are not followed.
  public static func removeAll(path: String) throws(StorageError) {
    let directory: PosixDirectory
    do {
      directory = try open(path: path)
    } catch  where error.code == .notFound {
      return
    }
    try directory.removeContents()
    do {
      try SystemCall.removeDirectory(path, in: SystemCall.workingDirectory)
    } catch {
      throw error.during(.remove, path)
    }
  }

  private func removeContents() throws(StorageError) {
    for entry in try entries() {
      do throws(SystemError) {
        guard entry.kind == .directory else {
          try SystemCall.remove(entry.name, in: descriptor.raw)
          continue
        }
      } catch {
        throw error.during(.remove, location(of: entry.name))
      }
      let inner: Descriptor
      do {
        inner = try SystemCall.open(entry.name, in: descriptor.raw, [.readOnly, .directory, .noFollow])
      } catch {
        throw error.during(.open, location(of: entry.name))
      }
      try PosixDirectory(path: location(of: entry.name), descriptor: inner).removeContents()
      do {
        try SystemCall.removeDirectory(entry.name, in: descriptor.raw)
      } catch {
        throw error.during(.remove, location(of: entry.name))
      }
    }
  }
}
