import StrandlineBytes

import StrandlineStorage

/// Where the outputs of a run stand, as a commit holds it: the sink's position, that of the file of rejected rows, and under
/// which lock file they were written.
struct OutputPositions {
  var sink: [UInt8]
  var rejects: [UInt8]?
  /// The lock file of the writer; nil where it isn't known.
  var lock: FileNumber?

  init(sink: [UInt8], rejects: [UInt8]?, lock: FileNumber?) {
    self.lock = lock
    self.sink = sink
    self.rejects = rejects
  }

  init(decoding bytes: [UInt8]) throws(BytesError) {
    var reader = ByteReader(bytes.rawSpan)
    let flags = try reader.uint8()
    sink = try reader.blob(limit: bytes.count)
    rejects = flags & 1 == 0 ? nil : try reader.blob(limit: bytes.count)
    lock = flags & 2 == 0 ? nil : FileNumber(device: try reader.uint64(), inode: try reader.uint64())
    try reader.finish()
  }

  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.uint8((rejects == nil ? 0 : 1) | (lock == nil ? 0 : 2))
    writer.blob(sink)
    if let rejects { writer.blob(rejects) }
    if let lock {
      writer.uint64(lock.device)
      writer.uint64(lock.inode)
    }
    return writer.bytes
  }
}
