import StrandlineBytes
public import StrandlineColumns
public import StrandlineLog
import StrandlineStorage

/// Standard input as one partition.
///
/// It can't be read again, so after a restart it must be given the same stream from its beginning: what was committed is
/// skipped, and its hash compared.
public struct StandardInputSource: Source {
  public let schema: Schema
  private let format: TextFormat
  private let decoding: DecodingOptions
  private let descriptor: Int32

  /// A source of a descriptor, 0 unless said otherwise.
  public init(
    _ schema: Schema, format: TextFormat, decoding: DecodingOptions = DecodingOptions(), descriptor: Int32 = 0
  ) {
    self.schema = schema
    self.format = format
    self.decoding = decoding
    self.descriptor = descriptor
  }

  public func open(columns: Schema, recovered: [PartitionRecord]) throws(StreamError) -> any SourceReader {
    let partition = StandardInputPartition(
      StandardInput(descriptor: descriptor), format, format.decoder(columns, decoding))
    if let record = recovered.first { try partition.skip(record) }
    return FixedPartitions([partition])
  }
}

private final class StandardInputPartition: PartitionReader {
  let name = "-"
  private let input: StandardInput
  private let format: TextFormat
  private var decoder: any LineDecoder
  private var buffer = LineBuffer(base: 0)
  private var hash = XXH64Stream(seed: 0)
  private var hasHeader = false
  private var isAtEnd = false

  private static let chunk = 1 << 18

  init(
    _ input: StandardInput, _ format: TextFormat, _ decoder: any LineDecoder
  ) {
    self.input = input
    self.format = format
    self.decoder = decoder
  }

  var offset: UInt64 { UInt64(decoder.pendingLineStart ?? buffer.offset) }

  /// The hash of everything before the offset.
  var identity: [UInt8] {
    var writer = ByteWriter()
    writer.uint8(2)
    writer.uint64(hash.value)
    return writer.bytes
  }

  /// Reads the committed part again, and compares its hash.
  func skip(_ record: PartitionRecord) throws(StreamError) {
    var left = Int(record.offset)
    var head: [UInt8] = []
    do {
      while left > 0 {
        var chunk: [UInt8] = []
        let read = try input.read(into: &chunk, count: min(left, Self.chunk))
        if read == 0 { break }
        hash.update(chunk.rawSpan)
        if head.count < Self.chunk { head += chunk }
        left -= read
      }
    } catch {
      throw StreamError(.source, error)
    }
    guard left == 0, record.identity == identity else {
      throw StreamError(
        .source,
        "standard input is not the stream of the checkpoint: its first \(record.offset) bytes were counted before and must come again unchanged",
        file: name, offset: Int(record.offset) - left)
    }
    buffer = LineBuffer(base: Int(record.offset))
    if record.offset > 0 { try readHeader(head, atEnd: true) }
  }

  private func readHeader(_ head: [UInt8], atEnd: Bool) throws(StreamError) {
    do {
      if let first = try decoder.readHeader(head.rawSpan, atEnd: atEnd) {
        if !hasHeader && buffer.base == 0 { consume(upTo: first) }
        hasHeader = true
      }
    } catch {
      throw StreamError(.source, "standard input: \(error)", file: name, offset: 0)
    }
  }

  /// Moves past decoded bytes, which from now on are part of the hash.
  private func consume(upTo offset: Int) {
    if let bytes = buffer.slice(at: buffer.offset, count: offset - buffer.offset) { hash.update(bytes.rawSpan) }
    buffer.skip(to: offset)
  }

  func read(
    _ limits: BatchLimits, into batch: inout ColumnBatch, problems: inout [RowProblem]
  ) throws(StreamError) -> PartitionProgress {
    var errors: [RowError] = []
    defer {
      for error in errors { problems.append(RowProblem(error, partition: name)) }
    }
    let start = buffer.offset
    // An over-long line is passed whole: only between lines can a batch end.
    while decoder.pendingLineStart != nil
      || batch.count + errors.count < limits.rows && buffer.offset - start < limits.bytes
    {
      if !hasHeader && !(buffer.bytes.isEmpty && !isAtEnd) { try readHeader(buffer.bytes, atEnd: isAtEnd) }
      if hasHeader {
        let before = buffer.offset
        let room = limits.rows - batch.count - errors.count
        if buffer.decode(&decoder, atEnd: isAtEnd, rows: room, into: &batch, errors: &errors) {
          if let bytes = buffer.slice(at: before, count: buffer.offset - before) { hash.update(bytes.rawSpan) }
          continue
        }
      }
      if isAtEnd { return .finished }
      guard try wait(hasRows: batch.count + errors.count > 0) else {
        return batch.count + errors.count > 0 ? .more : .waiting
      }
      let input = input
      do {
        let read = try buffer.refill { (bytes: inout [UInt8]) throws(StorageError) in
          try input.read(into: &bytes, count: Self.chunk)
        }
        isAtEnd = read == 0
      } catch {
        throw StreamError(.source, error)
      }
    }
    return .more
  }

  /// Waits for input; rows that are already here don't wait for more.
  private func wait(hasRows: Bool) throws(StreamError) -> Bool {
    do {
      if try input.poll(milliseconds: hasRows ? 0 : 100) { return true }
    } catch {
      throw StreamError(.source, error)
    }
    return false
  }

  func bytes(at offset: Int, count: Int) -> [UInt8]? { buffer.slice(at: offset, count: count) }
}
