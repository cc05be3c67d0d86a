import Strandline
import StrandlineColumns

/// Random joins of two tables: every kind, with bounds of time and without, keys with nulls, and late rows on both sides.
enum JoinCases {
  static func make(_ random: inout OracleRandom) throws -> OracleCase {
    var shape = OracleTable.Shape.random(&random)
    shape.rows = 150
    shape.keys = 20
    let left = OracleStage.source(
      .random("events", shape, &random), delay: shape.step * random.one(of: [0, 3, 30, 1_000_000]))
    shape.start += shape.step * Int64(random.below(40) - 20)
    shape.partitions = 1 + random.below(2)
    let right = OracleStage.source(
      .random("others", shape, &random), delay: shape.step * random.one(of: [0, 3, 30, 1_000_000]), place: 1)
    let kind = random.one(of: JoinKind.allCases)
    let keys = random.one(of: [["k"], ["k"], ["k", "b"], ["n % 3 + k"]])
    // One side may be wholly before the other.
    let first = shape.step * Int64(random.below(30) - 20)
    let within = random.chance(5) ? nil : first...first + shape.step * Int64(random.below(30))
    let condition = random.chance(3) ? "n" : nil

    let join = JoinPlan(
      left.plan, right.plan, kind: kind,
      keys: try keys.map { JoinKey(try Expression(parsing: $0), try Expression(parsing: $0)) },
      within: within, condition: try condition.map { try Expression(parsing: "\"left.\($0)\" < \"right.\($0)\"") })
    var plan = StreamPlan(
      rows: JoinPlan.schema(OracleTable.schema, OracleTable.schema, kind: kind), from: .join(join))
    let isOneSided = kind == .semi || kind == .anti
    let columns = ["part", "ord", "ts", "name", "x"]
    var projected = columns.map { ProjectedColumn("l_\($0)", .column(isOneSided ? $0 : "left.\($0)")) }
    if !isOneSided { projected += columns.map { ProjectedColumn("r_\($0)", .column("right.\($0)")) } }
    plan.operation = .project(projected)

    // A row is late when its time is before the watermark of its own partition; it takes part in nothing.
    let equal = keys.map { "(\(qualified($0, "l"))) = (\(qualified($0, "r")))" }
    let near = within.map { "epoch_us(r.ts) - epoch_us(l.ts) between \($0.lowerBound) and \($0.upperBound)" }
    let matching = (equal + [near, condition.map { "l.\($0) < r.\($0)" }].compactMap { $0 }).joined(separator: " and ")
    let outputs =
      columns.map { "l.\($0) as l_\($0)" } + (isOneSided ? [] : columns.map { "r.\($0) as r_\($0)" })
    let from =
      switch kind {
      case .semi: "l where exists (select 1 from r where \(matching))"
      case .anti: "l where not exists (select 1 from r where \(matching))"
      default: "l \(kind.rawValue) join r on \(matching)"
      }
    let sql = """
      with l as (select * from (\(left.sql)) where ts >= mark), r as (select * from (\(right.sql)) where ts >= mark)
      select \(outputs.joined(separator: ", ")) from \(from)
      """
    return OracleStage(plan: plan, tables: left.tables + right.tables, sql: "").ending(plan, sql: sql)
  }

  /// A key over the columns of one side.
  private static func qualified(_ key: String, _ side: String) -> String {
    key.split(separator: " ").map { ["k", "b", "n"].contains($0) ? "\(side).\($0)" : String($0) }.joined(separator: " ")
  }
}
