import Strandline
import StrandlineBytes
import StrandlineColumns

/// CSV lines of a time and a key.
enum CSVText {
  static let measurements = [
    Measurement(name: "decode-csv", about: "CSV lines of (time in ms, int64 key) to columns") { try decode($0) }
  ]

  private static let schema = Schema([Field("at", .timestamp), Field("key", .int64)])

  private static func decode(_ bench: Bench) throws {
    let rows = bench.rows(5_000_000)
    var bytes = Array("at,key\n".utf8)
    bytes.reserveCapacity(rows * 20)
    for row in 0..<rows { bytes.append(contentsOf: "\(1_700_000_000_000 + row / 10),\(row &* 7919 % 1000)\n".utf8) }
    var decoder = CSVDecoder(schema: schema, columns: nil, options: DecodingOptions(timeUnit: .milliseconds))
    var batch = ColumnBatch(schema)
    var errors: [RowError] = []
    var decoded = 0
    try bench.measure("decode-csv", rows: rows, bytes: bytes.count) {
      var position = try decoder.readHeader(bytes.rawSpan, atEnd: true) ?? 0
      while position < bytes.count {
        batch.removeAll()
        position = decoder.decode(
          bytes.rawSpan, from: position, baseOffset: 0, atEnd: true, maximumRows: 65_536, into: &batch, errors: &errors)
        decoded += batch.count
      }
      return JSONLine()
    }
    guard decoded == rows, errors.isEmpty else { throw BenchError("\(decoded) rows were decoded of \(rows)") }
  }
}
