import Strandline
import StrandlineBytes
import StrandlineColumns
import StrandlineState
import StrandlineStorage

/// The Yahoo streaming benchmark's events as NDJSON: seven text fields, views kept, count per ad per 10 s, without the
/// join of campaigns; a store commits every batch.
enum YahooText {
  static let measurements = [
    Measurement(name: "ysb-ndjson-store", about: "YSB lines: keep views, count per ad per 10 s, a commit per batch") {
      try run($0)
    },
    Measurement(name: "decode-ysb-ndjson", about: "YSB lines: three of seven fields to columns") { try decode($0) },
  ]

  static let schema = Schema([
    Field("ad_id", .string), Field("event_type", .string), Field("event_time", .timestamp),
  ])

  /// Lines of about 155 bytes: 1,000 ads, event types in thirds, 10,000 events a second of event time.
  static func lines(_ rows: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rows * 190)
    var state: UInt64 = 7
    let types = ["view", "click", "purchase"]
    let adTypes = ["banner", "modal", "sponsored-search", "mail", "mobile"]
    for row in 0..<rows {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let random = Int(state >> 33)
      let line =
        "{\"user_id\":\"u\(random % 100)\",\"page_id\":\"p\(random / 100 % 100)\",\"ad_id\":\"ad-\(100_000 + random / 7 % 1000)\","
        + "\"ad_type\":\"\(adTypes[random / 11 % 5])\",\"event_type\":\"\(types[random / 13 % 3])\","
        + "\"event_time\":\"\(1_700_000_000_000 + row / 10)\",\"ip_address\":\"10.1.2.3\"}\n"
      bytes.append(contentsOf: line.utf8)
    }
    return bytes
  }

  private static func plan() -> StreamPlan {
    var plan = StreamPlan(rows: schema)
    plan.eventTime = EventTimePlan(column: "event_time", delay: 0)
    plan.filters = [.compare(.equal, .column("event_type"), .literal(.string("view")))]
    plan.keys = [.column("ad_id")]
    plan.window = .tumbling(size: 10_000_000, offset: 0)
    plan.outputs = [
      OutputColumn("ad_id", .key(0)), OutputColumn("window", .window),
      OutputColumn("count", .aggregate(AggregateCall(.count))),
    ]
    return plan
  }

  private static func run(_ bench: Bench) throws {
    let rows = bench.rows(4_000_000)
    let bytes = lines(rows)
    let file = bench.path("ysb.ndjson")
    try Files.write(bytes, to: file)
    let views = Files.count(of: "\"view\"", in: bytes)
    let sink = CountingSink()
    let store = bench.path("ysb-store")
    let batchRows = 65_536
    var options = EngineOptions()
    options.limits = BatchLimits(rows: batchRows)
    let source = FileSource(
      schema, patterns: [file],
      options: FileSource.Options(format: .jsonLines, decoding: DecodingOptions(timeUnit: .milliseconds)))
    let engine = try MicroBatchEngine(
      plan(), source: source, sink: sink.sink, store: try PosixDirectory.open(path: store, create: true),
      options: options)
    let started = SystemClock.monotonicNanos()
    try bench.measure("ysb-ndjson-store", rows: rows, bytes: bytes.count) {
      while try engine.step() != .finished {}
      var line = JSONLine()
      line.add("batch_rows", batchRows)
      line.add("commits", engine.report.batches)
      line.add(
        "commits_per_s", Double(engine.report.batches) / (Double(SystemClock.monotonicNanos() - started) / 1e9))
      return line
    }
    try engine.close()
    try Files.remove(file)
    try Files.removeStore(store)
    guard sink.sum == Int64(views) else { throw BenchError("\(sink.sum) views were counted of \(views)") }
  }

  private static func decode(_ bench: Bench) throws {
    let rows = bench.rows(2_000_000)
    let bytes = lines(rows)
    var decoder = JSONLinesDecoder(schema: schema, options: DecodingOptions(timeUnit: .milliseconds))
    var batch = ColumnBatch(schema)
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
