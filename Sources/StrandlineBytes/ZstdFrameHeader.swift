/// What a zstd frame says of itself before its first block: RFC 8878, section 3.1.1.1.
struct ZstdFrameHeader: Equatable {
  /// How many bytes the frame holds, by its own account.
  let contentSize: Int
  /// How much of the content a decoder must keep at hand, in bytes.
  let windowSize: UInt64

  /// The largest window that is decoded: what the library's own decoder allows by default.
  static let windowSizeMax: UInt64 = 1 << 27

  static let magic: UInt32 = 0xFD2F_B528
  static let blockContentMax = 128 << 10
  private static let blockLengthMin = 3

  /// The most content that a frame of that length may have: 1 MiB, and 256 times its length.
  ///
  /// The format allows 40,000 times its length, so a file of some kilobytes could ask for gigabytes. What compresses better than
  /// this is written without compression.
  static func contentMax(frameLength: Int) -> Int {
    (1 << 20) + frameLength * 256
  }

  /// Reads the header; other frame types, dictionaries, reserved bits and a missing content size are `.malformed`.
  init(of frame: RawSpan) throws(BytesError) {
    var reader = ByteReader(frame)
    guard try reader.uint32() == Self.magic else {
      throw BytesError(.malformed, "not a zstd frame", offset: 0)
    }
    let descriptor = try reader.uint8()
    guard descriptor & 0b0000_1000 == 0 else {
      throw BytesError(.malformed, "a zstd frame with reserved bits", offset: 4)
    }
    guard descriptor & 0b0000_0011 == 0 else {
      throw BytesError(.malformed, "a zstd frame that needs a dictionary", offset: 4)
    }
    let isSingleSegment = descriptor & 0b0010_0000 != 0
    var window: UInt64 = 0
    if !isSingleSegment {
      let byte = UInt64(try reader.uint8())
      let base: UInt64 = 1 << (10 + (byte >> 3))
      window = base + base / 8 * (byte & 7)
    }
    let size: UInt64
    switch (descriptor >> 6, isSingleSegment) {
    case (0, true): size = UInt64(try reader.uint8())
    case (1, _): size = UInt64(try reader.uint16()) + 256
    case (2, _): size = UInt64(try reader.uint32())
    case (3, _): size = try reader.uint64()
    default: throw BytesError(.malformed, "a zstd frame that does not state its content size", offset: 4)
    }
    guard let contentSize = Int(exactly: size) else {
      throw BytesError(.tooLarge, "a zstd frame that states \(size) bytes of content", offset: 5)
    }
    self.contentSize = contentSize
    self.windowSize = isSingleSegment ? size : window
  }

  /// Refuses a frame whose content is above `limit`, whose window is too large, or that is too short for its content.
  func check(limit: Int, frameLength: Int) throws(BytesError) {
    guard contentSize <= limit else {
      throw BytesError(
        .tooLarge, "a zstd frame states \(contentSize) bytes of content where at most \(limit) are allowed", offset: 5)
    }
    // A single segment's window is its content, which `limit` bounds.
    guard windowSize <= max(Self.windowSizeMax, UInt64(contentSize)) else {
      throw BytesError(.tooLarge, "a zstd frame with a window of \(windowSize) bytes", offset: 5)
    }
    let blocksMax = frameLength / Self.blockLengthMin
    guard contentSize / Self.blockContentMax <= blocksMax else {
      throw BytesError(
        .malformed, "a zstd frame of \(frameLength) bytes that states \(contentSize) bytes of content", offset: 5)
    }
    guard contentSize <= Self.contentMax(frameLength: frameLength) else {
      throw BytesError(
        .tooLarge,
        "a zstd frame of \(frameLength) bytes states \(contentSize) bytes of content, more than 256 times as many",
        offset: 5)
    }
  }
}
