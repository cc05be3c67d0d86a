import StrandlineBytes
import StrandlineColumns
import StrandlineLog
public import StrandlineStorage

/// One file to which each batch's rows are appended.
///
/// The end of the file is committed with every batch; on recovery, what stands behind it is cut off. So the file holds
/// each row once, and a reader who looks between staging and commit may see rows that come again, the same.
public struct FileSink: Sink {
  private let directory: any Directory
  private let name: String
  private let format: TextFormat

  /// A file in a directory.
  public init(_ directory: any Directory, name: String, format: TextFormat) {
    self.directory = directory
    self.name = name
    self.format = format
  }

  /// A file at a path, whose directory is made when it is missing.
  ///
  /// - Throws: `StreamError` `.sink` when the directory can't be opened or made.
  public init(path: String, format: TextFormat) throws(StreamError) {
    let (parent, name) = splitPath(path)
    do {
      self.init(try PosixDirectory.open(path: parent, create: true), name: name, format: format)
    } catch {
      throw StreamError(.sink, error)
    }
  }

  public var guarantee: DeliveryGuarantee { .exactlyOnce }
  public var description: String { "file \(format.name)" }

  public func open(_ opening: SinkOpening) throws(StreamError) -> any SinkWriter {
    FileSinkWriter(try AppendedFile.open(directory, name, opening), format.encoder(opening.schema))
  }
}

/// Splits a path into its directory and its last part.
func splitPath(_ path: String) -> (parent: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return (".", path) }
  let parent = path[..<slash]
  return (parent.isEmpty ? "/" : String(parent), String(path[path.index(after: slash)...]))
}

private final class FileSinkWriter: SinkWriter {
  private let file: AppendedFile
  private let encoder: any RowEncoder
  private var bytes: [UInt8] = []

  init(_ file: AppendedFile, _ encoder: any RowEncoder) {
    self.file = file
    self.encoder = encoder
  }

  var position: [UInt8] { file.position }

  func stage(_ batch: BatchID, _ rows: ColumnBatch) throws(StreamError) -> [UInt8] {
    bytes.removeAll(keepingCapacity: true)
    if file.size == 0 { encoder.appendHeader(to: &bytes) }
    encoder.append(rows, to: &bytes)
    try file.append(bytes)
    return []
  }

  func publish(_ batch: BatchID, _ receipt: [UInt8]) {}

  func close() throws(StreamError) { try file.close() }
}

/// A file that is only appended to, whose committed end is known.
final class AppendedFile {
  private let file: any File
  private let path: String
  private let isDurable: Bool
  /// The end of the file.
  private(set) var size: Int

  private init(_ file: any File, path: String, size: Int, isDurable: Bool) {
    self.file = file
    self.path = path
    self.size = size
    self.isDurable = isDurable
  }

  /// Opens the file at its committed end, or makes it for a new store.
  ///
  /// - Throws: `StreamError` `.sink` when the file is there and shouldn't be, or isn't and should, or has lost bytes.
  static func open(
    _ directory: any Directory, _ name: String, _ opening: SinkOpening
  ) throws(StreamError) -> AppendedFile {
    let path = directory.path == "." ? name : "\(directory.path)/\(name)"
    do {
      let size = try opening.position.map { try decode($0, path) } ?? 0
      let file =
        opening.position == nil
        ? try make(directory, name, path) : try reopen(directory, name, path, size: size)
      if opening.isDurable {
        try file.sync()
        try directory.sync()
      }
      return AppendedFile(file, path: path, size: size, isDurable: opening.isDurable)
    } catch let error as StorageError {
      throw StreamError(.sink, error)
    } catch let error as StreamError {
      throw error
    } catch {
      throw StreamError(.sink, "\(path): \(error)", file: path)
    }
  }

  /// Opens a file of a committed size and cuts off what is behind it.
  private static func reopen(
    _ directory: any Directory, _ name: String, _ path: String, size: Int
  ) throws -> any File {
    // A file of which nothing is committed may not have outlived a crash.
    let isThere = try size > 0 || directory.entries().contains { $0.name == name }
    let file = try directory.open(name, isThere ? .readWrite : .create)
    let found = try file.size()
    guard found >= size else {
      throw StreamError(
        .sink,
        "\(path) has \(found) bytes, and \(size) are committed: output was lost; restore it, or start a new checkpoint and output",
        file: path, offset: found)
    }
    if found > size { try file.truncate(to: size) }
    return file
  }

  /// Makes the file; an empty one that is there will do.
  private static func make(_ directory: any Directory, _ name: String, _ path: String) throws -> any File {
    guard try directory.entries().contains(where: { $0.name == name }) else { return try directory.open(name, .create) }
    let file = try directory.open(name, .readWrite)
    guard try file.size() == 0 else {
      throw StreamError(
        .sink, "\(path) is there already, and the checkpoint is new: remove it, or name another file", file: path)
    }
    return file
  }

  private static func decode(_ position: [UInt8], _ path: String) throws(StreamError) -> Int {
    do {
      var reader = ByteReader(position.rawSpan)
      let version = try reader.uint8()
      let size = try reader.count(limit: .max)
      try reader.finish()
      guard version == 1 else { throw BytesError(.malformed, "version \(version)") }
      return size
    } catch {
      throw StreamError(.sink, "the checkpoint's output is not one file: \(error)", file: path)
    }
  }

  /// The committed end, as bytes.
  var position: [UInt8] {
    var writer = ByteWriter()
    writer.uint8(1)
    writer.varint(UInt64(size))
    return writer.bytes
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
  }

  func close() throws(StreamError) {
    do {
      try file.close()
    } catch {
      throw StreamError(.sink, error)
    }
  }
}
