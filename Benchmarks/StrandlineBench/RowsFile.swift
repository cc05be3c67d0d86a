import StrandlineColumns
import StrandlineStorage

/// A file of rows that is written from its beginning to its end; one of that name is replaced.
final class RowsFile {
  private let file: any File
  private let encoder: any RowEncoder
  private var bytes: [UInt8] = []
  private(set) var size = 0
  private(set) var rows = 0

  /// A file of that name in a directory that is made when it is missing.
  init(_ path: String, _ encoder: any RowEncoder) throws {
    let (directory, name) = Files.split(path)
    let parent = try PosixDirectory.open(path: directory, create: true)
    if try parent.entries().contains(where: { $0.name == name }) { try parent.remove(name) }
    file = try parent.open(name, .create)
    self.encoder = encoder
    encoder.appendHeader(to: &bytes)
  }

  /// Adds rows at the end.
  func append(_ batch: ColumnBatch) throws {
    encoder.append(batch, to: &bytes)
    rows += batch.count
    try write()
  }

  func close() throws {
    try write()
    try file.close()
  }

  private func write() throws {
    try file.write(bytes, at: size)
    size += bytes.count
    bytes.removeAll(keepingCapacity: true)
  }
}
