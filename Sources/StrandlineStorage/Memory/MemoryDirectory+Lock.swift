import Synchronization

extension MemoryDirectory {
  /// Takes the lock that the file `name` stands for; it keeps out every other handle of the directory.
  public func lock(_ name: String, owner: String) throws(StorageError) -> any DirectoryLock {
    let name = try DirectoryName(name, for: .lock).description
    return try tree.state.withLock { (state) throws(StorageError) in
      let file = state.node(name, in: node) ?? state.makeFile(name, in: node)
      guard let content = state.files[file] else { throw error(.notAFile, .lock, name) }
      if let holder = content.lock {
        throw StorageError(
          .locked, .lock, path: location(of: name), detail: "The lock is held by \(holder.owner)")
      }
      let number = state.nextNumber()
      state.files[file]?.lock = (number, owner)
      state.files[file]?.bytes = [UInt8](owner.utf8)
      state.files[file]?.handles += 1
      return MemoryLock(name: name, directory: self, file: file, number: number)
    }
  }
}

/// A lock on a node of a memory tree, together with the name it was opened by.
private final class MemoryLock: DirectoryLock {
  private let name: String
  private let directory: MemoryDirectory
  private let file: MemoryTree.NodeID
  private let number: Int

  init(name: String, directory: MemoryDirectory, file: MemoryTree.NodeID, number: Int) {
    self.name = name
    self.directory = directory
    self.file = file
    self.number = number
  }

  func stillHeld() throws(StorageError) -> Bool {
    directory.tree.state.withLock { state in
      state.files[file]?.lock?.number == number && state.node(name, in: directory.node) == file
    }
  }

  func fileNumber() -> FileNumber? { FileNumber(device: 0, inode: UInt64(file)) }

  func release() {
    directory.tree.state.withLock { state in
      guard state.files[file]?.lock?.number == number else { return }
      state.files[file]?.lock = nil
      state.files[file]?.handles -= 1
      state.collect(file)
    }
  }

  deinit {
    release()
  }
}
