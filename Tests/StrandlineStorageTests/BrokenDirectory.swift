import StrandlineStorage

/// A memory directory that does one thing wrong: the negative control of the conformance suite.
final class BrokenDirectory: Directory {
  enum Fault: CaseIterable, Sendable {
    case createTruncates, openCreates, renameDoesNotReplace, renameCopies, removeDoesNothing, entriesUnsorted
    case namesUnchecked, readStopsEarly, readReplacesBuffer, truncateNeverExtends, preallocateDoesNothing
    case readOnlyCanWrite, closedStillReads, lockAlwaysFree, lockWithoutOwner, lockOutlivesFile, releaseForgotten
    case subdirectoryAlwaysCreated, errorWithoutPath
  }

  private let wrapped: MemoryDirectory
  let fault: Fault

  init(_ fault: Fault, _ directory: MemoryDirectory = MemoryDirectory()) {
    self.fault = fault
    wrapped = directory
  }

  var path: String { fault == .errorWithoutPath ? "elsewhere" : wrapped.path }

  func entries() throws(StorageError) -> [DirectoryEntry] {
    let entries = try wrapped.entries()
    return fault == .entriesUnsorted ? entries.reversed() : entries
  }

  func open(_ name: String, _ mode: OpenMode) throws(StorageError) -> any File {
    var mode = mode
    let exists = try wrapped.entries().contains { $0.name == name }
    if fault == .createTruncates, mode == .create, exists { try wrapped.remove(name) }
    if fault == .openCreates, !exists { mode = .create }
    let name = fault == .namesUnchecked ? name.filter { $0 != " " } : name
    return BrokenFile(try wrapped.open(name, mode), fault, name) { [wrapped] () throws(StorageError) in
      try wrapped.open(name, .readWrite)
    }
  }

  func rename(_ from: String, to: String) throws(StorageError) {
    switch fault {
    case .renameDoesNotReplace:
      if from != to, try wrapped.entries().contains(where: { $0.name == to && $0.kind == .file }) {
        throw StorageError(.alreadyExists, .rename, path: to)
      }
      try wrapped.rename(from, to: to)
    case .renameCopies:
      try wrapped.rename(from, to: to)
      if from != to { _ = try wrapped.open(from, .create) }
    default: try wrapped.rename(from, to: to)
    }
  }

  func remove(_ name: String) throws(StorageError) {
    if fault != .removeDoesNothing { try wrapped.remove(name) }
  }

  func sync() throws(StorageError) {
    try wrapped.sync()
  }

  func subdirectory(_ name: String, create: Bool) throws(StorageError) -> any Directory {
    try wrapped.subdirectory(name, create: create || fault == .subdirectoryAlwaysCreated)
  }

  func lock(_ name: String, owner: String) throws(StorageError) -> any DirectoryLock {
    switch fault {
    case .lockAlwaysFree:
      return BrokenLock(fault, try MemoryDirectory().lock(name, owner: owner))
    case .lockWithoutOwner:
      return try wrapped.lock(name, owner: "somebody")
    default:
      return BrokenLock(fault, try wrapped.lock(name, owner: owner))
    }
  }
}

private final class BrokenFile: File {
  private let wrapped: any File
  private let fault: BrokenDirectory.Fault
  private let reopen: @Sendable () throws(StorageError) -> any File
  let name: String

  init(
    _ file: any File, _ fault: BrokenDirectory.Fault, _ name: String,
    reopen: @escaping @Sendable () throws(StorageError) -> any File
  ) {
    wrapped = file
    self.fault = fault
    self.name = name
    self.reopen = reopen
  }

  func number() throws(StorageError) -> FileNumber {
    try wrapped.number()
  }

  func size() throws(StorageError) -> Int {
    try wrapped.size()
  }

  func read(at offset: Int, into buffer: inout [UInt8], count: Int) throws(StorageError) -> Int {
    switch fault {
    case .readStopsEarly: return try wrapped.read(at: offset, into: &buffer, count: max(min(count, 1), count / 2))
    case .readReplacesBuffer:
      buffer = []
      return try wrapped.read(at: offset, into: &buffer, count: count)
    case .closedStillReads: return try reopen().read(at: offset, into: &buffer, count: count)
    default: return try wrapped.read(at: offset, into: &buffer, count: count)
    }
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(StorageError) {
    try (fault == .readOnlyCanWrite ? reopen() : wrapped).write(bytes, at: offset)
  }

  func sync() throws(StorageError) {
    try wrapped.sync()
  }

  func truncate(to size: Int) throws(StorageError) {
    if fault == .truncateNeverExtends, try wrapped.size() < size { return }
    try wrapped.truncate(to: size)
  }

  func preallocate(_ size: Int) throws(StorageError) {
    if fault != .preallocateDoesNothing { try wrapped.preallocate(size) }
  }

  func close() throws(StorageError) {
    try wrapped.close()
  }
}

private final class BrokenLock: DirectoryLock {
  private let wrapped: any DirectoryLock
  private let fault: BrokenDirectory.Fault

  init(_ fault: BrokenDirectory.Fault, _ lock: any DirectoryLock) {
    self.fault = fault
    wrapped = lock
  }

  func stillHeld() throws(StorageError) -> Bool {
    fault == .lockOutlivesFile ? true : try wrapped.stillHeld()
  }

  func release() {
    if fault != .releaseForgotten { wrapped.release() }
  }
}
