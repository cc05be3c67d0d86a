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

  /// A value that is computed of a row.
  static func value(_ random: inout OracleRandom) -> String {
    random.one(of: [
      "k", "name", "n", "x", "b", "t", "n + 1", "k * n", "-x", "n % 7", "n - k * 3", "x / 4.0", "n / 8.0", "x * n",
      "name is null", "not b", condition(&random),
    ])
  }
}
