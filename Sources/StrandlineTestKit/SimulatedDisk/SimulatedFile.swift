import StrandlineBytes
import StrandlineStorage
import Synchronization

/// An open file of a simulated disk.
final class SimulatedFile: File {
  let name: String
  private let path: String
  private let shared: SimulatedDisk.Shared
  private let node: DiskState.NodeID
  private let isWritable: Bool
  private let isClosed = Atomic(false)

  init(name: String, path: String, shared: SimulatedDisk.Shared, node: DiskState.NodeID, isWritable: Bool) {
    self.name = name
    self.path = path
    self.shared = shared
    self.node = node
    self.isWritable = isWritable
  }

  func number() throws(StorageError) -> FileNumber {
    try requireOpen(.status)
    return try shared.perform(.status, .status, path) { _ in FileNumber(device: 0, inode: UInt64(node)) }
  }

  func size() throws(StorageError) -> Int {
    try requireOpen(.status)
    return try shared.perform(.status, .status, path) { $0.state.files[node]?.content.count ?? 0 }
  }

  func read(at offset: Int, into buffer: inout [UInt8], count: Int) throws(StorageError) -> Int {
    try check(.read, offset, count)
    try requireOpen(.read)
    let before = buffer.count
    try shared.perform(.read, .read, path) { content in
      guard let bytes = content.state.files[node]?.content, offset < bytes.count else { return }
      buffer.append(contentsOf: bytes[offset..<offset + min(count, bytes.count - offset)])
    }
    return buffer.count - before
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(StorageError) {
    try requireWritable(.write)
    try check(.write, offset, bytes.byteCount)
    guard bytes.byteCount > 0 else { return }
    let copy = [UInt8](copying: bytes)
    try shared.perform(.write, .write, path) { content in
      content.state.files[node]?.change(.write(offset: offset, bytes: copy))
    } failing: { content, fault in
      guard fault.effect == .half, copy.count > 1 else { return }
      content.state.files[node]?.change(.write(offset: offset, bytes: Array(copy.prefix(copy.count / 2))))
    }
  }

  func sync() throws(StorageError) {
    try requireOpen(.sync)
    try shared.perform(.sync, .sync, path) { content in
      if !content.ignoresSync { content.state.files[node]?.sync() }
    } failing: { content, fault in
      if fault.effect == .dropped { content.state.files[node]?.pending.removeAll() }
    }
  }

  func truncate(to size: Int) throws(StorageError) {
    try requireWritable(.truncate)
    try check(.truncate, 0, size)
    try shared.perform(.truncate, .truncate, path) { $0.state.files[node]?.change(.resize(to: size)) }
  }

  func preallocate(_ size: Int) throws(StorageError) {
    try requireWritable(.preallocate)
    try check(.preallocate, 0, size)
    try shared.perform(.preallocate, .preallocate, path) { content in
      let end = content.state.files[node]?.content.count ?? size
      if end < size { content.state.files[node]?.change(.zeros(from: end, to: size)) }
    } failing: { content, fault in
      let end = content.state.files[node]?.content.count ?? size
      let half = end + (size - end) / 2
      if fault.effect == .half, end < half { content.state.files[node]?.change(.zeros(from: end, to: half)) }
    }
  }

  func close() throws(StorageError) {
    guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    try shared.perform(.close, .close, path) { _ in }
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
}
