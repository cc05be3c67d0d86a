import Strandline
import StrandlineBytes
import StrandlineColumns

/// The Yahoo streaming benchmark, whole, and its decoding alone.
enum YahooMeasurements {
  static let measurements = [
    Measurement(
      name: "ysb-memory", about: "YSB in memory: views of a campaign per 10 s, the join included; no store"
    ) {
      try run($0, "ysb-memory", .memory, rows: 60_000_000, hasStore: false)
    },
    Measurement(name: "ysb-memory-store", about: "the same with a store, 100 commits a second and more") {
      try run($0, "ysb-memory-store", .memory, rows: 60_000_000, hasStore: true)
    },
    Measurement(name: "ysb-ndjson-store", about: "YSB from NDJSON of 7 texts, with a store, a commit per batch") {
      try run($0, "ysb-ndjson-store", .lines, rows: 6_000_000, hasStore: true)
    },
    Measurement(name: "csv-store", about: "CSV of (time, key), count of 1,000 keys per 10 s, with a store") {
      try run($0, "csv-store", .csv, rows: 20_000_000, hasStore: true)
    },
    Measurement(name: "decode-ysb-ndjson", about: "YSB lines: three of seven fields to columns") { try decode($0) },
  ]

  /// Rows of a batch in memory: at 60 million rows a second there are more than 400 of them.
  static let batchRows = 131_072
  /// Rows of a batch of lines.
  static let lineBatchRows = 65_536

  private static func run(_ bench: Bench, _ name: String, _ work: CountingWork, rows: Int, hasStore: Bool) throws {
    let rows = bench.rows(rows)
    let input = CountingWork.Input(file: bench.path(name), campaigns: bench.path("campaigns.csv"))
    if work != .memory {
      try work.write(rows: rows, to: input.file)
      try Files.write(YahooLines.campaigns, to: input.campaigns)
    }
    let run = try work.run(
      rows: rows, input, batchRows: work == .memory ? batchRows : lineBatchRows,
      store: hasStore ? bench.path("\(name)-store") : nil, checked: true)
    run.line(name).print()
    if work != .memory {
      try Files.remove(input.file)
      try Files.remove(input.campaigns)
    }
  }

  private static func decode(_ bench: Bench) throws {
    let rows = bench.rows(2_000_000)
    let bytes = YahooLines.lines(0..<rows)
    var decoder = JSONLinesDecoder(schema: AdLine.schema, options: DecodingOptions(timeUnit: .milliseconds))
    var batch = ColumnBatch(AdLine.schema)
    var errors: [RowError] = []
    var decoded = 0
    try bench.measure("decode-ysb-ndjson", rows: rows, bytes: bytes.count) {
      var position = 0
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
