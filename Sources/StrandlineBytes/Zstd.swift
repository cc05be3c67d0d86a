// The only file that imports the C library.
import CZstd

/// Makes zstd frames (RFC 8878) that state their content size; one context, used again for every frame.
///
/// The frames carry no checksum of their own: what they are wrapped in has one. The context is not shared, so a
/// compressor may be handed to another thread, but serves one at a time.
@safe public struct ZstdCompressor: ~Copyable, Sendable {
  // Unsafe: owned by this value alone (it cannot be copied), made in init and freed in deinit.
  private nonisolated(unsafe) let context: OpaquePointer

  /// The compression level; 1 is fast, 19 is small.
  public let level: Int32
  /// The level that the context is set to.
  private var current: Int32

  /// At level 1, content of up to so many bytes is compressed at level -1: matches are found, literals stay as they are.
  ///
  /// Level 1 makes a Huffman code for every frame, which is most of the time of a small one. Measured, with caches as cold as
  /// they are after a sync, on 3 KiB of shuffled keys and counts: 10.7 µs for 2,628 bytes, against 3.9 µs for 3,082.
  private static let quickContentMax = 16 << 10

  /// Creates a compressor; a level that the library does not know is clamped by it.
  public init(level: Int32 = 1) throws(BytesError) {
    unsafe self.context = try Self.makeContext(level: level)
    self.level = level
    current = level
  }

  deinit {
    unsafe ZSTD_freeCCtx(context)
  }

  /// Appends one frame that holds `source` to `writer`.
  ///
  /// - Returns: the length of the frame in bytes; O(source).
  @discardableResult
  public mutating func compress(
    _ source: RawSpan, appendingTo writer: inout ByteWriter
  ) throws(BytesError) -> Int {
    let bound = try checked(ZSTD_compressBound(source.byteCount), "bounding a zstd frame")
    try setLevel(level == 1 && source.byteCount <= Self.quickContentMax ? -1 : level)
    var result = 0
    writer.storage.append(addingCapacity: bound) { output in
      // Unsafe: the library writes at most `bound` bytes into room for so many, and says how many; both pointers
      // are used inside their closures only.
      unsafe output.withUnsafeMutableBufferPointer { buffer, initialized in
        result = unsafe source.withUnsafeBytes {
          unsafe ZSTD_compress2(context, buffer.baseAddress, bound, $0.baseAddress, $0.count)
        }
        initialized = ZSTD_isError(result) == 0 ? result : 0
      }
    }
    let length = try checked(result, "compressing \(source.byteCount) bytes")
    if source.byteCount <= ZstdFrameHeader.contentMax(frameLength: length) { return length }
    writer.storage.removeLast(length)
    return Self.store(source, in: &writer)
  }

  private mutating func setLevel(_ wanted: Int32) throws(BytesError) {
    guard wanted != current else { return }
    _ = try checked(
      unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, wanted), "setting zstd's level to \(wanted)")
    current = wanted
  }

  /// Appends a frame of blocks that aren't compressed: for content that compresses so well that it would look like a bomb.
  private static func store(_ source: RawSpan, in writer: inout ByteWriter) -> Int {
    let start = writer.count
    writer.uint32(ZstdFrameHeader.magic)
    // A single segment that states its content in eight bytes.
    writer.uint8(0xE0)
    writer.uint64(UInt64(source.byteCount))
    var offset = 0
    while offset < source.byteCount {
      let count = min(ZstdFrameHeader.blockContentMax, source.byteCount - offset)
      let isLast = offset + count == source.byteCount
      let header = UInt32(count) << 3 | (isLast ? 1 : 0)
      writer.uint16(UInt16(truncatingIfNeeded: header))
      writer.uint8(UInt8(truncatingIfNeeded: header >> 16))
      writer.raw(source.extracting(offset..<offset + count))
      offset += count
    }
    return writer.count - start
  }

  /// Appends one frame that holds `source` to `writer`.
  ///
  /// - Returns: the length of the frame in bytes; O(source).
  @discardableResult
  public mutating func compress(
    _ source: [UInt8], appendingTo writer: inout ByteWriter
  ) throws(BytesError) -> Int {
    try compress(source.rawSpan, appendingTo: &writer)
  }

  private static func makeContext(level: Int32) throws(BytesError) -> OpaquePointer {
    // Unsafe: the context is ours until it is returned; every way out that does not return it frees it.
    guard let context = unsafe ZSTD_createCCtx() else {
      throw BytesError(.compression, "no memory for a zstd compression context")
    }
    for (parameter, value) in [
      (ZSTD_c_compressionLevel, level), (ZSTD_c_contentSizeFlag, 1), (ZSTD_c_checksumFlag, 0),
    ] {
      let result = unsafe ZSTD_CCtx_setParameter(context, parameter, value)
      guard ZSTD_isError(result) == 0 else {
        unsafe ZSTD_freeCCtx(context)
        throw BytesError(.compression, "setting up zstd failed: \(errorName(result))")
      }
    }
    return unsafe context
  }
}

/// Decodes zstd frames of hostile origin into memory that is bounded beforehand.
///
/// A frame must be exactly one whole frame, need no dictionary and state a content size that is within the caller's
/// limit and that its length makes possible; all of that is checked before anything is allocated.
@safe public struct ZstdDecompressor: ~Copyable, Sendable {
  // Unsafe: owned by this value alone (it cannot be copied), made in init and freed in deinit.
  private nonisolated(unsafe) let context: OpaquePointer

