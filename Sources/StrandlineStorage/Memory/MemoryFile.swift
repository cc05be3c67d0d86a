import Synchronization

/// An open file of a memory directory.
final class MemoryFile: File {
  let name: String
  private let path: String
  private let tree: MemoryTree
  private let node: MemoryTree.NodeID
  private let isWritable: Bool
  private let isClosed = Atomic(false)

  init(name: String, path: String, tree: MemoryTree, node: MemoryTree.NodeID, isWritable: Bool) {
    self.name = name
    self.path = path
    self.tree = tree
    self.node = node
    self.isWritable = isWritable
  }

  func number() throws(StorageError) -> FileNumber {
    try requireOpen(.status)
    return FileNumber(device: 0, inode: UInt64(node))
  }

  func size() throws(StorageError) -> Int {
    try requireOpen(.status)
    return tree.state.withLock { $0.files[node]?.bytes.count ?? 0 }
  }

  func read(at offset: Int, into buffer: inout [UInt8], count: Int) throws(StorageError) -> Int {
    try check(.read, offset, count)
    try requireOpen(.read)
    let bytes = tree.state.withLock { state -> ArraySlice<UInt8> in
      let bytes = state.files[node]?.bytes ?? []
      return bytes.dropFirst(offset).prefix(count)
    }
    buffer.append(contentsOf: bytes)
    return bytes.count
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(StorageError) {
    try requireWritable(.write)
    try check(.write, offset, bytes.byteCount)
    guard bytes.byteCount > 0 else { return }
    // Unsafe: the pointer is used inside the closure only.
    unsafe bytes.withUnsafeBytes { source in
      tree.state.withLock { state in
        state.files[node]?.extend(to: offset)
        let end = min(offset + source.count, state.files[node]?.bytes.count ?? 0)
        unsafe state.files[node]?.bytes.replaceSubrange(offset..<end, with: source)
      }
    }
  }

  func sync() throws(StorageError) {
    try requireOpen(.sync)
  }

  func truncate(to size: Int) throws(StorageError) {
    try requireWritable(.truncate)
    try check(.truncate, 0, size)
    tree.state.withLock { state in
      state.files[node]?.extend(to: size)
      let excess = (state.files[node]?.bytes.count ?? size) - size
      state.files[node]?.bytes.removeLast(excess)
    }
  }

  func preallocate(_ size: Int) throws(StorageError) {
    try requireWritable(.preallocate)
    try check(.preallocate, 0, size)
    tree.state.withLock { $0.files[node]?.extend(to: size) }
  }

  func close() throws(StorageError) {
    release()
  }

  private func release() {
    guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    tree.state.withLock { state in
      state.files[node]?.handles -= 1
      state.collect(node)
    }
  }

  private func requireOpen(_ operation: StorageError.Operation) throws(StorageError) {
    guard !isClosed.load(ordering: .acquiring) else { throw StorageError(.closed, operation, path: path) }
  }

  private func requireWritable(_ operation: StorageError.Operation) throws(StorageError) {
    guard isWritable else {
      throw StorageError(.permission, operation, path: path, detail: "The file was opened to be read only")
    }
    try requireOpen(operation)
  }

  private func check(_ operation: StorageError.Operation, _ offset: Int, _ count: Int) throws(StorageError) {
    guard offset >= 0, count >= 0, !offset.addingReportingOverflow(count).overflow else {
      throw StorageError(.invalidArgument, operation, path: path, offset: offset, count: count)
    }
  }

  deinit {
    release()
  }
}

extension MemoryTree.Node {
  /// Fills up with zeros to `size` bytes; never cuts.
  fileprivate mutating func extend(to size: Int) {
    if size > bytes.count { bytes.append(contentsOf: repeatElement(0, count: size - bytes.count)) }
  }
}
