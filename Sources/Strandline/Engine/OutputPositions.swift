import StrandlineBytes

/// Where the outputs of a run stand, as a commit holds it: the sink's position and that of the file of rejected rows.
struct OutputPositions {
  var sink: [UInt8]
  var rejects: [UInt8]?

  init(sink: [UInt8], rejects: [UInt8]?) {
    self.sink = sink
    self.rejects = rejects
  }

  init(decoding bytes: [UInt8]) throws(BytesError) {
    var reader = ByteReader(bytes.rawSpan)
    let flags = try reader.uint8()
    sink = try reader.blob(limit: bytes.count)
    rejects = flags & 1 == 0 ? nil : try reader.blob(limit: bytes.count)
    try reader.finish()
  }

  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.uint8(rejects == nil ? 0 : 1)
    writer.blob(sink)
    if let rejects { writer.blob(rejects) }
    return writer.bytes
  }
}
