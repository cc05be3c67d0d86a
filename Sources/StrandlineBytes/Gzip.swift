// The only file that imports the C library.
import CZlib

/// Decompresses gzip (RFC 1952), of one member or several.
///
/// The checksum and the length of a member stand at its end and are compared there, after its content was handed out.
@safe public final class GzipDecompressor: StreamDecompressor {
  // Unsafe: owned by this object alone, made in init and freed in deinit. The library keeps a pointer to it, so it must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  public private(set) var isWhole = false

  /// A decompressor at the beginning of a stream.
  public init() throws(BytesError) {
    unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // The largest window, and 16 for gzip and nothing else.
    let status = unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      unsafe stream.deallocate()
      throw BytesError(.compression, "setting up zlib failed with code \(status)")
    }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  public func decompress(
    _ input: RawSpan, appendingTo output: inout [UInt8], room: Int
  ) throws(BytesError) -> Int {
    if isWhole && input.byteCount == 0 { return 0 }
    var taken = 0
    var status = Z_OK
    output.append(addingCapacity: room) { span in
      // Unsafe: the library writes at most `room` bytes into room for so many and reads no more than the input has; all
      // pointers are used inside their closures only.
      unsafe span.withUnsafeMutableBufferPointer { buffer, initialized in
        unsafe input.withUnsafeBytes { source in
          unsafe aim(source, UnsafeMutableBufferPointer(rebasing: buffer[..<room]))
          let (availableBefore, roomBefore) = unsafe (stream.pointee.avail_in, stream.pointee.avail_out)
          status = run()
          taken = unsafe Int(availableBefore - stream.pointee.avail_in)
          initialized = unsafe Int(roomBefore - stream.pointee.avail_out)
          unsafe stream.pointee.next_in = nil
          unsafe stream.pointee.next_out = nil
        }
      }
    }
    switch status {
    // Without room or input there is no progress, which is no fault.
    case Z_OK, Z_STREAM_END, Z_BUF_ERROR: return taken
    case Z_MEM_ERROR: throw BytesError(.compression, "no memory for decompressing gzip")
    default: throw BytesError(.malformed, "damaged gzip data (\(reason(status)))", offset: taken)
    }
  }

  private func aim(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableBufferPointer<UInt8>) {
    // Unsafe: the library does not write to its input, although its type says so.
    let start = unsafe source.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: start)
    unsafe stream.pointee.avail_in = UInt32(clamping: source.count)
    unsafe stream.pointee.next_out = target.baseAddress
    unsafe stream.pointee.avail_out = UInt32(clamping: target.count)
  }

  /// Decompresses until input or room is used up, going on from member to member.
  private func run() -> Int32 {
    while true {
      if isWhole {
        if unsafe stream.pointee.avail_in == 0 { return Z_OK }
        let status = unsafe inflateReset(stream)
        if status != Z_OK { return status }
        isWhole = false
      }
      let status = unsafe inflate(stream, Z_NO_FLUSH)
      if status == Z_STREAM_END {
        isWhole = true
        continue
      }
      let isSpent = unsafe (stream.pointee.avail_in == 0 || stream.pointee.avail_out == 0)
      if status != Z_OK || isSpent { return status }
    }
  }

  private func reason(_ status: Int32) -> String {
    // Unsafe: the library sets a static, zero-terminated text or none.
    unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "code \(status)"
  }
}
