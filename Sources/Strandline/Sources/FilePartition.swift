import StrandlineBytes
import StrandlineColumns
import StrandlineStorage

/// One partition made of text files that are read one after another.
///
/// # Overview
/// A file of its own is a sequence of one. Offsets run on from file to file, so that a partition has one offset. While
/// following, the end of the last file is not the end of the partition, and an unfinished last line waits; a file with a
/// successor is read to its end, unfinished line included.
///
/// # After a crash
/// The committed offset and identity name the file, the byte and what the file's beginning was; reading goes on there.
final class FilePartition: PartitionReader {
  let name: String
  private var files: FileSequence
  private let options: FileSource.Options
  private let columns: Schema
  private let follows: Bool

  private var file: InputFile?
  private var buffer = LineBuffer(base: 0)
  private var decoder: any LineDecoder
  private var lastStart = 0
  private var lastFile: InputFile?

  /// How many bytes are read from a file at once.
  private static let chunk = 1 << 18

  init(name: String, files: FileSequence, offset: UInt64, columns: Schema, options: FileSource.Options) {
    self.name = name
    self.files = files
    self.options = options
    self.columns = columns
    self.follows = options.follows
    self.decoder = options.format.decoder(columns, options.decoding)
    self.startOffset = Int(offset)
  }

  /// Where reading begins; the file is opened by the first read.
  private var startOffset: Int

  var identity: [UInt8] { files.encoded() }

  var offset: UInt64 {
    guard file != nil else { return UInt64(startOffset) }
    return UInt64(files.members[files.current].base + (decoder.pendingLineStart ?? buffer.offset))
  }

  /// The files of the partition.
  var members: [FileSequence.Member] { files.members }

  /// Adds a file behind the others.
  func append(_ path: String, _ identity: FileIdentity) {
    // Its place in the partition is known once the file before it has been read to its end.
    files.members.append(FileSequence.Member(path: path, identity: identity, base: 0))
  }

  func read(
    _ limits: BatchLimits, into batch: inout ColumnBatch, problems: inout [RowProblem]
  ) throws(StreamError) -> PartitionProgress {
    do {
      try openCurrent()
      lastFile = file
      lastStart = buffer.offset
      return try readRows(limits, into: &batch, problems: &problems)
    } catch let error as StorageError {
      throw StreamError(.source, error)
    } catch let error as StreamError {
      throw error
    } catch {
      throw StreamError(.source, "\(name): \(error)", file: name)
    }
  }

  private func readRows(
    _ limits: BatchLimits, into batch: inout ColumnBatch, problems: inout [RowProblem]
  ) throws -> PartitionProgress {
    var errors: [RowError] = []
    defer {
      for error in errors { problems.append(RowProblem(error, partition: files.members[files.current].path)) }
    }
    let start = buffer.offset
    var atEnd = false
    // An over-long line is passed whole: only between lines can a batch end.
    while decoder.pendingLineStart != nil
      || batch.count + errors.count < limits.rows && buffer.offset - start < limits.bytes
    {
      let room = limits.rows - batch.count - errors.count
      if buffer.decode(&decoder, atEnd: atEnd, rows: room, into: &batch, errors: &errors) { continue }
      if atEnd { break }
      guard let file else { break }
      let end = buffer.end
      let read = try buffer.refill { try file.read(at: end, into: &$0, count: Self.chunk) }
      if read > 0 { continue }
      try checkNotShrunk(file)
      // The last line may be unfinished: it waits while more may come, and is a row where nothing will.
      let mayGrow = follows && files.current + 1 == files.members.count
      if mayGrow { return batch.count + errors.count > 0 ? .more : .waiting }
      atEnd = true
    }
    guard atEnd, buffer.offset == buffer.end else { return .more }
    return try nextFile()
  }

  /// Moves on to the next file, if there is one.
  private func nextFile() throws -> PartitionProgress {
    guard files.current + 1 < files.members.count else { return .finished }
    startOffset = files.members[files.current].base + buffer.end
    try file?.close()
    file = nil
    files.current += 1
    files.members[files.current].base = startOffset
    return .more
  }

  private func openCurrent() throws {
    guard file == nil else { return }
    let member = files.members[files.current]
    let opened = try InputFile(path: member.path)
    let position = startOffset - member.base
    let status = try opened.status()
    guard status.size >= position else { throw shrunk(member.path, status.size, position) }
    guard try member.identity.hasSameHead(opened) else {
      throw StreamError(
        .source,
        "\(member.path) begins otherwise than when it was first read: it was replaced or rewritten; start a new checkpoint",
        file: member.path, offset: 0)
    }
    decoder = options.format.decoder(columns, options.decoding)
    let first = try readHeader(opened, member.path)
    buffer = LineBuffer(base: max(position, first))
    file = opened
  }

  /// Reads the header of a file, and returns where its first row begins.
  private func readHeader(_ file: InputFile, _ path: String) throws -> Int {
    var head: [UInt8] = []
    var count = 4096
    while true {
      head.removeAll(keepingCapacity: true)
      let read = try file.read(at: 0, into: &head, count: count)
      let atEnd = read < count
      do {
        if let first = try decoder.readHeader(head.rawSpan, atEnd: atEnd && !follows) { return first }
      } catch {
        throw StreamError(.source, "\(path): \(error)", file: path, offset: 0)
      }
      // Nothing, or an unfinished header: rows come later, if at all.
      if atEnd { return 0 }
      count *= 2
    }
  }

  private func checkNotShrunk(_ file: InputFile) throws {
    let size = try file.status().size
    if size < buffer.end { throw shrunk(file.path, size, buffer.end) }
  }

  private func shrunk(_ path: String, _ size: Int, _ position: Int) -> StreamError {
    StreamError(
      .source,
      "\(path) has \(size) bytes, and \(position) were read from it: it was truncated or replaced; restore it, or start a new checkpoint",
      file: path, offset: size)
  }

  var hasGrown: Bool {
    guard let last = files.members.last, let status = try? FileStatus(path: last.path) else { return false }
    return last.identity.isSameFile(as: status) && status.size > Int(offset) - last.base
  }

  func locate(rows: [Int]) -> [(offset: Int, length: Int)] {
    // Reads the last batch again, a row at a time: this is the way of errors, and rare.
    guard let lastFile else { return [] }
    var again = options.format.decoder(columns, options.decoding)
    var bytes: [UInt8] = []
    do {
      var head: [UInt8] = []
      _ = try lastFile.read(at: 0, into: &head, count: max(lastStart, 1 << 16))
      _ = try again.readHeader(head.rawSpan, atEnd: true)
      _ = try lastFile.read(at: lastStart, into: &bytes, count: buffer.end - lastStart)
    } catch {
      return []
    }
    var batch = ColumnBatch(columns)
    var errors: [RowError] = []
    var places: [(offset: Int, length: Int)] = []
    var local = 0
    while places.count < rows.count {
      let before = batch.count
      let next = again.decode(
        bytes.rawSpan, from: local, baseOffset: lastStart, atEnd: true, maximumRows: 1, into: &batch, errors: &errors)
      if next == local { break }
      if batch.count > before && rows[places.count] == before { places.append((lastStart + local, next - local)) }
      local = next
    }
    return places
  }

  func bytes(at offset: Int, count: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    guard let lastFile, (try? lastFile.read(at: offset, into: &bytes, count: count)) == count else { return nil }
    return bytes
  }
}
