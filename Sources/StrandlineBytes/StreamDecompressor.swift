/// Decompresses a stream piece by piece, in bounded memory.
///
/// A stream may be several compressed parts one after another (members of gzip, frames of zstd); their contents are one text.
public protocol StreamDecompressor: AnyObject {
  /// Whether the stream may end here: what was handed in is one whole part, or several.
  var isWhole: Bool { get }

  /// Takes bytes of the stream, and appends what they come to.
  ///
  /// All of `input` is taken unless the room ends first. Where exactly `room` bytes were appended there may be more, also
  /// without further input: call again with the rest of it, or with nothing.
  /// - Parameters:
  ///   - input: what follows the bytes taken before; less than 4 GiB.
  ///   - room: the most bytes to append; at least 1, and less than 4 GiB.
  /// - Returns: how many bytes of `input` were taken.
  /// - Throws: `.malformed` for what no compressor writes and for a wrong checksum, with the place in `input`; `.tooLarge` for a
  ///   window above the limit of the format's decompressor; `.compression` where the library refuses to work. Then the stream is
  ///   of no further use.
  func decompress(_ input: RawSpan, appendingTo output: inout [UInt8], room: Int) throws(BytesError) -> Int
}

/// The compressed formats of files.
public enum StreamCompression: String, Sendable, Hashable, CaseIterable {
  /// RFC 1952.
  case gzip
  /// RFC 8878.
  case zstd

  /// How many bytes of a stream's beginning `init(beginning:)` wants to see.
  public static let beginningLength = 4

  /// The format of a stream that begins like that, or nil; nothing that a text of UTF-8 without control characters begins with.
  public init?(beginning: RawSpan) {
    let bytes = (0..<min(Self.beginningLength, beginning.byteCount)).map {
      // Every bit pattern is a UInt8, and the offset is checked.
      unsafe beginning.unsafeLoad(fromByteOffset: $0, as: UInt8.self)
    }
    if bytes.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if bytes == [0x28, 0xB5, 0x2F, 0xFD] {
      self = .zstd
    } else if bytes.count == 4 && bytes[0] & 0xF0 == 0x50 && bytes[1...] == [0x2A, 0x4D, 0x18] {
      // A skippable frame, which may stand before the others.
      self = .zstd
    } else {
      return nil
    }
  }

  /// The format that a file's name says, or nil.
  public init?(path: String) {
    guard let named = Self.allCases.first(where: { path.hasSuffix($0.pathExtension) }) else { return nil }
    self = named
  }

  /// What names of such files end with.
  public var pathExtension: String {
    switch self {
    case .gzip: ".gz"
    case .zstd: ".zst"
    }
  }

  /// A decompressor at the beginning of a stream.
  public func decompressor() throws(BytesError) -> any StreamDecompressor {
    switch self {
    case .gzip: try GzipDecompressor()
    case .zstd: try ZstdStreamDecompressor()
    }
  }
}
