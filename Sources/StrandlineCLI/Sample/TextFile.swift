import StrandlineStorage
import Synchronization

/// A new text file that is written from its beginning to its end; one of that name is emptied.
final class TextFile: Sendable {
  private let file: any File
  private let size = Mutex(0)

  init(path: String) throws(StorageError) {
    let slash = path.lastIndex(of: "/")
    let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    let directory = try PosixDirectory.open(path: parent, create: true)
    if try directory.entries().contains(where: { $0.name == name }) {
      file = try directory.open(name, .readWrite)
      try file.truncate(to: 0)
    } else {
      file = try directory.open(name, .create)
    }
  }

  /// Adds bytes at the end.
  func append(_ bytes: [UInt8]) throws(StorageError) {
    try size.withLock { (size) throws(StorageError) in
      try file.write(bytes, at: size)
      size += bytes.count
    }
  }

  /// Adds a line at the end, for a log that nothing depends on.
  func appendLine(_ line: String) {
    do {
      try append(Array((line + "\n").utf8))
    } catch {
      Console.note("a line can't be written: \(error)")
    }
  }

  func close() throws(StorageError) { try file.close() }
}
