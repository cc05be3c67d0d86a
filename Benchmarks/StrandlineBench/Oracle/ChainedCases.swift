import Strandline
import StrandlineColumns

/// Windows of the results of windows: a group's event time is the last moment of its window, and no group is late.
enum ChainedCases {
  static func make(_ random: inout OracleRandom) throws -> OracleCase {
    let shape = OracleTable.Shape.random(&random)
    let stage = OracleStage.random(shape, &random)
    let window = OracleWindow.randomTumbling(shape.step, &random)
    var grouping = try OracleGrouping.random(&random)
    // The first two results are there in every case, for the second grouping to add up.
    grouping.aggregates =
      [OracleAggregate(AggregateCall(.count)), OracleAggregate(AggregateCall(.max, .column("n")))] + grouping.aggregates
    var first = stage.plan
    try grouping.apply(to: &first, window)
    let having = random.chance(2) ? ["value0 > 1"] : []
    first.outputFilters = try having.map { try Expression(parsing: $0) }

    let longer = OracleWindow.randomTumbling(shape.step * 10, &random)
    let second = OracleGrouping(
      keys: grouping.keys.isEmpty ? [] : random.one(of: [[], ["key0"]]),
      filters: random.chance(3) ? ["value1 is not null"] : [],
      aggregates: [
        AggregateCall(.count), AggregateCall(.sum, .column("value0")), AggregateCall(.average, .column("value1")),
        AggregateCall(.max, .column("value1"), filter: try Expression(parsing: "value0 > 2")),
      ].map { OracleAggregate($0) })
    var plan = StreamPlan(rows: try result(of: grouping), from: .stage(first))
    try second.apply(to: &plan, longer)
    let sql = """
      with marked as (
        select * exclude (window_start, window_end), window_end - interval 1 microsecond as ts, timestamp '0001-01-01' as mark
        from (
          with marked as (\(stage.sql)), groups as (\(grouping.sql(window)))
          select * from groups where \(having.first ?? "true")))
      \(second.sql(longer))
      """
    return stage.ending(plan, sql: sql)
  }

  /// The columns that a grouping of random rows writes.
  private static func result(of grouping: OracleGrouping) throws -> Schema {
    var fields: [Field] = []
    for (index, key) in grouping.keys.enumerated() {
      let bound = try BoundExpression(try Expression(parsing: key), schema: OracleTable.schema)
      fields.append(Field("key\(index)", bound.type, nullable: bound.isNullable))
    }
    fields += [Field("window_start", .timestamp), Field("window_end", .timestamp)]
    for (index, aggregate) in grouping.aggregates.enumerated() {
      let (type, isNullable) = try aggregate.call.result(in: OracleTable.schema)
      fields.append(Field("value\(index)", type, nullable: isNullable))
    }
    return Schema(fields)
  }
}
