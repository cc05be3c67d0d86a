import StrandlineLog
import StrandlineStorage

/// A copy of a store: the manifest and the segments that it names.
///
/// The store is only read, without its lock. While a writer is at work the copy ends where the writer was at that moment, perhaps
/// in the middle of a record, as after a crash.
struct StoreCopy {
  /// Where the copy is.
  let path: String
  /// The names and sizes of its files.
  private(set) var files: [(name: String, size: Int)] = []

  var bytes: Int { files.reduce(0) { $0 + $1.size } }

  private static let piece = 4 << 20

  /// Copies a store to a path where nothing is.
  ///
  /// - Throws: `Failure` when there is no store, or it changes faster than it can be copied.
  init(of source: String, to path: String, progress: (Int) -> Void = { _ in }) throws {
    self.path = path
    guard let directory = try PosixDirectory.existing(source) else {
      throw Failure(.unreachable, code: "noStore", "there is no store at \(source)", file: source)
    }
    for _ in 0..<8 {
      guard let manifest = try ManifestFile.read(directory) else {
        throw Failure(.unreachable, code: "noStore", "there is no store at \(source): it has no manifest", file: source)
      }
      let target = try PosixDirectory.open(path: path, create: true)
      do {
        files = []
        for name in manifest.segments.map(\.name.description) + [Manifest.name] {
          try copy(name, from: directory, to: target, progress)
        }
        try target.sync()
        // What it names must be what was copied.
        if try ManifestFile.read(target) == manifest { return }
      } catch let error as StorageError where error.code == .notFound {
        // A segment that was removed: the manifest has changed, too.
        progress(bytes)
      }
      try PosixDirectory.removeAll(path: path)
    }
    throw Failure(.unreachable, code: "drill", "the store changes faster than it can be copied", file: source)
  }

  private mutating func copy(
    _ name: String, from source: any Directory, to target: any Directory, _ progress: (Int) -> Void
  ) throws(StorageError) {
    let input = try source.open(name, .readOnly)
    let output = try target.open(name, .create)
    var size = 0
    while true {
      let bytes = try input.read(at: size, count: Self.piece)
      if bytes.isEmpty { break }
      try output.write(bytes, at: size)
      size += bytes.count
      progress(self.bytes + size)
    }
    try output.sync()
    try output.close()
    try input.close()
    files.append((name, size))
  }

  /// The same files in memory.
  func inMemory() throws(StorageError) -> MemoryDirectory {
    let memory = MemoryDirectory(path: path)
    let directory = try PosixDirectory.open(path: path)
    for file in files {
      let input = try directory.open(file.name, .readOnly)
      try memory.open(file.name, .create).write(try input.read(at: 0, count: file.size), at: 0)
      try input.close()
    }
    return memory
  }
}
