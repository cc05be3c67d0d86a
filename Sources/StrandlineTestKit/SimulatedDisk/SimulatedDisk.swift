public import StrandlineStorage
import Synchronization

/// A disk in memory that keeps apart what was synced and what was not, fails where it is told to, and can show what a
/// machine may find on it after the power went.
///
/// # Overview
/// To its user it is a `Directory` like any other. Every call is counted; calls that change something can be recorded, and
/// each record holds the disk as it was just before the call (``takeCrashPoints()``). ``CrashImages`` makes of one all the
/// disks that a crash there could leave. ``DiskFault`` makes a call fail.
///
/// # After a crash
/// Any subset of the unsynced writes may be there, torn at sectors of 512 bytes, with garbage where one was lost; names
/// that were made, renamed or removed since the directory was synced may be as before; a file may be shorter.
public final class SimulatedDisk: Directory {
  /// Where the directory is, for messages.
  public let path: String
  let shared: Shared
  let node: DiskState.NodeID

  /// What all handles of one disk share.
  final class Shared: Sendable {
    let content: Mutex<Content>

    init(_ content: Content) {
      self.content = Mutex(content)
    }
  }

  struct Content: Sendable {
    var state: DiskState
    var faults: [DiskFault] = []
    var counts: [DiskCall: Int] = [:]
    var calls = 0
    var changes = 0
    var records = false
    var ignoresSync = false
    var points: [CrashPoint] = []

    /// Counts a call.
    ///
    /// - Returns: the fault that meets it, if one does.
    mutating func enter(_ call: DiskCall) -> DiskFault? {
      calls += 1
      counts[call, default: 0] += 1
      if call.isChange {
        changes += 1
        if records { points.append(CrashPoint(number: changes, call: call, state: state)) }
      }
      if faults.isEmpty { return nil }
      let count = counts[call] ?? 0
      return faults.first { fault in
        if let only = fault.call, only != call { return false }
        let number = fault.call == nil ? calls : count
        return fault.isForEver ? number >= fault.number : number == fault.number
      }
    }
  }

  /// An empty disk.
  public convenience init(path: String = "disk") {
    self.init(DiskState(), path: path)
  }

  init(_ state: DiskState, path: String = "disk") {
    self.path = path
    shared = Shared(Content(state: state))
    node = DiskState.root
  }

  private init(_ parent: SimulatedDisk, _ name: String, _ node: DiskState.NodeID) {
    path = "\(parent.path)/\(name)"
    shared = parent.shared
    self.node = node
  }

  /// The calls that fail, from now on.
  public var faults: [DiskFault] {
    get { shared.content.withLock { $0.faults } }
    set { shared.content.withLock { $0.faults = newValue } }
  }

  /// Whether syncs do nothing and say that they did: a disk that lies, for seeing that a check finds it out.
  public var ignoresSync: Bool {
    get { shared.content.withLock { $0.ignoresSync } }
    set { shared.content.withLock { $0.ignoresSync = newValue } }
  }

  /// Whether calls that change something are recorded.
  public var recordsCrashPoints: Bool {
    get { shared.content.withLock { $0.records } }
    set { shared.content.withLock { $0.records = newValue } }
  }

  /// The calls so far.
  public var calls: Int { shared.content.withLock { $0.calls } }

  /// The calls of one kind so far.
  public func calls(of call: DiskCall) -> Int { shared.content.withLock { $0.counts[call] ?? 0 } }

  /// The crash points recorded since the last time they were taken.
  public func takeCrashPoints() -> [CrashPoint] {
    shared.content.withLock { content in
      var taken: [CrashPoint] = []
      swap(&taken, &content.points)
      return taken
    }
  }

  /// What is on the disk now, and what of it is durable.
  var state: DiskState { shared.content.withLock { $0.state } }

  /// The disk as it is now, as a crash point.
  public var crashPoint: CrashPoint {
    shared.content.withLock { CrashPoint(number: $0.changes + 1, call: nil, state: $0.state) }
  }

