package import StrandlineBytes
import StrandlineStorage

/// A file of text that is read by offsets, compressed or as it is.
///
/// # Overview
/// Offsets count bytes of the text. A file that begins as gzip or zstd does is decompressed, whatever its name. That goes from
/// front to back only, so there may be two passes through the file: one that reads on, and one behind it for what has to be
/// read again, such as the rows that an operator refused. Reading before both begins at the beginning.
package final class TextInput {
  /// The file as it stands on the disk.
  let file: InputFile
  /// How it is compressed; nil for text as it is.
  package let compression: StreamCompression?
  private var passes: [DecompressingPass] = []

  /// Opens the file at `path`.
  ///
  /// - Throws: what the system says, and a name that promises a compressed file where the content is none.
  package init(path: String) throws(StreamError) {
    do throws(StorageError) {
      file = try InputFile(path: path)
      var beginning: [UInt8] = []
      try file.read(at: 0, into: &beginning, count: StreamCompression.beginningLength)
      compression = StreamCompression(beginning: beginning.rawSpan)
    } catch {
      throw StreamError(.source, error)
    }
    if compression == nil, let named = StreamCompression(path: path) {
      throw StreamError(
        .source, "\(path) does not begin as \(named.rawValue) does, which its name promises: restore it, or rename it",
        file: path, offset: 0)
    }
  }

  /// A path without the extension of its compression.
  package static func nameOfText(_ path: String) -> String {
    String(path.dropLast(StreamCompression(path: path)?.pathExtension.count ?? 0))
  }

  /// Where it was opened.
  package var path: String { file.path }

  /// Appends `count` bytes of the text at `offset` to `buffer`, fewer only where the text ends.
  ///
  /// - Returns: how many bytes were appended; 0 at or behind the end.
  @discardableResult
  package func read(at offset: Int, into buffer: inout [UInt8], count: Int) throws(StreamError) -> Int {
    guard let compression else {
      do {
        return try file.read(at: offset, into: &buffer, count: count)
      } catch {
        throw StreamError(.source, error)
      }
    }
    let pass = try pass(to: offset, compression)
    guard pass.position == offset else { return 0 }
    return try pass.read(into: &buffer, count: count)
  }

  /// How long the text is, or `limit` if that is less.
  func length(upTo limit: Int) throws(StreamError) -> Int {
    if let compression { return min(limit, try pass(to: limit, compression).position) }
    do {
      return min(limit, try file.status().size)
    } catch {
      throw StreamError(.source, error)
    }
  }

  /// Closes the file.
  package func close() throws(StreamError) {
    do {
      try file.close()
    } catch {
      throw StreamError(.source, error)
    }
  }

  /// A pass that stands at `offset`, or at the end of a shorter text.
  private func pass(to offset: Int, _ compression: StreamCompression) throws(StreamError) -> DecompressingPass {
    let reached = passes.filter { $0.position <= offset }.max { $0.position < $1.position }
    let pass: DecompressingPass
    if let reached {
      pass = reached
    } else {
      pass = try DecompressingPass(file, compression)
      // The one that is furthest reads on, and stays.
      let furthest = passes.max { $0.position < $1.position }
      passes = [furthest, pass].compactMap { $0 }
    }
    try pass.skip(to: offset)
    return pass
  }
}

/// One pass through a compressed file, from its beginning.
private final class DecompressingPass {
  private let file: InputFile
  private let compression: StreamCompression
  private let decompressor: any StreamDecompressor
  /// How many bytes of the text are behind it.
  private(set) var position = 0
  private var hasEnded = false
  /// Bytes of the file from `inputBase` on, and how many of them are taken.
  private var input: [UInt8] = []
  private var inputBase = 0
  private var taken = 0

  private static let chunk = 1 << 17

  init(_ file: InputFile, _ compression: StreamCompression) throws(StreamError) {
    self.file = file
    self.compression = compression
    do {
      decompressor = try compression.decompressor()
    } catch {
      throw StreamError(.source, "\(file.path): \(error)", file: file.path)
    }
  }

  /// Passes text over up to that offset, or to the end.
  func skip(to offset: Int) throws(StreamError) {
    var dropped: [UInt8] = []
    while position < offset {
      dropped.removeAll(keepingCapacity: true)
      if try read(into: &dropped, count: min(offset - position, Self.chunk)) == 0 { return }
    }
  }

  /// Appends the next `count` bytes of the text, fewer only where it ends.
  func read(into output: inout [UInt8], count: Int) throws(StreamError) -> Int {
    let start = output.count
    while !hasEnded && output.count - start < count {
      let isAtEnd = try refill()
      let before = output.count
      let room = count - (before - start)
      do {
        taken += try decompressor.decompress(
          input.rawSpan.extracting(taken..<input.count), appendingTo: &output, room: room)
      } catch {
        throw damaged(error)
      }
      position += output.count - before
      guard isAtEnd, output.count == before else { continue }
      guard decompressor.isWhole else { throw cutOff() }
      hasEnded = true
    }
    return output.count - start
  }

  /// Reads on in the file when all that was read is taken. Returns whether the file has no more.
  private func refill() throws(StreamError) -> Bool {
    guard taken == input.count else { return false }
    inputBase += taken
    taken = 0
    input.removeAll(keepingCapacity: true)
    do {
      return try file.read(at: inputBase, into: &input, count: Self.chunk) == 0
    } catch {
      throw StreamError(.source, error)
    }
  }

  private func damaged(_ error: BytesError) -> StreamError {
    let place = inputBase + taken + (error.offset ?? 0)
    let advice =
      switch error.code {
      case .malformed: ": restore the file"
      case .tooLarge: ": compress it again, with a smaller window"
      default: ""
      }
    return StreamError(
      .source,
      "\(file.path): \(error.message) at byte \(place) of the file, behind \(position) bytes of text\(advice)",
      file: file.path, offset: place)
  }

  private func cutOff() -> StreamError {
    StreamError(
      .source,
      "\(file.path) ends at byte \(inputBase), inside of \(compression.rawValue) data and behind \(position) bytes of text: it was cut off, or is still being written; run again when it is whole",
      file: file.path, offset: inputBase)
  }
}
