import StrandlineBytes
import StrandlineStorage

/// What tells one file from another: device, inode and a hash of its beginning.
///
/// A name is not part of it, so a file that was renamed is followed; a file that took another's name or place is not
/// mistaken for it.
struct FileIdentity: Sendable, Hashable {
  /// The bytes of the beginning that are hashed, if the file had so many when it was first seen.
  static let headLength = 4096

  var device: UInt64
  var inode: UInt64
  var headLength: Int
  var headHash: UInt64

  /// The identity of a file as it is now.
  init(_ file: InputFile) throws(StorageError) {
    let status = try file.status()
    device = status.device
    inode = status.inode
    var head: [UInt8] = []
    _ = try file.read(at: 0, into: &head, count: min(Self.headLength, status.size))
    headLength = head.count
    headHash = XXH64.hash(head)
  }

  init(_ reader: inout ByteReader) throws(BytesError) {
    device = try reader.uint64()
    inode = try reader.uint64()
    headLength = try reader.count(limit: Self.headLength)
    headHash = try reader.uint64()
  }

  func encode(into writer: inout ByteWriter) {
    writer.uint64(device)
    writer.uint64(inode)
    writer.varint(UInt64(headLength))
    writer.uint64(headHash)
  }

  func isSameFile(as status: FileStatus) -> Bool {
    device == status.device && inode == status.inode
  }

  /// Whether the beginning of a file is still what it was.
  func hasSameHead(_ file: InputFile) throws(StorageError) -> Bool {
    var head: [UInt8] = []
    _ = try file.read(at: 0, into: &head, count: headLength)
    return head.count == headLength && XXH64.hash(head) == headHash
  }
}

/// The files of a partition in the order in which they are read, and how far they are read.
struct FileSequence: Sendable, Hashable {
  struct Member: Sendable, Hashable {
    var path: String
    var identity: FileIdentity
    /// The bytes of the files before it.
    var base: Int
  }

  /// The files; only those from `current` on are read.
  var members: [Member]
  var current: Int

  init(members: [Member], current: Int = 0) {
    self.members = members
    self.current = current
  }

  init(decoding bytes: [UInt8]) throws(BytesError) {
    var reader = ByteReader(bytes.rawSpan)
    let version = try reader.uint8()
    guard version == 1 else { throw BytesError(.malformed, "a partition's files are of version \(version)") }
    current = try reader.count(limit: Int(Int32.max))
    members = []
    for _ in 0..<(try reader.count(limit: reader.remaining)) {
      let path = try reader.string(limit: 1 << 16)
      let base = try reader.count(limit: .max)
      members.append(Member(path: path, identity: try FileIdentity(&reader), base: base))
    }
    try reader.finish()
    guard current < members.count || members.isEmpty else {
      throw BytesError(.malformed, "a partition's current file is not among its files")
    }
  }

  func encoded() -> [UInt8] {
    var writer = ByteWriter(capacity: 64)
    writer.uint8(1)
    writer.varint(UInt64(current))
    writer.varint(UInt64(members.count))
    for member in members {
      writer.string(member.path)
      writer.varint(UInt64(member.base))
      member.identity.encode(into: &writer)
    }
    return writer.bytes
  }
}
