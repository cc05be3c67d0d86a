import StrandlineBytes
import StrandlineColumns
import StrandlineStorage

/// One partition made of text files that are read one after another.
///
/// # Overview
/// A file of its own is a sequence of one. Offsets run on from file to file, so that a partition has one offset. While
/// following, the end of the last file is not the end of the partition, and an unfinished last line waits; a file with a
/// successor is read to its end, unfinished line included. Of a compressed file (see `TextInput`) the offsets are those of its
/// text, and going on in it means decompressing it from its beginning.
///
/// # After a crash
/// The committed offset and identity name the file, the byte and what the file's beginning was; reading goes on there.
final class FilePartition: PartitionReader {
  let name: String
  private var files: FileSequence
  let options: FileSource.Options
  private let columns: Schema

  private(set) var file: TextInput?
  var buffer = LineBuffer(base: 0)
  private(set) var decoder: any LineDecoder
  /// The decoder as it was behind the header of the file.
  private(set) var headed: any LineDecoder
  /// Where the last batch begins, and what reads it again.
  private var lastStart = 0
  private var lastFile: TextInput?
  private var lastHeaded: any LineDecoder
  private var lastText: [UInt8]?

  /// How many bytes are read from a file at once.
  private static let chunk = 1 << 18

  init(name: String, files: FileSequence, offset: UInt64, columns: Schema, options: FileSource.Options) {
    self.name = name
    self.files = files
    self.options = options
    self.columns = columns
    decoder = options.format.decoder(columns, options.decoding)
    headed = decoder
    lastHeaded = decoder
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
      guard try openCurrent(), let file else { return .waiting }
      remember(file)
      return try readRows(file, limits, into: &batch, problems: &problems)
    } catch let error as StreamError {
      throw error
    } catch {
      throw StreamError(.source, "\(name): \(error)", file: name)
    }
  }

  /// Notes where a batch begins, so that rows of it can be found again.
  func remember(_ file: TextInput) {
    lastFile = file
    lastStart = buffer.offset
    lastHeaded = headed
    lastText = nil
  }

  private func readRows(
    _ file: TextInput, _ limits: BatchLimits, into batch: inout ColumnBatch, problems: inout [RowProblem]
  ) throws -> PartitionProgress {
    var errors: [RowError] = []
    defer {
      for error in errors { problems.append(RowProblem(error, partition: file.path)) }
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
      let end = buffer.end
      let read = try buffer.refill { try file.read(at: end, into: &$0, count: Self.chunk) }
      if read > 0 { continue }
      try checkNotShrunk(file)
      // The last line may be unfinished: it waits while more may come, and is a row where nothing will.
      if mayGrow { return batch.count + errors.count > 0 ? .more : .waiting }
      atEnd = true
    }
    guard atEnd, buffer.offset == buffer.end else { return .more }
    return try nextFile()
  }

  /// Whether more may come at the end of the current file.
  var mayGrow: Bool { options.follows && files.current + 1 == files.members.count }

  /// Moves on to the next file, if there is one. The one before stays open until rows of it can no longer be asked for.
  func nextFile() throws -> PartitionProgress {
    guard files.current + 1 < files.members.count else { return .finished }
    startOffset = files.members[files.current].base + buffer.end
    file = nil
    files.current += 1
    files.members[files.current].base = startOffset
    return .more
  }

  /// Opens the file at which reading goes on. False while its header is not whole and may still become so.
  func openCurrent() throws -> Bool {
    guard file == nil else { return true }
    let member = files.members[files.current]
    let opened = try TextInput(path: member.path)
    if options.follows, let compression = opened.compression {
      throw StreamError(
        .source,
        "\(member.path) is compressed (\(compression.rawValue)), and a compressed file can't be followed: follow the text itself, or read the file without following",
        file: member.path, offset: 0)
    }
    let position = startOffset - member.base
    let length = try opened.length(upTo: position)
    guard length == position else { throw shrunk(member.path, length, position) }
    guard try member.identity.hasSameHead(opened.file) else {
      throw StreamError(
        .source,
        "\(member.path) begins otherwise than when it was first read: it was replaced or rewritten; start a new checkpoint",
        file: member.path, offset: 0)
    }
    decoder = options.format.decoder(columns, options.decoding)
    guard let first = try readHeader(opened) else { return false }
    headed = decoder
    buffer = LineBuffer(base: max(position, first))
    file = opened
    return true
  }

  /// Reads the header of a file, and returns where its first row begins; nil when the header may still become whole.
  private func readHeader(_ file: TextInput) throws -> Int? {
    var head: [UInt8] = []
    var count = 4096
    while true {
      head.removeAll(keepingCapacity: true)
      let read = try file.read(at: 0, into: &head, count: count)
      let atEnd = read < count
      do {
        if let first = try decoder.readHeader(head.rawSpan, atEnd: atEnd && !mayGrow) { return first }
      } catch {
        throw StreamError(.source, "\(file.path): \(error)", file: file.path, offset: 0)
      }
      if atEnd { return nil }
      count *= 2
    }
  }

  func checkNotShrunk(_ file: TextInput) throws {
    // What was decompressed was all there was.
    if file.compression != nil { return }
    let size = try file.length(upTo: buffer.end)
    if size < buffer.end { throw shrunk(file.path, size, buffer.end) }
  }

  private func shrunk(_ path: String, _ size: Int, _ position: Int) -> StreamError {
    StreamError(
      .source,
      "\(path) has \(size) bytes, and \(position) were read from it: it was truncated or replaced; restore it, or start a new checkpoint",
      file: path, offset: size)
  }

  var lastName: String { lastFile?.path ?? name }

  var hasGrown: Bool {
    guard let last = files.members.last, let status = try? FileStatus(path: last.path),
      last.identity.isSameFile(as: status), let text = try? TextInput(path: last.path)
    else { return false }
    let read = Int(offset) - last.base
    if text.compression == nil { return status.size > read }
    // The size of a compressed file doesn't say how long its text is.
    return (try? text.length(upTo: read + 1)) ?? 0 > read
  }

  func locate(rows: [Int]) -> [(offset: Int, length: Int)] {
    guard let text = textAgain() else { return [] }
    return RowPlaces.find(rows, text.rawSpan, from: 0, base: lastStart, lastHeaded)
  }

  func bytes(at offset: Int, count: Int) -> [UInt8]? {
    let start = offset - lastStart
    guard let text = textAgain(), start >= 0, count >= 0, start + count <= text.count else { return nil }
    return Array(text[start..<start + count])
  }

  /// The text of the last batch, read again once, and no further than the batch went: a compressed file is then never read
  /// again before where that was done last.
  private func textAgain() -> [UInt8]? {
    if let lastText { return lastText }
    var text: [UInt8] = []
    let count = buffer.offset - lastStart
    guard let lastFile, (try? lastFile.read(at: lastStart, into: &text, count: count)) == count else { return nil }
    lastText = text
    return text
  }
}
