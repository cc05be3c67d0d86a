import StrandlineBytes
import StrandlineStorage
import Synchronization

/// Where operators put what doesn't fit into memory, and how much of that they may have.
///
/// A file has lost its name as soon as it is open: so nobody else reads it, and it is gone with the process, however that ends. Nothing is
/// ever synced.
struct SpillSpace: Sendable {
  /// The bytes that operators may keep in memory.
  let limit: Int
  /// The bytes written so far, compressed.
  private(set) var bytesWritten: UInt64 = 0
  private let open: @Sendable () throws(StorageError) -> any Directory
  private var directory: (any Directory)?
  private let prefix: String
  private var files = 0
  private let codec: SpillCodec

  /// A space that is made when it is needed.
  ///
  /// - Parameters:
  ///   - random: what tells its files from those of others.
  ///   - open: opens the directory of the files.
  init(
    limit: Int, random: UInt64, open: @escaping @Sendable () throws(StorageError) -> any Directory
  ) throws(StreamError) {
    self.limit = limit
    self.open = open
    prefix = "strandline-spill-\(String(random, radix: 16))"
    do throws(BytesError) {
      codec = try SpillCodec()
    } catch {
      throw StreamError(.store, "what doesn't fit into memory can't be compressed: \(error)")
    }
  }

  /// So many bytes of a result are in memory at once.
  var resultBytes: Int { min(limit / 4, 512 << 20) }

  /// About how many bytes of rows are written and read at once: so many blocks as are in memory together are a part of the limit.
  var blockBytes: Int { min(max(limit / 64, 1 << 10), 256 << 10) }

  /// Makes a file without a name.
  mutating func makeFile() throws(StreamError) -> SpillFile {
    files += 1
    let name = "\(prefix)-\(files)"
    do throws(StorageError) {
      if directory == nil { directory = try open() }
      guard let directory else { throw StorageError(.closed, .open, path: name) }
      let file = try directory.open(name, .create)
      try directory.remove(name)
      return SpillFile(file)
    } catch {
      throw StreamError(writing: error)
    }
  }

  /// Adds a block to a file.
  mutating func write(_ content: RawSpan, to file: inout SpillFile) throws(StreamError) {
    let frame = try codec.frame(content)
    do throws(StorageError) {
      try file.file.write(frame, at: file.size)
    } catch {
      throw StreamError(writing: error)
    }
    file.blocks.append(SpillFile.Block(offset: file.size, length: frame.count, content: content.byteCount))
    file.size += frame.count
    bytesWritten += UInt64(frame.count)
  }

  /// Reads a block of a file, by its number.
  func read(_ number: Int, of file: SpillFile) throws(StreamError) -> [UInt8] {
    let block = file.blocks[number]
    let frame: [UInt8]
    do throws(StorageError) {
      frame = try file.file.read(at: block.offset, count: block.length)
    } catch {
      throw StreamError(reading: "\(error)", error.path, error.offset)
    }
    do throws(BytesError) {
      guard frame.count == block.length else {
        throw BytesError(.truncated, "the file ends early", offset: frame.count)
      }
      return try codec.content(frame, count: block.content)
    } catch {
      throw StreamError(reading: "\(error)", directory.map { "\($0.path)/\(file.file.name)" }, block.offset)
    }
  }
}

/// A file without a name, written from its beginning to its end in blocks.
struct SpillFile: Sendable {
  /// Where a block is, and how long it is compressed and not.
  struct Block: Sendable {
    var offset: Int
    var length: Int
    var content: Int
  }

  fileprivate let file: any File
  fileprivate(set) var size = 0
  fileprivate(set) var blocks: [Block] = []

  fileprivate init(_ file: any File) {
    self.file = file
  }
}

/// Compresses blocks and says whether they are as they were: a checksum (u32), then a zstd frame.
private final class SpillCodec: Sendable {
  private let compressor: Mutex<ZstdCompressor>
  private let decompressor: Mutex<ZstdDecompressor>

  init() throws(BytesError) {
    compressor = Mutex(try ZstdCompressor(level: 1))
    decompressor = Mutex(try ZstdDecompressor())
  }

  func frame(_ content: RawSpan) throws(StreamError) -> [UInt8] {
    var writer = ByteWriter()
    writer.uint32(0)
    do throws(BytesError) {
      try compressor.withLock { (compressor) throws(BytesError) in
        _ = try compressor.compress(content, appendingTo: &writer)
      }
    } catch {
      throw StreamError(.store, "what doesn't fit into memory can't be compressed: \(error)")
    }
    writer.setUInt32(CRC32C.checksum(writer.rawSpan.extracting(4..<writer.count)), at: 0)
    return writer.bytes
  }

  func content(_ frame: [UInt8], count: Int) throws(BytesError) -> [UInt8] {
    var reader = ByteReader(frame.span.rawSpan)
    let checksum = try reader.uint32()
    let compressed = try reader.rawSpan(reader.remaining)
    guard CRC32C.checksum(compressed) == checksum else {
      throw BytesError(.malformed, "the checksum of a block is another one")
    }
    return try decompressor.withLock { (decompressor) throws(BytesError) in
      try decompressor.decompress(compressed, limit: count)
    }
  }
}

extension StreamError {
  /// What doesn't fit into memory has no place elsewhere.
  fileprivate init(writing error: StorageError) {
    self.init(
      .store,
      "what doesn't fit into memory can't be written: \(error); free some space, name another directory for it, or raise the memory limit",
      file: error.path, offset: error.offset)
  }

  /// What was written can't be read again.
  fileprivate init(reading what: String, _ path: String?, _ offset: Int?) {
    self.init(
      .store, "what did not fit into memory can't be read again: \(what); run again", file: path, offset: offset)
  }
}
