import Strandline
import StrandlineColumns

/// Random filters and projections: each row goes its way alone.
enum MappingCases {
  static func make(_ random: inout OracleRandom) throws -> OracleCase {
    let stage = OracleStage.random(.random(&random), &random)
    let filters = (0..<random.below(3)).map { _ in OracleSyntax.condition(&random) }
    let values = (0..<1 + random.below(6)).map { _ in OracleSyntax.value(&random) }
    var plan = stage.plan
    plan.filters += try filters.map { try Expression(parsing: $0) }
    plan.operation = .project(
      try values.enumerated().map { ProjectedColumn("value\($0.offset)", try Expression(parsing: $0.element)) })
    let outputs = values.enumerated().map { "\($0.element) as value\($0.offset)" }.joined(separator: ", ")
    let conditions = (filters + ["true"]).map { "(\($0))" }.joined(separator: " and ")
    return stage.ending(
      plan, sql: "with marked as (\(stage.sql)) select \(outputs) from marked where \(conditions)")
  }
}
