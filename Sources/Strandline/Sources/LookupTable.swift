import StrandlineBytes
public import StrandlineColumns
import StrandlineStorage

/// A table that rows are looked up in: its columns, and how it is read.
public struct LookupTable: Sendable {
  /// The columns.
  public var schema: Schema
  /// How often to look for a new version, in microseconds of processing time; nil for once.
  public let refresh: Int64?
  private let read: (@Sendable (TableVersion?) throws(StreamError) -> TableContent?)?

  /// A table of which nothing is known but its columns: that of a plan that was read back.
  init(schema: Schema) {
    self.schema = schema
    refresh = nil
    read = nil
  }

  /// A table of rows that never change.
  public init(rows: ColumnBatch) {
    schema = rows.schema
    refresh = nil
    let blob = RowHash.hash(rows)
    read = { (version) throws(StreamError) in
      version?.hash == blob ? nil : TableContent(rows: rows, version: TableVersion(hash: blob, status: nil))
    }
  }

  /// A table in a file.
  public init(file path: String, schema: Schema, format: TextFormat, decoding: DecodingOptions, refresh: Int64?) {
    self.schema = schema
    self.refresh = refresh
    read = { (version) throws(StreamError) in
      do {
        let status = try FileStatus(path: path)
        if let version, version.status == status { return nil }
        return try Self.content(path, schema, format, decoding)
      } catch let error as StorageError {
        throw StreamError(.source, error)
      } catch let error as StreamError {
        throw error
      } catch {
        throw StreamError(.source, "\(path): \(error)", file: path)
      }
    }
  }

  /// The table as it is now; nil where it still is that version.
  ///
  /// - Throws: `StreamError` `.source` for a file that can't be read, or has a row that can't.
  func content(unless version: TableVersion?) throws(StreamError) -> TableContent? {
    guard let read else { throw StreamError(.plan, "the plan was read back, and has no table to look rows up in") }
    return try read(version)
  }

  private static func content(
    _ path: String, _ schema: Schema, _ format: TextFormat, _ decoding: DecodingOptions
  ) throws -> TableContent {
    let file = try TextInput(path: path)
    defer { try? file.close() }
    let status = try file.file.status()
    var bytes: [UInt8] = []
    while try file.read(at: bytes.count, into: &bytes, count: 1 << 18) > 0 {}
    var decoder = format.decoder(schema, decoding)
    var batch = ColumnBatch(schema)
    var errors: [RowError] = []
    let start = try decoder.readHeader(bytes.span.rawSpan, atEnd: true) ?? 0
    var next = start
    while next < bytes.count {
      let end = decoder.decode(
        bytes.span.rawSpan, from: next, baseOffset: 0, atEnd: true, maximumRows: .max, into: &batch, errors: &errors)
      if end == next { break }
      next = end
    }
    if let error = errors.first {
      throw StreamError(
        .source, "the table \(path) has a \(error); correct it: a table is read as a whole", file: path,
        offset: error.offset)
    }
    return TableContent(rows: batch, version: TableVersion(hash: XXH64.hash(bytes), status: status))
  }
}

/// Which version of a table rows were looked up in.
struct TableVersion: Sendable, Hashable {
  /// Of the file's bytes, or of the rows.
  var hash: UInt64
  /// What the file was; nil of rows in memory.
  var status: FileStatus?
}

/// A table as it was read.
struct TableContent: Sendable {
  var rows: ColumnBatch
  var version: TableVersion
}

/// A hash of rows in memory.
private enum RowHash {
  static func hash(_ rows: ColumnBatch) -> UInt64 {
    var hash = XXH64Stream()
    var writer = ByteWriter()
    for column in rows.columns {
      writer.removeAll(keepingCapacity: true)
      writer.integers(column.words)
      writer.integers(column.offsets)
      writer.raw(column.bytes)
      for row in 0..<column.count where column.isNull(row) { writer.varint(UInt64(row)) }
      hash.update(writer.rawSpan)
    }
    return hash.value
  }
}
