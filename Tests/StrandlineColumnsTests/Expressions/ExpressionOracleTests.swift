import StrandlineColumns
import Testing

@Suite("Expressions and the row-at-a-time oracle")
struct ExpressionOracleTests {
  private static let cases = 200

  @Test("values agree with the oracle, row by row", arguments: 0..<20 as Range<UInt64>)
  func values(seed: UInt64) throws {
    var failures = 0
    let difference = try Self.firstDifference(seed: seed, takesNullForFalse: false, failures: &failures)
    #expect(difference == nil, "seed \(seed)")
    // Both outcomes have to occur, or the test says nothing about one of them.
    #expect(failures > 0 && failures < Self.cases, "seed \(seed)")
  }

  @Test("an oracle that takes null for false is found out")
  func negativeControl() throws {
    var failures = 0
    let differences = try (0..<20 as Range<UInt64>).compactMap {
      try Self.firstDifference(seed: $0, takesNullForFalse: true, failures: &failures)
    }
    #expect(!differences.isEmpty)
  }

  @Test("a filter keeps the rows for which the oracle says true", arguments: 100..<120 as Range<UInt64>)
  func filters(seed: UInt64) throws {
    var random = RandomExpressions(seed: seed)
    for _ in 0..<Self.cases {
      let rows = Int.random(in: 0...70, using: &random.generator)
      let batch = random.batch(rows: rows)
      let selection = random.selection(rows: rows)
      let expression = random.expression(.bool, depth: 3)
      let bound = try BoundExpression(expression, schema: batch.schema)
      var expected: [Int32] = []
      var failing: [Int32] = []
      for row in Self.rows(of: selection) {
        do throws(ExpressionOracle.Failure) {
          if try ExpressionOracle(row: Self.values(batch, Int(row))).holds(expression, true) { expected.append(row) }
        } catch {
          failing.append(row)
        }
      }
      let failures = bound.failures(batch, selection, in: .condition)
      #expect(failures.map(\.row) == failing, "seed \(seed): \(expression)")
      do throws(ColumnsError) {
        let kept = Self.rows(of: try bound.select(batch, selection))
        #expect(failing.isEmpty && kept == expected, "seed \(seed): \(expression)")
      } catch {
        #expect(!failing.isEmpty, "seed \(seed): \(expression) throws \(error), the oracle doesn't")
      }
    }
  }

  @Test("a description parses to the same expression", arguments: 200..<220 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = RandomExpressions(seed: seed)
    for _ in 0..<Self.cases {
      let expression = random.expression(.bool, depth: 5)
      let parsed = try Expression(parsing: "\(expression)")
      #expect("\(parsed)" == "\(expression)", "seed \(seed)")
      // A NaN is no equal of itself.
      if !"\(expression)".contains("'nan'") { #expect(parsed == expression, "seed \(seed): \(expression)") }
    }
  }

  /// Where the vectors and the oracle differ first for that seed; `failures` counts the cases where both fail.
  private static func firstDifference(
    seed: UInt64, takesNullForFalse: Bool, failures: inout Int
  ) throws -> String? {
    var random = RandomExpressions(seed: seed)
    for _ in 0..<cases {
      let rows = Int.random(in: 0...70, using: &random.generator)
      let batch = random.batch(rows: rows)
      let selection = random.selection(rows: rows)
      let type = ColumnType.allCases[Int.random(in: 0..<5, using: &random.generator)]
      let expression = random.expression(type, depth: 3)
      let bound = try BoundExpression(expression, schema: batch.schema)
      var expected: [OracleValue] = []
      var failing: [Int32] = []
      for row in Self.rows(of: selection) {
        do throws(ExpressionOracle.Failure) {
          let oracle = ExpressionOracle(row: values(batch, Int(row)), takesNullForFalse: takesNullForFalse)
          expected.append(try oracle.value(expression))
        } catch {
          failing.append(row)
        }
      }
      do throws(ColumnsError) {
        let column = try bound.evaluate(batch, selection)
        if !failing.isEmpty { return "\(expression): the oracle fails" }
        let found = (0..<column.count).map { OracleValue(column, $0) }
        guard found.count == expected.count else { return "\(expression): \(found.count) values" }
        for (index, (one, other)) in zip(found, expected).enumerated() where !one.isSame(as: other) {
          return "\(expression): \(one) at \(index), the oracle says \(other)"
        }
        if !bound.isNullable, column.hasNulls { return "\(expression) is null, but not nullable" }
        for row in 0..<column.count where column.isNull(row) && column.type != .string && column.words[row] != 0 {
          return "\(expression): a null has a word"
        }
      } catch {
        if failing.isEmpty { return "\(expression) throws \(error), the oracle doesn't" }
        let found = bound.failures(batch, selection, in: .value).map(\.row)
        if found != failing { return "\(expression) fails for \(found), the oracle for \(failing)" }
        failures += 1
      }
    }
    return nil
  }

  private static func rows(of selection: Selection) -> [Int32] {
    switch selection {
    case .all(let count): Array(0..<Int32(count))
    case .rows(let rows): rows
    }
  }

  private static func values(_ batch: ColumnBatch, _ row: Int) -> [String: OracleValue] {
    var values: [String: OracleValue] = [:]
    for (field, column) in zip(batch.schema.fields, batch.columns) { values[field.name] = OracleValue(column, row) }
    return values
  }
}
