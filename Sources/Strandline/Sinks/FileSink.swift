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

  public func checkUnused() throws(StreamError) { try AppendedFile.checkUnused(directory, name) }

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
