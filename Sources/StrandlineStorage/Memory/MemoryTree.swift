import Synchronization

/// The files and directories that all handles of one memory directory share.
///
/// Directories and files are numbered nodes, as inodes are: a name points to a node, an open file holds on to its node
/// after the name has gone. A node without a name and without a handle is forgotten.
final class MemoryTree: Sendable {
  typealias NodeID = Int

  struct Node: Sendable {
    var bytes: [UInt8] = []
    var handles = 0
    var isNamed = true
    /// The number of the lock that holds the file, and who took it.
    var lock: (number: Int, owner: String)?
  }

  struct State: Sendable {
    var files: [NodeID: Node] = [:]
    var directories: [NodeID: [String: NodeID]] = [0: [:]]
    private var lastNumber = 0

    /// A number that was not used before, for a node or a lock.
    mutating func nextNumber() -> Int {
      lastNumber += 1
      return lastNumber
    }

    func node(_ name: String, in directory: NodeID) -> NodeID? {
      directories[directory]?[name]
    }

    /// Creates an empty file.
    mutating func makeFile(_ name: String, in directory: NodeID) -> NodeID {
      let node = nextNumber()
      files[node] = Node()
      directories[directory]?[name] = node
      return node
    }

    /// Forgets a file that nobody can reach.
    mutating func collect(_ node: NodeID) {
      if let file = files[node], !file.isNamed, file.handles == 0 { files[node] = nil }
    }

    /// What a machine finds that never had these files open.
    func unopened() -> State {
      var copy = self
      copy.files = files.filter { $0.value.isNamed }.mapValues { Node(bytes: $0.bytes) }
      return copy
    }
  }

  static let root: NodeID = 0
  let state: Mutex<State>

  init(_ state: State = State()) {
    self.state = Mutex(state)
  }
}
