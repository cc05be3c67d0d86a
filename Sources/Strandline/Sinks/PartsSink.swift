import StrandlineBytes
import StrandlineColumns
public import StrandlineLog
public import StrandlineStorage

/// A directory with one file per batch that has rows, hidden until it is published.
///
/// A part is written under a hidden name that holds batch and epoch, committed with its size and checksum, and renamed
/// after the commit: a reader of the directory sees whole batches only. On recovery what was committed is published, and
/// what was staged and not committed is removed.
public struct PartsSink: Sink {
  private let directory: any Directory
  private let format: TextFormat

  /// A directory of parts.
  public init(_ directory: any Directory, format: TextFormat) {
    self.directory = directory
    self.format = format
  }

  /// A directory of parts at a path, which is made when it is missing.
  ///
  /// - Throws: `StreamError` `.sink` when the directory can't be opened or made.
  public init(path: String, format: TextFormat) throws(StreamError) {
    do {
      self.init(try PosixDirectory.open(path: path, create: true), format: format)
    } catch {
      throw StreamError(.sink, error)
    }
  }

  /// The name of the part that a batch's rows are published under.
  ///
  /// - Parameter format: the name of the format, such as `ndjson`.
  public static func partName(of batch: BatchID, format: String) -> String {
    "part-\(PartName.digits(batch)).\(format)"
  }

  public var guarantee: DeliveryGuarantee { .exactlyOnce }
  public var description: String { "parts \(format.name)" }

  public func checkUnused() throws(StreamError) {
    let names = PartName(format: format)
    do {
      for entry in try directory.entries() where names.batch(ofPublished: entry.name) != nil {
        let path = "\(directory.path)/\(entry.name)"
        throw StreamError(
          .sink, "\(path) is there already, and the checkpoint is new: name an empty directory", file: path)
      }
    } catch let error as StreamError {
      throw error
    } catch let error as StorageError {
      throw StreamError(.sink, error)
    } catch {
      throw StreamError(.sink, "\(directory.path): \(error)")
    }
  }

  public func publishedThrough() throws(StreamError) -> BatchID? {
    let names = PartName(format: format)
    do {
      return try directory.entries().compactMap { names.batch(ofPublished: $0.name) }.max()
    } catch {
      throw StreamError(.sink, error)
    }
  }

  public func open(_ opening: SinkOpening) throws(StreamError) -> any SinkWriter {
    let writer = PartsWriter(directory, format, opening)
    try writer.recover(opening)
    return writer
  }
}

/// The names of parts: `part-0000000012.ndjson`, and staged `.part-0000000012-3.ndjson.staged` with the epoch.
struct PartName {
  let format: TextFormat

  func published(_ batch: BatchID) -> String { PartsSink.partName(of: batch, format: format.name) }

  func staged(_ batch: BatchID, _ epoch: Epoch) -> String {
    ".part-\(Self.digits(batch))-\(epoch).\(format.name).staged"
  }

  static func isStaged(_ name: String) -> Bool { name.hasPrefix(".part-") && name.hasSuffix(".staged") }

  /// The opening that staged a part; nil where the name doesn't say it.
  static func epoch(ofStaged name: String) -> Epoch? {
    guard let dash = name.lastIndex(of: "-") else { return nil }
    return UInt64(name[name.index(after: dash)...].prefix { $0.isASCII && $0.isNumber }).map { Epoch($0) }
  }

  func isStaged(_ name: String, of batch: BatchID) -> Bool {
    name.hasPrefix(".part-\(Self.digits(batch))-") && name.hasSuffix(".\(format.name).staged")
      && DirectoryName.isValid(name)
  }

  func batch(ofPublished name: String) -> BatchID? {
    guard name.hasPrefix("part-"), name.hasSuffix(".\(format.name)") else { return nil }
    return UInt64(name.dropFirst(5).dropLast(format.name.count + 1)).map { BatchID($0) }
  }

  static func digits(_ batch: BatchID) -> String {
    let text = "\(batch)"
    return String(repeating: "0", count: max(0, 10 - text.count)) + text
  }
}

private final class PartsWriter: SinkWriter {
  private let directory: any Directory
  private let names: PartName
  private let encoder: any RowEncoder
  private let epoch: Epoch
  private let isDurable: Bool
  private let publishesEarly: Bool
  private var bytes: [UInt8] = []

  init(_ directory: any Directory, _ format: TextFormat, _ opening: SinkOpening) {
    self.directory = directory
    self.names = PartName(format: format)
    self.encoder = format.encoder(opening.schema)
    self.epoch = opening.epoch
    self.isDurable = opening.isDurable
    self.publishesEarly = opening.publishesEarly
  }

