import StrandlineStorage
import Synchronization

/// A directory whose files fail to be written or synced while it is told so.
final class FailingDirectory: Directory {
  enum Fault {
    case write, sync
  }

  private let wrapped: any Directory
  private let fault = Mutex<Fault?>(nil)

  init(_ directory: any Directory) {
    wrapped = directory
  }

  /// What fails from now on; nil for nothing.
  func fail(_ fault: Fault?) {
    self.fault.withLock { $0 = fault }
  }

  func check(_ wanted: Fault, _ operation: StorageError.Operation) throws(StorageError) {
    if fault.withLock({ $0 }) == wanted { throw StorageError(.inputOutput, operation, path: path) }
  }

  var path: String { wrapped.path }
  func entries() throws(StorageError) -> [DirectoryEntry] { try wrapped.entries() }
  func open(_ name: String, _ mode: OpenMode) throws(StorageError) -> any File {
    FailingFile(try wrapped.open(name, mode), self)
  }
  func rename(_ from: String, to: String) throws(StorageError) { try wrapped.rename(from, to: to) }
  func remove(_ name: String) throws(StorageError) { try wrapped.remove(name) }
  func sync() throws(StorageError) { try wrapped.sync() }
  func subdirectory(_ name: String, create: Bool) throws(StorageError) -> any Directory {
    try wrapped.subdirectory(name, create: create)
  }
  func lock(_ name: String, owner: String) throws(StorageError) -> any DirectoryLock {
    try wrapped.lock(name, owner: owner)
  }
}

private final class FailingFile: File {
  private let wrapped: any File
  private let directory: FailingDirectory

  init(_ file: any File, _ directory: FailingDirectory) {
    wrapped = file
    self.directory = directory
  }

  var name: String { wrapped.name }
  func number() throws(StorageError) -> FileNumber { try wrapped.number() }
  func size() throws(StorageError) -> Int { try wrapped.size() }
  func read(at offset: Int, into buffer: inout [UInt8], count: Int) throws(StorageError) -> Int {
    try wrapped.read(at: offset, into: &buffer, count: count)
  }
  func write(_ bytes: RawSpan, at offset: Int) throws(StorageError) {
    try directory.check(.write, .write)
    try wrapped.write(bytes, at: offset)
  }
  func sync() throws(StorageError) {
    try directory.check(.sync, .sync)
    try wrapped.sync()
  }
  func truncate(to size: Int) throws(StorageError) { try wrapped.truncate(to: size) }
  func preallocate(_ size: Int) throws(StorageError) { try wrapped.preallocate(size) }
  func close() throws(StorageError) { try wrapped.close() }
}
