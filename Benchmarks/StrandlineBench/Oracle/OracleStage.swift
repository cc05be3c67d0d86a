import Strandline
import StrandlineColumns

/// The beginning of a stream with its event time, and the same rows in SQL: with `ts` and, as `mark`, the watermark of the
/// row's own partition at that row, the row included.
struct OracleStage {
  var plan: StreamPlan
  var tables: [OracleTable]
  var sql: String

  /// The rows of a table; `src` is its place among the plan's sources.
  static func source(_ table: OracleTable, delay: Int64, place: Int = 0) -> OracleStage {
    var plan = StreamPlan(rows: OracleTable.schema)
    plan.eventTime = EventTimePlan(column: "ts", delay: delay)
    let mark = "max(ts) over (partition by part order by ord rows unbounded preceding) - to_microseconds(\(delay))"
    return OracleStage(
      plan: plan, tables: [table], sql: "select *, \(mark) as mark, \(place) as src from \(table.name)")
  }

  /// The rows of two stages. Rows of the one that is behind aren't late because of the other, so marks are what they are.
  static func united(_ left: OracleStage, _ right: OracleStage) -> OracleStage {
    OracleStage(
      plan: StreamPlan(rows: OracleTable.schema, from: .union([left.plan, right.plan], .minimum)),
      tables: left.tables + right.tables, sql: "(\(left.sql)) union all (\(right.sql))")
  }

  /// Random rows: of one table, or of two.
  static func random(_ shape: OracleTable.Shape, _ random: inout OracleRandom) -> OracleStage {
    let delay = shape.step * random.one(of: [0, 3, 15, 1_000_000])
    let first = source(.random("events", shape, &random), delay: delay)
    guard random.chance(4) else { return first }
    var other = shape
    // The second one begins later, or before the first one has ended.
    other.start += shape.step * Int64(random.below(300))
    other.partitions = 1
    let otherDelay = shape.step * random.one(of: [0, 20])
    return united(first, source(.random("others", other, &random), delay: otherDelay, place: 1))
  }

  /// The case of a plan over this stage's tables.
  func ending(_ plan: StreamPlan, sql: String, tolerance: Double? = nil) -> OracleCase {
    let tables = tables
    return OracleCase(name: "", tables: tables, sql: sql, tolerance: tolerance) { directory, sink in
      let sources = tables.map { table in
        FileSource(
          OracleTable.schema, patterns: [table.pattern(in: directory)], options: FileSource.Options(format: .jsonLines))
      }
      return StreamJob(plan: plan, sources: sources, sink: sink, follows: false)
    }
  }
}

extension OracleTable.Shape {
  /// A shape with some partitions, and times that meet the bounds of windows or don't.
  static func random(_ random: inout OracleRandom) -> OracleTable.Shape {
    var shape = OracleTable.Shape()
    shape.partitions = 1 + random.below(3)
    shape.grain = random.one(of: [1, shape.step])
    return shape
  }
}