  /// Parts have no position: the batch says it.
  var position: [UInt8] { [] }

  private struct Receipt {
    var staged: String
    var size: Int
    var checksum: UInt32

    init(staged: String, bytes: [UInt8]) {
      self.staged = staged
      size = bytes.count
      checksum = CRC32C.checksum(bytes)
    }

    init(decoding bytes: [UInt8]) throws(BytesError) {
      var reader = ByteReader(bytes.rawSpan)
      guard try reader.uint8() == 1 else { throw BytesError(.malformed, "a receipt of another version") }
      staged = try reader.string(limit: 255)
      size = try reader.count(limit: .max)
      checksum = try reader.uint32()
      try reader.finish()
    }

    var encoded: [UInt8] {
      var writer = ByteWriter()
      writer.uint8(1)
      writer.string(staged)
      writer.varint(UInt64(size))
      writer.uint32(checksum)
      return writer.bytes
    }
  }

  func stage(_ batch: BatchID, _ rows: ColumnBatch) throws(StreamError) -> [UInt8] {
    bytes.removeAll(keepingCapacity: true)
    encoder.appendHeader(to: &bytes)
    encoder.append(rows, to: &bytes)
    let name = names.staged(batch, epoch)
    do {
      let file = try directory.open(name, .create)
      try file.write(bytes, at: 0)
      if isDurable { try file.sync() }
      try file.close()
      if isDurable { try directory.sync() }
    } catch {
      throw StreamError(.sink, error)
    }
    let receipt = Receipt(staged: name, bytes: bytes).encoded
    if publishesEarly { try publishAgain(batch, receipt, isStaged: { _ in true }) }
    return receipt
  }

  func publish(_ batch: BatchID, _ receipt: [UInt8]) throws(StreamError) {
    if !publishesEarly { try publishAgain(batch, receipt, isStaged: { _ in true }) }
  }

  /// Publishes a part, or finds that it is published.
  private func publishAgain(
    _ batch: BatchID, _ receipt: [UInt8], isStaged: (String) -> Bool
  ) throws(StreamError) {
    do {
      let part = try Receipt(decoding: receipt)
      let target = names.published(batch)
      // A name from a record may be anything; only a staged part of this batch may become the published one.
      guard names.isStaged(part.staged, of: batch) else {
        throw BytesError(.malformed, "the staged name of a part is not that of its batch")
      }
      if isStaged(part.staged) {
        try directory.rename(part.staged, to: target)
        if isDurable { try directory.sync() }
      } else {
        try checkPublished(target, part)
      }
    } catch let error as StorageError {
      throw StreamError(.sink, error)
    } catch let error as StreamError {
      throw error
    } catch {
      throw StreamError(.sink, "the receipt of batch \(batch) can't be read: \(error)")
    }
  }

  /// A staged file that is gone counts as published only if its target proves it.
  private func checkPublished(_ name: String, _ part: Receipt) throws {
    let path = "\(directory.path)/\(name)"
    guard try directory.entries().contains(where: { $0.name == name }) else {
      throw StreamError(
        .sink, "\(path) was committed and is missing: restore it, or start a new checkpoint and output", file: path)
    }
    let file = try directory.open(name, .readOnly)
    let found = try file.read(at: 0, count: try file.size())
    try file.close()
    guard found.count == part.size, CRC32C.checksum(found) == part.checksum else {
      throw StreamError(
        .sink, "\(path) is not what was committed: restore it, or start a new checkpoint and output", file: path)
    }
  }

  /// Removes what was staged and not committed, publishes what was committed, and finds parts that nobody committed.
  func recover(_ opening: SinkOpening) throws(StreamError) {
    let entries: [DirectoryEntry]
    do {
      entries = try directory.entries()
    } catch {
      throw StreamError(.sink, error)
    }
    for entry in entries {
      guard let batch = names.batch(ofPublished: entry.name), batch >= opening.nextBatch else { continue }
      let path = "\(directory.path)/\(entry.name)"
      throw StreamError(
        .sink,
        "\(path) is of a batch that was never committed: output and checkpoint don't belong together", file: path)
    }
    try opening.requireOwned()
    let staged = Set(entries.map(\.name))
    for (batch, receipt) in opening.unpublished {
      try publishAgain(batch, receipt, isStaged: { staged.contains($0) })
    }
    do {
      for entry in try directory.entries() where PartName.isStaged(entry.name) {
        // What a later opening has staged is not ours to remove: it has the store by now.
        if let staged = PartName.epoch(ofStaged: entry.name), staged > epoch { continue }
        try directory.remove(entry.name)
      }
    } catch {
      throw StreamError(.sink, error)
    }
  }

  func close() {}
}
