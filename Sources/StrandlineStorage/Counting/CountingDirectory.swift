import Synchronization

/// Wraps a directory and counts what is done to it, its files and its subdirectories together.
public final class CountingDirectory: Directory {
  private let wrapped: any Directory
  private let counter: Counter

  /// Wraps `directory`, counting from zero.
  public convenience init(_ directory: any Directory) {
    self.init(directory, counter: Counter())
  }

  private init(_ directory: any Directory, counter: Counter) {
    wrapped = directory
    self.counter = counter
  }

  /// What has been counted so far.
  public var counts: StorageCounts {
    counter.counts.withLock { $0 }
  }

  /// Where the wrapped directory is.
  public var path: String { wrapped.path }

  /// What is in the wrapped directory.
  public func entries() throws(StorageError) -> [DirectoryEntry] {
    try wrapped.entries()
  }

  /// Opens a file and counts that.
  public func open(_ name: String, _ mode: OpenMode) throws(StorageError) -> any File {
    counter.counts.withLock { $0.opens += 1 }
    return CountingFile(try wrapped.open(name, mode), counter: counter)
  }

  /// Renames a file and counts that.
  public func rename(_ from: String, to: String) throws(StorageError) {
    counter.counts.withLock { $0.renames += 1 }
    try wrapped.rename(from, to: to)
  }

  /// Removes a file and counts that.
  public func remove(_ name: String) throws(StorageError) {
    counter.counts.withLock { $0.removes += 1 }
    try wrapped.remove(name)
  }

  /// Syncs the directory and counts that.
  public func sync() throws(StorageError) {
    counter.counts.withLock { $0.directorySyncs += 1 }
    try wrapped.sync()
  }

  /// Opens a directory in this one, which counts into the same counts.
  public func subdirectory(_ name: String, create: Bool) throws(StorageError) -> any Directory {
    CountingDirectory(try wrapped.subdirectory(name, create: create), counter: counter)
  }

  /// Takes a lock of the wrapped directory.
  public func lock(_ name: String, owner: String) throws(StorageError) -> any DirectoryLock {
    try wrapped.lock(name, owner: owner)
  }

  fileprivate final class Counter: Sendable {
    let counts = Mutex(StorageCounts())
  }
}

private final class CountingFile: File {
  private let wrapped: any File
  private let counter: CountingDirectory.Counter

  init(_ file: any File, counter: CountingDirectory.Counter) {
    wrapped = file
    self.counter = counter
  }

  var name: String { wrapped.name }

  func number() throws(StorageError) -> FileNumber {
    try wrapped.number()
  }

  func size() throws(StorageError) -> Int {
    try wrapped.size()
  }

  func read(at offset: Int, into buffer: inout [UInt8], count: Int) throws(StorageError) -> Int {
    counter.counts.withLock { $0.reads += 1 }
    let read = try wrapped.read(at: offset, into: &buffer, count: count)
    counter.counts.withLock { $0.bytesRead += read }
    return read
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(StorageError) {
    let count = bytes.byteCount
    counter.counts.withLock {
      $0.writes += 1
      $0.bytesWritten += count
    }
    try wrapped.write(bytes, at: offset)
  }

  func sync() throws(StorageError) {
    counter.counts.withLock { $0.fileSyncs += 1 }
    try wrapped.sync()
  }

  func truncate(to size: Int) throws(StorageError) {
    try wrapped.truncate(to: size)
  }

  func preallocate(_ size: Int) throws(StorageError) {
    let zeros = max(0, size - (try wrapped.size()))
    counter.counts.withLock { $0.bytesPreallocated += zeros }
    try wrapped.preallocate(size)
  }

  func close() throws(StorageError) {
    try wrapped.close()
  }
}