  /// What is there for the next process after this one was killed: the page cache, with no file open and no lock held.
  public func afterKill() -> SimulatedDisk {
    SimulatedDisk(state.afterKill)
  }

  // MARK: - Directory

  /// What is in the directory, sorted by name.
  public func entries() throws(StorageError) -> [DirectoryEntry] {
    try perform(.list, .list, path) { content in
      (content.state.directories[node]?.names ?? [:]).sorted { $0.key < $1.key }.map { name, child in
        DirectoryEntry(name: name, kind: content.state.directories[child] == nil ? .file : .directory)
      }
    }
  }

  /// Opens or creates a file.
  public func open(_ name: String, _ mode: OpenMode) throws(StorageError) -> any File {
    let operation: StorageError.Operation = mode == .create ? .create : .open
    let name = try DirectoryName(name, for: operation).description
    let place = location(of: name)
    let file = try perform(mode == .create ? .create : .open, operation, place) {
      (content) throws(StorageError) in
      let found = content.state.directories[node]?.names[name]
      if mode == .create {
        guard found == nil else { throw StorageError(.alreadyExists, operation, path: place) }
        return makeFile(name, &content)
      }
      guard let found else { throw StorageError(.notFound, operation, path: place) }
      guard content.state.files[found] != nil else { throw StorageError(.notAFile, operation, path: place) }
      return found
    }
    return SimulatedFile(name: name, path: place, shared: shared, node: file, isWritable: mode != .readOnly)
  }

  private func makeFile(_ name: String, _ content: inout Content) -> DiskState.NodeID {
    let made = content.state.nextNumber()
    content.state.files[made] = DiskState.FileNode()
    content.state.directories[node]?.change(.bind(name, made))
    return made
  }

  /// Gives a file or directory another name, replacing a file of that name.
  public func rename(_ from: String, to: String) throws(StorageError) {
    let from = try DirectoryName(from, for: .rename).description
    let to = try DirectoryName(to, for: .rename).description
    try perform(.rename, .rename, location(of: from)) { (content) throws(StorageError) in
      let names = content.state.directories[node]?.names ?? [:]
      guard let moved = names[from] else { throw StorageError(.notFound, .rename, path: location(of: from)) }
      if from == to { return }
      if let replaced = names[to] {
        let directories = content.state.directories
        switch (directories[moved] != nil, directories[replaced]) {
        case (true, nil): throw StorageError(.notADirectory, .rename, path: location(of: to))
        case (false, .some): throw StorageError(.notAFile, .rename, path: location(of: to))
        case (true, let old?) where !old.names.isEmpty:
          throw StorageError(.notEmpty, .rename, path: location(of: to))
        default: break
        }
      }
      content.state.directories[node]?.change(.rename(from: from, to: to, moved))
    }
  }

  /// Removes the name of a file.
  public func remove(_ name: String) throws(StorageError) {
    let name = try DirectoryName(name, for: .remove).description
    try perform(.remove, .remove, location(of: name)) { (content) throws(StorageError) in
      guard let removed = content.state.directories[node]?.names[name] else {
        throw StorageError(.notFound, .remove, path: location(of: name))
      }
      guard content.state.files[removed] != nil else {
        throw StorageError(.notAFile, .remove, path: location(of: name))
      }
      content.state.directories[node]?.change(.unbind(name, removed))
    }
  }

  /// Makes the names in the directory durable.
  public func sync() throws(StorageError) {
    try perform(.syncDirectory, .sync, path) { content in
      if !content.ignoresSync { content.state.directories[node]?.sync() }
    } failing: { content, fault in
      if fault.effect == .dropped { content.state.directories[node]?.pending.removeAll() }
    }
  }

