import Strandline
import StrandlineColumns
import StrandlineState

/// Random aggregates over random keys in windows, with and without late rows, over one table or two united.
enum GroupingCases {
  /// Windows of one length.
  static func tumbling(_ random: inout OracleRandom) throws -> OracleCase {
    var shape = OracleTable.Shape.random(&random)
    // Also around the beginning of 1970, where times change their sign.
    if random.chance(3) { shape.start = -100 * shape.step }
    return try make(shape, .randomTumbling(shape.step, &random), try .random(&random), &random)
  }

  /// Windows that overlap, leave gaps or begin together.
  static func overlapping(_ random: inout OracleRandom) throws -> OracleCase {
    let shape = OracleTable.Shape.random(&random)
    return try make(shape, .randomOverlapping(shape.step, &random), try .random(&random), &random)
  }

  /// Windows of civil time, over the nights in which clocks change.
  static func calendar(_ random: inout OracleRandom) throws -> OracleCase {
    var shape = OracleTable.Shape.random(&random)
    shape.step = random.one(of: [600_000_000, 20_000_000_000])
    shape.disorder = 20 * shape.step
    // 2023-10-25, 2024-03-06, and a time before 1970.
    shape.start = random.one(of: [1_698_192_000, 1_709_683_200, -8_640_000]) * 1_000_000
    let zone = random.one(of: ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
    return try make(
      shape, .calendar(random.one(of: [.day, .week, .month, .quarter, .year]), zone: zone), try .random(&random),
      &random)
  }

  /// Sessions, of one gap or of one that each row says.
  static func session(_ random: inout OracleRandom) throws -> OracleCase {
    let shape = OracleTable.Shape.random(&random)
    let gap: SessionGap =
      random.chance(2)
      ? .fixed(shape.step * random.one(of: [1, 2, 5, 20]))
      : .row(try Expression(parsing: "(ord % 7 + 1) * \(shape.step)"))
    return try make(shape, .session(gap), try .random(&random), &random)
  }

  /// Aggregates that keep values.
  static func keeping(_ random: inout OracleRandom) throws -> OracleCase {
    let shape = OracleTable.Shape.random(&random)
    var grouping = try OracleGrouping.random(&random)
    grouping.aggregates = try (0..<1 + random.below(4)).map { _ in try OracleAggregate.randomKeeping(&random) }
    return try make(shape, .randomTumbling(shape.step, &random), grouping, &random)
  }

  private static func make(
    _ shape: OracleTable.Shape, _ window: OracleWindow, _ grouping: OracleGrouping, _ random: inout OracleRandom
  ) throws -> OracleCase {
    let stage = OracleStage.random(shape, &random)
    var plan = stage.plan
    try grouping.apply(to: &plan, window)
    return stage.ending(
      plan, sql: "with marked as (\(stage.sql)) \(grouping.sql(window))",
      tolerance: grouping.aggregates.compactMap(\.tolerance).max())
  }
}
