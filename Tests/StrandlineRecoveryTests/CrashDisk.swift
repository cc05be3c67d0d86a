import StrandlineBytes
import StrandlineStorage
import Synchronization

/// A disk that stops at a chosen call, and shows what a machine may find afterwards.
///
/// Every call that changes something is counted. From the chosen one on every such call fails; a write that fails may have
/// left half of its bytes. `afterKill` is what the page cache holds; `afterPowerCut` mixes, sector by sector and name by
/// name, what was synced with what was not.
final class CrashDisk: Directory {
  struct Content {
    var now: [UInt8] = []
    var durable: [UInt8] = []
  }

  struct State {
    var files: [Int: Content] = [:]
    var names: [String: Int] = [:]
    var durableNames: [String: Int] = [:]
    var folders: Set<String> = []
    var calls = 0
    var crashAt: Int?

    /// Counts a call; throws from the chosen one on.
    mutating func change(_ operation: StorageError.Operation, _ path: String) throws(StorageError) {
      calls += 1
      if let crashAt, calls >= crashAt { throw StorageError(.inputOutput, operation, path: path) }
    }
  }

  let path: String
  private let prefix: String
  private let state: Shared

  fileprivate final class Shared: Sendable {
    let content = Mutex(State())
  }

  /// A disk with the files of a directory, all of them durable.
  ///
  /// - Parameter crashAt: the number, from 1, of the changing call that fails; nil for none.
  init(_ directory: any Directory, crashAt: Int? = nil) throws {
    path = "disk"
    prefix = ""
    state = Shared()
    let files = try contents(directory)
    state.content.withLock { state in
      for (number, file) in files.enumerated() {
        state.files[number] = Content(now: file.value, durable: file.value)
        state.names[file.key] = number
        if let slash = file.key.firstIndex(of: "/") { state.folders.insert(String(file.key[..<slash])) }
      }
      state.durableNames = state.names
      state.crashAt = crashAt
    }
  }

  private init(_ parent: CrashDisk, _ name: String) {
    path = "\(parent.path)/\(name)"
    prefix = "\(parent.prefix)\(name)/"
    state = parent.state
  }

  /// How many changing calls there were.
  var calls: Int { state.content.withLock { $0.calls } }

  /// What the page cache holds: what a killed process leaves behind.
  func afterKill() throws -> MemoryDirectory {
    try image { state, name in state.names[name].flatMap { state.files[$0]?.now } }
  }

  /// What may be left after the power went.
  func afterPowerCut(_ random: inout SeededRandom) throws -> MemoryDirectory {
    var mixed: [Int: [UInt8]] = [:]
    let (files, all) = state.content.withLock { ($0.files, Set($0.names.keys).union($0.durableNames.keys)) }
    for (number, content) in files.sorted(by: { $0.key < $1.key }) { mixed[number] = Self.mix(content, &random) }
    var newer: Set<String> = []
    for name in all.sorted() where random.next() & 1 == 0 { newer.insert(name) }
    return try image { state, name in
      (newer.contains(name) ? state.names[name] : state.durableNames[name]).flatMap { mixed[$0] }
    }
  }

  private static func mix(_ content: Content, _ random: inout SeededRandom) -> [UInt8] {
    let (now, durable) = (content.now, content.durable)
    // All, nothing, or any mixture of the sectors that were not synced.
    let style = random.next() % 3
    if now == durable || style == 0 { return durable }
    if style == 1 { return now }
    var mixed = random.next() & 1 == 0 ? now : durable
    let other = mixed.count == now.count && mixed == now ? durable : now
    for start in stride(from: 0, to: mixed.count, by: 512) where random.next() & 1 == 0 {
      let end = min(start + 512, mixed.count)
      for position in start..<end { mixed[position] = position < other.count ? other[position] : 0 }
    }
    return mixed
  }

  private func image(_ file: (State, String) -> [UInt8]?) throws -> MemoryDirectory {
    let directory = MemoryDirectory(path: "image")
    let found = state.content.withLock { state in
      Set(state.names.keys).union(state.durableNames.keys).compactMap { name in file(state, name).map { (name, $0) } }
    }
    for (name, bytes) in found {
      let parts = name.split(separator: "/").map(String.init)
      let place: any Directory = parts.count == 1 ? directory : try directory.subdirectory(parts[0], create: true)
      try place.open(parts[parts.count - 1], .create).write(bytes, at: 0)
    }
    return directory
  }
}

extension CrashDisk {
  func entries() throws(StorageError) -> [DirectoryEntry] {
    state.content.withLock { state in
      let files = state.names.keys.filter { $0.hasPrefix(prefix) && !$0.dropFirst(prefix.count).contains("/") }
        .map { DirectoryEntry(name: String($0.dropFirst(prefix.count)), kind: .file) }
      let folders = prefix.isEmpty ? state.folders.map { DirectoryEntry(name: $0, kind: .directory) } : []
      return (files + folders).sorted { $0.name < $1.name }
    }
  }

