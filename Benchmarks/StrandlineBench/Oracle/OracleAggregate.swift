import StrandlineColumns

/// An aggregate of a plan, and the same in SQL.
struct OracleAggregate {
  let call: AggregateCall
  let sql: String
  /// How far doubles may be from what SQL says, relative to the larger one; nil for not at all.
  var tolerance: Double?

  /// An aggregate, and what SQL says for it where that is something else.
  init(_ call: AggregateCall, sql: String? = nil, tolerance: Double? = nil) {
    self.call = call
    self.sql = sql ?? "\(call)"
    self.tolerance = tolerance
  }

  /// A random aggregate, perhaps of some of the rows only.
  static func random(_ random: inout OracleRandom) throws -> OracleAggregate {
    let function: AggregateFunction = random.one(of: [.count, .sum, .min, .max, .average])
    let argument: String? =
      switch function {
      case .count: random.one(of: [nil, "n", "x", "name", "b", "t"])
      case .min, .max: random.one(of: ["n", "x", "b", "t", "name", "-n", "x - 1.0"])
      default: random.one(of: ["n", "x", "n + 1", "x * 2.0", "k"])
      }
    return OracleAggregate(
      AggregateCall(function, try argument.map { try Expression(parsing: $0) }, filter: try filter(&random)))
  }

  private static func filter(_ random: inout OracleRandom) throws -> Expression? {
    random.chance(3) ? try Expression(parsing: OracleSyntax.condition(&random)) : nil
  }
}

// Aggregates that keep values, or that SQL can only be near to.
extension OracleAggregate {
  /// A random aggregate that keeps values, or is computed from their squares.
  static func randomKeeping(_ random: inout OracleRandom) throws -> OracleAggregate {
    let make = random.one(of: [spread, spread, distinct, ordered, ordered, extreme, extreme, list, list, quantile])
    return try make(&random)
  }

  private static func spread(_ random: inout OracleRandom) throws -> OracleAggregate {
    let function: AggregateFunction = random.one(
      of: [.populationVariance, .sampleVariance, .populationDeviation, .sampleDeviation])
    // DuckDB adds up squares of differences one after another, and rounds each time.
    return OracleAggregate(
      AggregateCall(function, .column(random.one(of: ["n", "x", "k"])), filter: try filter(&random)), tolerance: 1e-9)
  }

  private static func distinct(_ random: inout OracleRandom) throws -> OracleAggregate {
    OracleAggregate(
      AggregateCall(
        .count, .column(random.one(of: ["n", "x", "name", "b", "t", "k"])), distinct: true, filter: try filter(&random))
    )
  }

  /// The first or last value: by time, then by source, partition and row.
  private static func ordered(_ random: inout OracleRandom) throws -> OracleAggregate {
    let value = random.one(of: ["n", "x", "name", "b", "t"])
    let filter = try filter(&random)
    let isFirst = random.chance(2)
    let down = isFirst ? "" : " desc"
    return OracleAggregate(
      AggregateCall(isFirst ? .first : .last, .column(value), filter: filter),
      sql: "(\(sorted(value, by: "ts\(down), src\(down), part\(down), ord\(down)", filter)))[1]")
  }

  /// The value where another one is smallest or largest; of several the smallest.
  private static func extreme(_ random: inout OracleRandom) throws -> OracleAggregate {
    let value = random.one(of: ["n", "x", "name", "t"])
    let by = random.one(of: ["k", "n", "x", "name", "ts"])
    let filter = try filter(&random)
    let isSmallest = random.chance(2)
    return OracleAggregate(
      AggregateCall(isSmallest ? .minBy : .maxBy, .column(value), .column(by), filter: filter),
      sql: "(\(sorted(value, by: "\(by)\(isSmallest ? "" : " desc"), \(value)", filter, and: by)))[1]")
  }

  /// Several values as a JSON array.
  private static func list(_ random: inout OracleRandom) throws -> OracleAggregate {
    let value = random.one(of: ["n", "k", "b"])
    let limit = 1 + random.below(4)
    let filter = try filter(&random)
    let (call, order, by): (AggregateCall, String, String) =
      switch random.below(4) {
      case 0: (AggregateCall(.topK, .column(value), .literal(.int64(Int64(limit)))), "\(value) desc", value)
      case 1: (AggregateCall(.bottomK, .column(value), .literal(.int64(Int64(limit)))), value, value)
      case 2:
        (
          AggregateCall(.topKBy, .column(value), .column("x"), .literal(.int64(Int64(limit)))), "x desc, \(value)", "x"
        )
      default:
        (AggregateCall(.collect, .column(value), .literal(.int64(Int64(limit)))), "ts, src, part, ord", value)
      }
    var filtered = call
    filtered.filter = filter
    return OracleAggregate(
      filtered, sql: "to_json((\(sorted(value, by: order, filter, and: by)))[1:\(limit)])::varchar")
  }

  /// A quantile, near to the value that is at its place in the values in order.
  private static func quantile(_ random: inout OracleRandom) throws -> OracleAggregate {
    let value = random.one(of: ["n", "x"])
    let share = random.one(of: [0.0, 0.25, 0.5, 0.9, 0.99, 1.0])
    let filter = try filter(&random)
    let sorted = sorted(value, by: value, filter)
    let place = "floor(\(share)::double * (len(\(sorted)) - 1))::bigint + 1"
    return OracleAggregate(
      AggregateCall(.approximateQuantile, .column(value), .literal(.double(share)), filter: filter),
      sql: "(\(sorted))[\(place)]::double", tolerance: 0.0101)
  }

  /// The values that are there, in an order.
  private static func sorted(_ value: String, by order: String, _ filter: Expression?, and other: String? = nil)
    -> String
  {
    let conditions = ["\(value) is not null", other.map { "\($0) is not null" }, filter.map { "(\($0))" }]
    return "list(\(value) order by \(order)) filter (where \(conditions.compactMap { $0 }.joined(separator: " and ")))"
  }
}
