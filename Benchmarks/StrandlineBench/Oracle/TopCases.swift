import Strandline
import StrandlineColumns

/// The first rows of groups in windows, in a random order.
enum TopCases {
  static func make(_ random: inout OracleRandom) throws -> OracleCase {
    let shape = OracleTable.Shape.random(&random)
    let stage = OracleStage.source(
      .random("events", shape, &random), delay: shape.step * random.one(of: [0, 3, 15, 1_000_000]))
    let window = OracleWindow.randomTumbling(shape.step * 10, &random)
    let keys = random.some(of: ["k", "name", "b", "n % 5"], least: 0, most: 2)
    let filters = random.chance(3) ? [OracleSyntax.condition(&random)] : []
    let order = random.some(of: ["n", "x", "name", "b", "t", "k"], least: 1, most: 3)
    let down = order.map { _ in random.chance(2) }
    let count = 1 + random.below(4)

    var first = stage.plan
    first.filters = try filters.map { try Expression(parsing: $0) }
    first.keys = try keys.map { try Expression(parsing: $0) }
    first.window = window.window
    first.operation = .top(
      TopPlan(count, order: zip(order, down).map { Ordering(.column($0), isDescending: $1) }))
    let rows = Schema(
      OracleTable.schema.fields + [
        Field("top.rank", .int64), Field("top.window_start", .timestamp), Field("top.window_end", .timestamp),
      ])
    var plan = StreamPlan(rows: rows, from: .stage(first))
    plan.operation = .project(
      ["part", "ord", "name", "n"].map { ProjectedColumn($0, .column($0)) } + [
        ProjectedColumn("rank", .column("top.rank")), ProjectedColumn("window_start", .column("top.window_start")),
        ProjectedColumn("window_end", .column("top.window_end")),
      ])

    let grouping = OracleGrouping(keys: keys, filters: filters, aggregates: [])
    let conditions = (filters + [window.takes]).map { "(\($0))" }.joined(separator: " and ")
    let parts = (["window_start"] + keys.map { "(\($0))" }).joined(separator: ", ")
    // Nulls come first, and last when the order is turned; of equal rows the earlier one first, then that of the first partition.
    let ordered = zip(order, down).map { "\($0) \($1 ? "desc nulls last" : "asc nulls first")" } + ["ts"]
    let sql = """
      with marked as (\(stage.sql))
      select part, ord, name, n, window_start, window_end,
        row_number() over (partition by \(parts) order by \(ordered.joined(separator: ", ")), part, ord) as rank
      from (\(window.placed(grouping))) where \(conditions) qualify rank <= \(count)
      """
    return stage.ending(plan, sql: sql)
  }
}