  func open(_ name: String, _ mode: OpenMode) throws(StorageError) -> any File {
    let full = prefix + name
    let number = try state.content.withLock { (state) throws(StorageError) -> Int in
      if mode == .create {
        guard state.names[full] == nil else { throw StorageError(.alreadyExists, .create, path: full) }
        try state.change(.create, full)
        let number = state.calls + 1_000_000
        state.files[number] = Content()
        state.names[full] = number
        return number
      }
      guard let number = state.names[full] else { throw StorageError(.notFound, .open, path: full) }
      return number
    }
    return CrashFile(name: full, number: number, state: state)
  }

  func rename(_ from: String, to: String) throws(StorageError) {
    try state.content.withLock { (state) throws(StorageError) in
      try state.change(.rename, from)
      state.names[prefix + to] = state.names.removeValue(forKey: prefix + from)
    }
  }

  func remove(_ name: String) throws(StorageError) {
    try state.content.withLock { (state) throws(StorageError) in
      guard state.names[prefix + name] != nil else { throw StorageError(.notFound, .remove, path: name) }
      try state.change(.remove, name)
      state.names[prefix + name] = nil
    }
  }

  func sync() throws(StorageError) {
    try state.content.withLock { (state) throws(StorageError) in
      try state.change(.sync, path)
      state.durableNames = state.durableNames.filter { !isHere($0.key) }
        .merging(state.names.filter { isHere($0.key) }) { $1 }
    }
  }

  private func isHere(_ name: String) -> Bool {
    name.hasPrefix(prefix) && !name.dropFirst(prefix.count).contains("/")
  }

  func subdirectory(_ name: String, create: Bool) throws(StorageError) -> any Directory {
    try state.content.withLock { (state) throws(StorageError) in
      if state.folders.contains(name) { return }
      guard create else { throw StorageError(.notFound, .open, path: name) }
      try state.change(.makeDirectory, name)
      state.folders.insert(name)
    }
    return CrashDisk(self, name)
  }

  func lock(_ name: String, owner: String) throws(StorageError) -> any DirectoryLock { AlwaysHeld() }
}

private final class AlwaysHeld: DirectoryLock {
  func stillHeld() throws(StorageError) -> Bool { true }
  func release() {}
}

private final class CrashFile: File {
  let name: String
  private let node: Int
  private let state: CrashDisk.Shared

  init(name: String, number: Int, state: CrashDisk.Shared) {
    self.name = name
    node = number
    self.state = state
  }

  func number() -> FileNumber { FileNumber(device: 0, inode: UInt64(node)) }

  func size() throws(StorageError) -> Int { state.content.withLock { $0.files[node]?.now.count ?? 0 } }

  func read(at offset: Int, into buffer: inout [UInt8], count: Int) throws(StorageError) -> Int {
    let bytes = state.content.withLock { ($0.files[node]?.now ?? []).dropFirst(offset).prefix(count) }
    buffer.append(contentsOf: bytes)
    return bytes.count
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(StorageError) {
    let bytes = [UInt8](copying: bytes)
    try state.content.withLock { (state) throws(StorageError) in
      do throws(StorageError) {
        try state.change(.write, name)
      } catch {
        // The call at which the disk stops may have done a part of its work; the ones after it do nothing.
        if state.calls == state.crashAt { put(Array(bytes.prefix(bytes.count / 2)), offset, &state) }
        throw error
      }
      put(bytes, offset, &state)
    }
  }

  private func put(_ bytes: [UInt8], _ offset: Int, _ state: inout CrashDisk.State) {
    extend(to: offset + bytes.count, &state)
    state.files[node]?.now.replaceSubrange(offset..<offset + bytes.count, with: bytes)
  }

  private func extend(to size: Int, _ state: inout CrashDisk.State) {
    let missing = size - (state.files[node]?.now.count ?? size)
    if missing > 0 { state.files[node]?.now.append(contentsOf: repeatElement(0, count: missing)) }
  }

  func sync() throws(StorageError) {
    try state.content.withLock { (state) throws(StorageError) in
      try state.change(.sync, name)
      if let content = state.files[node] { state.files[node]?.durable = content.now }
    }
  }

  func truncate(to size: Int) throws(StorageError) { throw StorageError(.unsupported, .truncate, path: name) }

  func preallocate(_ size: Int) throws(StorageError) {
    try state.content.withLock { (state) throws(StorageError) in
      try state.change(.preallocate, name)
      extend(to: size, &state)
    }
  }

  func close() throws(StorageError) {}
}
