import Strandline
import StrandlineColumns
import StrandlineState

/// Random aggregates over random keys in windows, with and without late rows.
enum GroupingCases {
  /// Windows of one length.
  static func tumbling(_ random: inout OracleRandom) throws -> OracleCase {
    var shape = shape(&random)
    // Also around the beginning of 1970, where times change their sign.
    if random.chance(3) { shape.start = -100 * shape.step }
    let size = shape.step * random.one(of: [1, 10, 60, 1000]) + random.one(of: [0, 0, 1])
    let offset = random.chance(2) ? 0 : Int64.random(in: 0..<size, using: &random)
    return try make(shape, .tumbling(size: size, offset: offset), &random)
  }

  /// Windows of civil time, over the nights in which clocks change.
  static func calendar(_ random: inout OracleRandom) throws -> OracleCase {
    var shape = shape(&random)
    shape.step = random.one(of: [600_000_000, 20_000_000_000])
    shape.disorder = 20 * shape.step
    // 2023-10-25, 2024-03-06, and a time before 1970.
    shape.start = random.one(of: [1_698_192_000, 1_709_683_200, -8_640_000]) * 1_000_000
    let zone = random.one(of: ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
    return try make(shape, .calendar(random.one(of: [.day, .week, .month, .quarter, .year]), zone: zone), &random)
  }

  private static func shape(_ random: inout OracleRandom) -> OracleTable.Shape {
    var shape = OracleTable.Shape()
    shape.partitions = 1 + random.below(3)
    shape.grain = random.one(of: [1, shape.step])
    return shape
  }

  private static func make(
    _ shape: OracleTable.Shape, _ window: OracleWindow, _ random: inout OracleRandom
  ) throws -> OracleCase {
    let table = OracleTable.random("events", shape, &random)
    let delay = shape.step * random.one(of: [0, 3, 15, 1_000_000])
    let keys = random.some(of: OracleSyntax.keys, least: 0, most: 3)
    let filters = (0..<random.below(3)).map { _ in OracleSyntax.condition(&random) }
    let aggregates = try (0..<1 + random.below(5)).map { _ in try OracleSyntax.aggregate(&random) }

    var plan = StreamPlan(rows: OracleTable.schema)
    plan.eventTime = EventTimePlan(column: "ts", delay: delay)
    plan.filters = try filters.map { try Expression(parsing: $0) }
    plan.keys = try keys.map { try Expression(parsing: $0) }
    plan.window = window.window
    plan.outputs =
      keys.indices.map { OutputColumn("key\($0)", .key($0)) } + [OutputColumn("window", .window)]
      + aggregates.enumerated().map { OutputColumn("value\($0.offset)", .aggregate($0.element)) }

    // A window takes a row while it ends behind the row's mark: the watermark of the row's own partition, the row included.
    let grouped = (["window_start", "window_end"] + keys).map { "(\($0))" }.joined(separator: ", ")
    let outputs =
      keys.enumerated().map { "\($0.element) as key\($0.offset)" } + ["window_start", "window_end"]
      + aggregates.enumerated().map { "\($0.element) as value\($0.offset)" }
    let conditions = (filters + ["window_end > mark"]).map { "(\($0))" }.joined(separator: " and ")
    let sql = """
      with marked as (
        select *, max(ts) over (partition by part order by ord rows unbounded preceding)
          - to_microseconds(\(delay)) as mark
        from events),
      placed as (\(window.placed))
      select \(outputs.joined(separator: ", ")) from placed where \(conditions) group by \(grouped)
      """
    let finished = plan
    return OracleCase(name: "", tables: [table], sql: sql, tolerance: nil) { directory, sink in
      let source = FileSource(
        OracleTable.schema, patterns: [table.pattern(in: directory)], options: FileSource.Options(format: .jsonLines))
      return StreamJob(plan: finished, source: source, sink: sink, follows: false)
    }
  }
}
