import StrandlineColumns

/// Pieces of SQL that both sides read: each is parsed by ours, and given to the oracle as it is.
enum OracleSyntax {
  /// A condition over random rows.
  static func condition(_ random: inout OracleRandom, depth: Int = 0) -> String {
    if depth < 2 && random.chance(3) {
      let left = condition(&random, depth: depth + 1)
      let right = condition(&random, depth: depth + 1)
      return random.one(of: ["(\(left)) and (\(right))", "(\(left)) or (\(right))", "not (\(left))"])
    }
    let comparison = random.one(of: ["=", "<>", "<", "<=", ">", ">="])
    return random.one(of: [
      "n \(comparison) \(Int.random(in: -500...500, using: &random))",
      "x \(comparison) \(Double(random.below(4000) - 2000) / 8)", "n + k \(comparison) x", "k is null",
      "name is not null", "name \(comparison) 'ab'", "b", "b = true or n % 3 = 1", "n * 2 - k > x / 4.0",
      "t \(comparison) timestamp '2023-11-14T22:00:00Z'", "-n \(comparison) k",
    ])
  }

  /// What rows are grouped by.
  static let keys = ["k", "name", "b", "t", "x", "n % 5", "k + 1", "n < 0", "name is null"]

  /// The aggregates that the oracle computes bit for bit as well, with arguments that it takes.
  private static let aggregates: [(function: AggregateFunction, arguments: [String?])] = [
    (.count, [nil, "n", "x", "name", "b", "t"]), (.sum, ["n", "x", "n + 1", "x * 2.0", "k"]),
    (.average, ["n", "x", "n + 1", "x * 2.0", "k"]), (.min, ["n", "x", "b", "t", "-n", "x - 1.0", "name"]),
    (.max, ["n", "x", "b", "t", "-n", "x - 1.0", "name"]),
  ]

  /// An aggregate, perhaps of some of the rows only.
  static func aggregate(_ random: inout OracleRandom) throws -> AggregateCall {
    let (function, arguments) = random.one(of: aggregates)
    let argument = random.one(of: arguments)
    return AggregateCall(
      function, try argument.map { try Expression(parsing: $0) },
      distinct: function == .count && argument != nil && random.chance(2),
      filter: random.chance(3) ? try Expression(parsing: condition(&random)) : nil)
  }
}
