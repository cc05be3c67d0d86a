import StrandlineColumns

/// The rows and error rows of a text, decoded with the whole text in one buffer.
func decode<Decoder: LineDecoder>(
  _ bytes: [UInt8], by decoder: Decoder, maximumRows: Int = .max
) throws -> (batch: ColumnBatch, errors: [RowError]) {
  var decoder = decoder
  var batch = ColumnBatch(decoder.schema)
  var errors: [RowError] = []
  // The array outlives the spans.
  let start = try unsafe decoder.readHeader(bytes.span.bytes, atEnd: true) ?? 0
  _ = unsafe decoder.decode(
    bytes.span.bytes, from: start, baseOffset: 0, atEnd: true, maximumRows: maximumRows, into: &batch, errors: &errors)
  return (batch, errors)
}
