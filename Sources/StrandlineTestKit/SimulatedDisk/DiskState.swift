/// What a simulated disk holds, what of it is durable, and what lies between.
///
/// # Overview
/// A value: a copy taken at a call is what the disk was at that call, and copies share their bytes. Files and directories
/// are numbered; a name binds to a number. Every change is done at once to what the page cache shows, and kept as pending
/// until the file or directory is synced. A crash keeps any of the pending changes (`CrashImages`).
///
/// # Invariants
/// - The content of a file is its durable bytes with all pending changes applied in order, as long as no sync dropped any.
/// - The names of a directory are its durable names with all pending ones applied in order.
struct DiskState: Sendable {
  typealias NodeID = Int

  /// The number of the root.
  static let root = 0

  var files: [NodeID: FileNode] = [:]
  var directories: [NodeID: DirectoryNode] = [root: DirectoryNode()]
  private(set) var lastNumber = 0

  /// A change of a file that no sync has made durable yet.
  enum Change: Sendable {
    case write(offset: Int, bytes: [UInt8])
    /// Zeros up to a size, really written.
    case zeros(from: Int, to: Int)
    case resize(to: Int)
  }

  struct FileNode: Sendable {
    /// What the page cache shows.
    var content: [UInt8] = []
    /// What the device holds.
    var durable: [UInt8] = []
    var pending: [Change] = []
    /// The number of the lock that holds the file, and who took it.
    var lock: (number: Int, owner: String)?

    /// Does a change, not durably.
    mutating func change(_ change: Change) {
      Self.apply(change, to: &content)
      pending.append(change)
    }

    /// Makes what was changed durable.
    mutating func sync() {
      for change in pending { Self.apply(change, to: &durable) }
      pending.removeAll()
    }

    static func apply(_ change: Change, to bytes: inout [UInt8]) {
      switch change {
      case .write(let offset, let new):
        extend(&bytes, to: offset + new.count)
        bytes.replaceSubrange(offset..<offset + new.count, with: new)
      case .zeros(_, let end):
        extend(&bytes, to: end)
      case .resize(let size):
        if size < bytes.count { bytes.removeLast(bytes.count - size) } else { extend(&bytes, to: size) }
      }
    }

    /// Copied rather than made one by one, which takes most of the time of a crash matrix that is not optimised.
    private static let zeros = [UInt8](repeating: 0, count: 1 << 16)

    static func extend(_ bytes: inout [UInt8], to size: Int) {
      while bytes.count < size { bytes.append(contentsOf: zeros[..<min(zeros.count, size - bytes.count)]) }
    }
  }

  /// A change of a directory's names that no sync has made durable yet.
  enum NameChange: Sendable {
    case bind(String, NodeID)
    case unbind(String, NodeID)
    /// One step: the old name goes and the new one comes, or neither.
    case rename(from: String, to: String, NodeID)
  }

  struct DirectoryNode: Sendable {
    /// What the page cache shows.
    var names: [String: NodeID] = [:]
    /// What the device holds.
    var durable: [String: NodeID] = [:]
    var pending: [NameChange] = []

    /// Does a change, not durably.
    mutating func change(_ change: NameChange) {
      Self.apply(change, to: &names)
      pending.append(change)
    }

    /// Makes the names durable.
    mutating func sync() {
      durable = names
      pending.removeAll()
    }

    static func apply(_ change: NameChange, to names: inout [String: NodeID]) {
      switch change {
      case .bind(let name, let node): names[name] = node
      case .unbind(let name, let node): if names[name] == node { names[name] = nil }
      case .rename(let from, let to, let node):
        if names[from] == node { names[from] = nil }
        names[to] = node
      }
    }
  }

  /// A number that was not used before, for a node or a lock.
  mutating func nextNumber() -> Int {
    lastNumber += 1
    return lastNumber
  }

  /// What a machine finds that never had these files open: only what has a name, all of it durable.
  ///
  /// - Parameters:
  ///   - names: the names of a directory.
  ///   - content: the bytes of a file.
  func settled(names: (NodeID) -> [String: NodeID], content: (NodeID) -> [UInt8]) -> DiskState {
    var state = DiskState()
    state.lastNumber = lastNumber
    var open = [Self.root]
    while let directory = open.popLast() {
      let found = names(directory)
      state.directories[directory] = DirectoryNode(names: found, durable: found)
      for node in found.values {
        if directories[node] != nil {
          open.append(node)
        } else {
          let bytes = content(node)
          state.files[node] = FileNode(content: bytes, durable: bytes)
        }
      }
    }
    return state
  }

  /// What the files held that no name leads to any more: their blocks are free to be used again.
  var removedFiles: [[UInt8]] {
    let named = directories.values.reduce(into: Set<NodeID>()) { $0.formUnion($1.names.values) }
    return files.filter { !named.contains($0.key) }.sorted { $0.key < $1.key }.map(\.value.durable)
  }

  /// What a killed process leaves behind: everything that the page cache shows.
  var afterKill: DiskState {
    settled(names: { directories[$0]?.names ?? [:] }, content: { files[$0]?.content ?? [] })
  }
}
