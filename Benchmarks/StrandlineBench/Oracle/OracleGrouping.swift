import Strandline
import StrandlineColumns

/// A random grouping: keys, conditions and aggregates, for a plan and in SQL.
struct OracleGrouping {
  var keys: [String]
  var filters: [String]
  var aggregates: [OracleAggregate]

  /// A grouping of random rows.
  static func random(_ random: inout OracleRandom) throws -> OracleGrouping {
    OracleGrouping(
      keys: random.some(of: OracleSyntax.keys, least: 0, most: 3),
      filters: (0..<random.below(3)).map { _ in OracleSyntax.condition(&random) },
      aggregates: try (0..<1 + random.below(5)).map { _ in try OracleAggregate.random(&random) })
  }

  /// Puts the grouping into an open plan.
  func apply(to plan: inout StreamPlan, _ window: OracleWindow) throws {
    plan.filters += try filters.map { try Expression(parsing: $0) }
    plan.keys = try keys.map { try Expression(parsing: $0) }
    plan.window = window.window
    plan.outputs =
      keys.indices.map { OutputColumn("key\($0)", .key($0)) } + [OutputColumn("window", .window)]
      + aggregates.enumerated().map { OutputColumn("value\($0.offset)", .aggregate($0.element.call)) }
  }

  /// The grouping of `marked` by keys and a window.
  func sql(_ window: OracleWindow) -> String {
    let grouped = (["window_start", "window_end"] + keys).map { "(\($0))" }.joined(separator: ", ")
    let outputs =
      keys.enumerated().map { "\($0.element) as key\($0.offset)" } + ["window_start", "window_end"]
      + aggregates.enumerated().map { "\($0.element.sql) as value\($0.offset)" }
    let conditions = (filters + [window.takes]).map { "(\($0))" }.joined(separator: " and ")
    return """
      select \(outputs.joined(separator: ", ")) from (\(window.placed(self)))
      where \(conditions) group by \(grouped)
      """
  }
}