  /// Creates a decompressor.
  public init() throws(BytesError) {
    guard let context = unsafe ZSTD_createDCtx() else {
      throw BytesError(.compression, "no memory for a zstd decompression context")
    }
    unsafe self.context = context
  }

  deinit {
    unsafe ZSTD_freeDCtx(context)
  }

  /// The content of `frame`; O(content).
  ///
  /// - Throws: `.tooLarge` when the content is above `limit` bytes, `.truncated` or `.trailingBytes` when `frame` is not
  ///   one whole frame, otherwise `.malformed`.
  public mutating func decompress(_ frame: RawSpan, limit: Int) throws(BytesError) -> [UInt8] {
    let header = try ZstdFrameHeader(of: frame)
    try header.check(limit: limit, frameLength: frame.byteCount)
    try checkLength(of: frame)
    var result = 0
    let content = [UInt8](capacity: header.contentSize) { output in
      // Unsafe: the library writes at most `buffer.count` bytes and says how many; both pointers are used inside
      // their closures only.
      unsafe output.withUnsafeMutableBufferPointer { buffer, initialized in
        result = unsafe frame.withUnsafeBytes {
          unsafe ZSTD_decompressDCtx(context, buffer.baseAddress, buffer.count, $0.baseAddress, $0.count)
        }
        initialized = ZSTD_isError(result) == 0 ? result : 0
      }
    }
    guard ZSTD_isError(result) == 0 else {
      throw BytesError(.malformed, "a damaged zstd frame (\(errorName(result)))")
    }
    guard content.count == header.contentSize else {
      throw BytesError(
        .malformed, "a zstd frame of \(content.count) bytes of content that states \(header.contentSize)")
    }
    return content
  }

  /// Follows the block headers to the end of the frame, which must be the end of the bytes.
  private func checkLength(of frame: RawSpan) throws(BytesError) {
    // Unsafe: the library reads at most the `count` bytes at the pointer, which is used inside the closure only.
    let length = unsafe frame.withUnsafeBytes { unsafe ZSTD_findFrameCompressedSize($0.baseAddress, $0.count) }
    guard ZSTD_isError(length) == 0 else {
      throw BytesError(
        .truncated, "a zstd frame that is not whole (\(errorName(length)))", offset: frame.byteCount)
    }
    guard length == frame.byteCount else {
      throw BytesError(.trailingBytes, "\(frame.byteCount - length) bytes behind a zstd frame", offset: length)
    }
  }
}

/// Decompresses zstd frames (RFC 8878) of any content size, one after another; skippable frames are passed over.
///
/// A window of more than 128 MiB is refused, so memory is bounded by that. Frames with a checksum are compared with it at
/// their end, after their content was handed out.
@safe public final class ZstdStreamDecompressor: StreamDecompressor {
  // Unsafe: owned by this object alone, made in init and freed in deinit.
  private let context: OpaquePointer
  public private(set) var isWhole = false

  /// A decompressor at the beginning of a stream.
  public init() throws(BytesError) {
    guard let context = unsafe ZSTD_createDCtx() else {
      throw BytesError(.compression, "no memory for a zstd decompression context")
    }
    unsafe self.context = context
  }

  deinit {
    unsafe ZSTD_freeDCtx(context)
  }

  public func decompress(
    _ input: RawSpan, appendingTo output: inout [UInt8], room: Int
  ) throws(BytesError) -> Int {
    if isWhole && input.byteCount == 0 { return 0 }
    var taken = 0
    var result = 0
    output.append(addingCapacity: room) { span in
      // Unsafe: the library writes at most `room` bytes into room for so many and reads no more than the input has; all
      // pointers are used inside their closures only.
      unsafe span.withUnsafeMutableBufferPointer { buffer, initialized in
        unsafe input.withUnsafeBytes { bytes in
          var source = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
          var target = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: room, pos: 0)
          repeat {
            result = unsafe ZSTD_decompressStream(context, &target, &source)
            if ZSTD_isError(result) != 0 { break }
            isWhole = result == 0
          } while unsafe source.pos < source.size && target.pos < target.size
          taken = unsafe source.pos
          initialized = unsafe target.pos
        }
      }
    }
    if ZSTD_isError(result) == 0 { return taken }
    switch ZSTD_getErrorCode(result) {
    case ZSTD_error_frameParameter_windowTooLarge:
      throw BytesError(.tooLarge, "zstd data with a window above 128 MiB", offset: taken)
    case ZSTD_error_dictionary_wrong:
      throw BytesError(.compression, "zstd data that needs a dictionary, which can't be given,", offset: taken)
    case ZSTD_error_memory_allocation:
      throw BytesError(.compression, "no memory for decompressing zstd", offset: taken)
    default:
      throw BytesError(.malformed, "damaged zstd data (\(errorName(result)))", offset: taken)
    }
  }
}

/// - Parameter doing: what failed, made only then.
private func checked(_ result: Int, _ doing: @autoclosure () -> String) throws(BytesError) -> Int {
  guard ZSTD_isError(result) == 0 else {
    throw BytesError(.compression, "\(doing()) failed: \(errorName(result))")
  }
  return result
}

private func errorName(_ result: Int) -> String {
  // Unsafe: the library returns a static, zero-terminated text for every value.
  unsafe String(cString: ZSTD_getErrorName(result))
}
