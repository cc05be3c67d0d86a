import Synchronization

/// A directory in memory that behaves as one on disk does, errors and locks included; syncing does nothing.
///
/// Handles of the same directory, from ``subdirectory(_:create:)`` or ``reopened()``, share files and locks. The state of
/// all of them is guarded by one lock, held for the time of one call.
public final class MemoryDirectory: Directory {
  /// What it is called, for messages.
  public let path: String
  let tree: MemoryTree
  let node: MemoryTree.NodeID

  /// Creates an empty directory.
  public convenience init(path: String = "memory") {
    self.init(path: path, tree: MemoryTree(), node: MemoryTree.root)
  }

  init(path: String, tree: MemoryTree, node: MemoryTree.NodeID) {
    self.path = path
    self.tree = tree
    self.node = node
  }

  /// Another handle of the same directory, as another process would have.
  public func reopened() -> MemoryDirectory {
    MemoryDirectory(path: path, tree: tree, node: node)
  }

  /// A directory of its own with the same files and directories, with no file open and no lock held.
  ///
  /// O(number of files); their bytes are shared until one side writes.
  public func copy() -> MemoryDirectory {
    let state = tree.state.withLock { $0.unopened() }
    return MemoryDirectory(path: path, tree: MemoryTree(state), node: node)
  }

  /// What is in the directory, sorted by name.
  public func entries() throws(StorageError) -> [DirectoryEntry] {
    tree.state.withLock { state in
      (state.directories[node] ?? [:]).sorted { $0.key < $1.key }.map { name, child in
        DirectoryEntry(name: name, kind: state.directories[child] == nil ? .file : .directory)
      }
    }
  }

  /// Opens or creates a file.
  public func open(_ name: String, _ mode: OpenMode) throws(StorageError) -> any File {
    let operation: StorageError.Operation = mode == .create ? .create : .open
    let name = try DirectoryName(name, for: operation).description
    let opened = try tree.state.withLock { (state) throws(StorageError) in
      let existing = state.node(name, in: node)
      if mode == .create, existing != nil { throw error(.alreadyExists, operation, name) }
      guard let opened = mode == .create ? state.makeFile(name, in: node) : existing else {
        throw error(.notFound, operation, name)
      }
      guard state.files[opened] != nil else { throw error(.notAFile, operation, name) }
      state.files[opened]?.handles += 1
      return opened
    }
    return MemoryFile(name: name, path: location(of: name), tree: tree, node: opened, isWritable: mode != .readOnly)
  }

  /// Gives a file or directory another name, replacing a file of that name.
  public func rename(_ from: String, to: String) throws(StorageError) {
    let (from, to) = (
      try DirectoryName(from, for: .rename).description, try DirectoryName(to, for: .rename).description
    )
    try tree.state.withLock { (state) throws(StorageError) in
      guard let moved = state.node(from, in: node) else { throw error(.notFound, .rename, from) }
      if from == to { return }
      if let replaced = state.node(to, in: node) {
        switch (state.directories[moved] != nil, state.directories[replaced]) {
        case (true, nil): throw error(.notADirectory, .rename, to)
        case (false, .some): throw error(.notAFile, .rename, to)
        case (true, let names?):
          guard names.isEmpty else { throw error(.notEmpty, .rename, to) }
          state.directories[replaced] = nil
        case (false, nil): state.unname(replaced)
        }
      }
      state.directories[node]?[from] = nil
      state.directories[node]?[to] = moved
    }
  }

  /// Removes the name of a file.
  public func remove(_ name: String) throws(StorageError) {
    let name = try DirectoryName(name, for: .remove).description
    try tree.state.withLock { (state) throws(StorageError) in
      guard let removed = state.node(name, in: node) else { throw error(.notFound, .remove, name) }
      guard state.files[removed] != nil else { throw error(.notAFile, .remove, name) }
      state.directories[node]?[name] = nil
      state.unname(removed)
    }
  }

  /// Does nothing: what is in memory does not become more durable.
  public func sync() throws(StorageError) {}

  /// Opens a directory in this one; creates it if it is missing and `create` is set.
  public func subdirectory(_ name: String, create: Bool) throws(StorageError) -> any Directory {
    let name = try DirectoryName(name).description
    let opened = try tree.state.withLock { (state) throws(StorageError) in
      if let existing = state.node(name, in: node) {
        guard state.directories[existing] != nil else { throw error(.notADirectory, .open, name) }
        return existing
      }
      guard create else { throw error(.notFound, .open, name) }
      let made = state.nextNumber()
      state.directories[made] = [:]
      state.directories[node]?[name] = made
      return made
    }
    return MemoryDirectory(path: location(of: name), tree: tree, node: opened)
  }

  func location(of name: String) -> String {
    "\(path)/\(name)"
  }

  func error(_ code: StorageError.Code, _ operation: StorageError.Operation, _ name: String) -> StorageError {
    StorageError(code, operation, path: location(of: name))
  }
}

extension MemoryTree.State {
  /// Takes its name from a file, and forgets it if it is not open.
  fileprivate mutating func unname(_ node: MemoryTree.NodeID) {
    files[node]?.isNamed = false
    collect(node)
  }
}