  /// Opens a directory in this one; creates it if it is missing and `create` is set.
  public func subdirectory(_ name: String, create: Bool) throws(StorageError) -> any Directory {
    let name = try DirectoryName(name).description
    let place = location(of: name)
    let isThere = shared.content.withLock { $0.state.directories[node]?.names[name] != nil }
    let makes = create && !isThere
    let opened = try perform(makes ? .makeDirectory : .openDirectory, makes ? .makeDirectory : .open, place) {
      (content) throws(StorageError) in
      if let found = content.state.directories[node]?.names[name] {
        guard content.state.directories[found] != nil else { throw StorageError(.notADirectory, .open, path: place) }
        return found
      }
      guard create else { throw StorageError(.notFound, .open, path: place) }
      let made = content.state.nextNumber()
      content.state.directories[made] = DiskState.DirectoryNode()
      content.state.directories[node]?.change(.bind(name, made))
      return made
    }
    return SimulatedDisk(self, name, opened)
  }

  /// Takes the lock that the file `name` stands for.
  public func lock(_ name: String, owner: String) throws(StorageError) -> any DirectoryLock {
    let name = try DirectoryName(name, for: .lock).description
    let place = location(of: name)
    return try perform(.lock, .lock, place) { (content) throws(StorageError) in
      let file = content.state.directories[node]?.names[name] ?? makeFile(name, &content)
      guard let found = content.state.files[file] else { throw StorageError(.notAFile, .lock, path: place) }
      if let holder = found.lock {
        throw StorageError(.locked, .lock, path: place, detail: "The lock is held by \(holder.owner)")
      }
      let number = content.state.nextNumber()
      content.state.files[file]?.lock = (number, owner)
      content.state.files[file]?.change(.resize(to: 0))
      content.state.files[file]?.change(.write(offset: 0, bytes: [UInt8](owner.utf8)))
      return SimulatedLock(name: name, directory: self, file: file, number: number)
    }
  }

  func location(of name: String) -> String { "\(path)/\(name)" }

  private func perform<Result>(
    _ call: DiskCall, _ operation: StorageError.Operation, _ place: String,
    _ body: (inout Content) throws(StorageError) -> Result, failing: (inout Content, DiskFault) -> Void = { _, _ in }
  ) throws(StorageError) -> Result {
    try shared.perform(call, operation, place, body, failing: failing)
  }
}

extension SimulatedDisk.Shared {
  /// Does a call, unless a fault meets it.
  ///
  /// - Parameter failing: what a call that fails has done all the same.
  func perform<Result>(
    _ call: DiskCall, _ operation: StorageError.Operation, _ place: String,
    _ body: (inout SimulatedDisk.Content) throws(StorageError) -> Result,
    failing: (inout SimulatedDisk.Content, DiskFault) -> Void = { _, _ in }
  ) throws(StorageError) -> Result {
    // What the closure throws is carried out of the lock as a value: the result need not be sendable.
    var outcome: Swift.Result<Result, StorageError>?
    content.withLock { content in
      if let fault = content.enter(call) {
        failing(&content, fault)
        outcome = .failure(StorageError(fault.code, operation, path: place, detail: "A fault put in on purpose"))
        return
      }
      do throws(StorageError) {
        outcome = .success(try body(&content))
      } catch {
        outcome = .failure(error)
      }
    }
    guard let outcome else { throw StorageError(.other, operation, path: place) }
    return try outcome.get()
  }
}

/// A lock on a node of a simulated disk, together with the name it was opened by.
private final class SimulatedLock: DirectoryLock {
  private let name: String
  private let directory: SimulatedDisk
  private let file: DiskState.NodeID
  private let number: Int

  init(name: String, directory: SimulatedDisk, file: DiskState.NodeID, number: Int) {
    self.name = name
    self.directory = directory
    self.file = file
    self.number = number
  }

  func stillHeld() throws(StorageError) -> Bool {
    try directory.shared.perform(.lock, .lock, directory.location(of: name)) { content in
      content.state.files[file]?.lock?.number == number
        && content.state.directories[directory.node]?.names[name] == file
    }
  }

  func release() {
    directory.shared.content.withLock { content in
      if content.state.files[file]?.lock?.number == number { content.state.files[file]?.lock = nil }
    }
  }

  deinit {
    release()
  }
}
