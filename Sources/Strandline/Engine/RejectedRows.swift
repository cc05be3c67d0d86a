import StrandlineColumns

/// The file of rejected rows: a JSON object per row, appended with the batch that passed it over.
final class RejectedRows {
  private let file: AppendedFile
  private let encoder = JSONLinesEncoder(
    schema: Schema([
      Field("partition", .string), Field("offset", .int64), Field("reason", .string),
      Field("row", .string, nullable: true),
    ]))

  init(_ file: AppendedFile) {
    self.file = file
  }

  var position: [UInt8] { file.position }

  /// Appends problems with the rows they are about; bytes that aren't UTF-8 become replacement characters.
  func append(_ problems: [(problem: RowProblem, bytes: [UInt8]?)]) throws(StreamError) {
    var batch = ColumnBatch(encoder.schema)
    for (problem, bytes) in problems {
      batch.columns[0].append(problem.partition)
      batch.columns[1].append(word: Int64(problem.offset))
      batch.columns[2].append(problem.reason)
      if let bytes {
        let row = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        batch.columns[3].append(String(decoding: row, as: UTF8.self))
      } else {
        batch.columns[3].appendNull()
      }
    }
    var out: [UInt8] = []
    encoder.append(batch, to: &out)
    try file.append(out)
  }

  func close() throws(StreamError) { try file.close() }
}
