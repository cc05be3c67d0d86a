import StrandlineBytes
import StrandlineLog
import StrandlineStorage

/// A file that is only appended to, whose committed end is known.
///
/// # Overview
/// Where it stands is its size, its device and inode, and a hash of the last bytes before its end. Only a file that is
/// proved to be the committed one is ever cut: by the hash, or, as long as nothing is committed, by its inode.
///
/// A writer that has lost its store and doesn't know it yet may still have the file open. Whoever takes the store over goes on
/// with a copy of the committed bytes under the same name; what the other one writes then goes into a file that has no name.
final class AppendedFile {
  private let file: any File
  private let path: String
  private let isDurable: Bool
  private let number: FileNumber
  /// The last bytes of the file.
  private var tail: [UInt8]
  /// The end of the file.
  private(set) var size: Int

  /// The most bytes before the end that are hashed.
  private static let tailLength = 4096

  private init(_ file: any File, path: String, _ end: End, isDurable: Bool) throws(StorageError) {
    self.file = file
    self.path = path
    self.isDurable = isDurable
    size = end.size
    number = try file.number()
    tail = try Self.tail(of: file, before: end.size)
  }

  /// Opens the file at its committed end, and cuts off what is behind it; makes it where nothing is committed.
  ///
  /// - Throws: `StreamError` `.sink` when the file isn't there and should be, has lost bytes, or is another.
  static func open(
    _ directory: any Directory, _ name: String, _ opening: SinkOpening
  ) throws(StreamError) -> AppendedFile {
    let path = path(directory, name)
    do {
      let end = try opening.position.map { try End(decoding: $0, path) } ?? End()
      var file = try reopen(directory, name, path, end)
      // An owner that came later has put a file of its own in the place of this one, so what was opened before is nobody's.
      try opening.requireOwned()
      if opening.takesOver {
        file = try copy(file, upTo: end.size, directory, name, opening)
      } else if try file.size() > end.size {
        try file.truncate(to: end.size)
      }
      if opening.isDurable {
        try file.sync()
        try directory.sync()
      }
      return try AppendedFile(file, path: path, end, isDurable: opening.isDurable)
    } catch let error as StorageError {
      throw StreamError(.sink, error)
    } catch let error as StreamError {
      throw error
    } catch {
      throw StreamError(.sink, "\(path): \(error)", file: path)
    }
  }

  /// Makes sure that the file isn't there, or is empty.
  static func checkUnused(_ directory: any Directory, _ name: String) throws(StreamError) {
    let path = path(directory, name)
    var size = 0
    do {
      guard try directory.entries().contains(where: { $0.name == name }) else { return }
      let file = try directory.open(name, .readOnly)
      size = try file.size()
      try file.close()
    } catch {
      throw StreamError(.sink, error)
    }
    if size > 0 {
      throw StreamError(
        .sink, "\(path) is there already, and the checkpoint is new: remove it, or name another file", file: path)
    }
  }

  private static func path(_ directory: any Directory, _ name: String) -> String {
    directory.path == "." ? name : "\(directory.path)/\(name)"
  }

  /// Opens the committed file, which may have more behind its end.
  private static func reopen(
    _ directory: any Directory, _ name: String, _ path: String, _ end: End
  ) throws -> any File {
    // A file of which nothing is committed may not have outlived a crash.
    let isThere = try end.size > 0 || directory.entries().contains { $0.name == name }
    let file = try directory.open(name, isThere ? .readWrite : .create)
    let found = try file.size()
    guard found >= end.size else {
      throw StreamError(
        .sink,
        "\(path) has \(found) bytes, and \(end.size) are committed: output was lost; restore it, or start a new checkpoint and output",
        file: path, offset: found)
    }
    let isSame =
      end.size == 0
      ? try found == 0 || file.number() == end.number
      : try XXH64.hash(tail(of: file, before: end.size)) == end.tailHash
    guard isSame else {
      throw StreamError(
        .sink,
        "\(path) is not the file that the checkpoint has written: name that one, or start a new checkpoint and output",
        file: path)
    }
    return file
  }

  /// Puts a copy of the first bytes of a file in its place. Linear in the bytes.
  private static func copy(
    _ file: any File, upTo size: Int, _ directory: any Directory, _ name: String, _ opening: SinkOpening
  ) throws -> any File {
    // The name holds the epoch, so that no two openings write one file; those of earlier ones were killed.
    let prefix = ".\(name).copy-"
    let temporary = "\(prefix)\(opening.epoch)"
    for entry in try directory.entries() where entry.name.hasPrefix(prefix) {
      guard let epoch = UInt64(entry.name.dropFirst(prefix.count)), Epoch(epoch) <= opening.epoch else { continue }
      try directory.remove(entry.name)
    }
    let copy = try directory.open(temporary, .create)
    for start in stride(from: 0, to: size, by: 1 << 20) {
      try copy.write(try file.read(at: start, count: min(1 << 20, size - start)), at: start)
    }
    try copy.sync()
    try file.close()
    try opening.requireOwned()
    try directory.rename(temporary, to: name)
    return copy
  }

  private static func tail(of file: any File, before size: Int) throws(StorageError) -> [UInt8] {
    let count = min(size, tailLength)
    return try file.read(at: size - count, count: count)
  }

  /// Where the file ends, as bytes.
  var position: [UInt8] {
    End(size: size, number: number, tailHash: XXH64.hash(tail)).encoded
  }

  /// Appends bytes; they are durable when it returns, where that was asked for.
  func append(_ bytes: [UInt8]) throws(StreamError) {
    do {
      try file.write(bytes, at: size)
      if isDurable { try file.sync() }
    } catch {
      throw StreamError(.sink, error)
    }
    size += bytes.count
    tail = Array((tail + bytes.suffix(Self.tailLength)).suffix(Self.tailLength))
  }

  func close() throws(StreamError) {
    do {
      try file.close()
    } catch {
      throw StreamError(.sink, error)
    }
  }

  /// What is committed of the file.
  private struct End {
    var size = 0
    var number = FileNumber(device: 0, inode: 0)
    var tailHash: UInt64 = 0

    init() {}

    init(size: Int, number: FileNumber, tailHash: UInt64) {
      self.size = size
      self.number = number
      self.tailHash = tailHash
    }

    init(decoding bytes: [UInt8], _ path: String) throws(StreamError) {
      do {
        var reader = ByteReader(bytes.rawSpan)
        let version = try reader.uint8()
        guard version == 1 else { throw BytesError(.malformed, "version \(version)") }
        size = try reader.count(limit: .max)
        number = FileNumber(device: try reader.uint64(), inode: try reader.uint64())
        tailHash = try reader.uint64()
        try reader.finish()
      } catch {
        throw StreamError(.sink, "the checkpoint's output is not one file: \(error)", file: path)
      }
    }

    var encoded: [UInt8] {
      var writer = ByteWriter()
      writer.uint8(1)
      writer.varint(UInt64(size))
      writer.uint64(number.device)
      writer.uint64(number.inode)
      writer.uint64(tailHash)
      return writer.bytes
    }
  }
}
