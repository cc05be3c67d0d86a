import Foundation
import StrandlineColumns
import Testing

@Suite("Logarithm, exponential and power")
struct ElementaryFunctionTests {
  private static let edges: [Double] = [
    0, -0.0, 1, -1, 2, -2, 0.5, 3, -3, 10, 1.5, .infinity, -.infinity, .nan, .greatestFiniteMagnitude,
    .leastNonzeroMagnitude, .leastNormalMagnitude, 1.0.nextUp, 1.0.nextDown, 709.78, 709.79, -745.2, -745.0, 1e-300,
    1e300,
    9_007_199_254_740_991,
  ]

  @Test("they are those of the C library, but for its last bit", arguments: 0..<4 as Range<UInt64>)
  func reference(seed: UInt64) throws {
    var generator = RandomSource(seed: seed)
    var pairs = seed == 0 ? Self.edges.flatMap { one in Self.edges.map { (one, $0) } } : []
    for _ in 0..<500 {
      pairs.append((Double(bitPattern: generator.next()), Double(bitPattern: generator.next())))
      pairs.append((.random(in: 0...100, using: &generator), .random(in: -50...50, using: &generator)))
      pairs.append((.random(in: 0.9...1.1, using: &generator), .random(in: -5000...5000, using: &generator)))
    }
    let schema = Schema([Field("x", .double), Field("y", .double)])
    var batch = ColumnBatch(schema)
    for (x, y) in pairs {
      batch.columns[0].append(x)
      batch.columns[1].append(y)
    }
    for (text, function) in [
      ("ln(x)", { x, _ in Foundation.log(x) }), ("exp(y)", { _, y in Foundation.exp(y) }),
      ("power(x, y)", { x, y in Foundation.pow(x, y) }),
    ] as [(String, (Double, Double) -> Double)] {
      let column = try BoundExpression(Expression(parsing: text), schema: schema).evaluate(batch, .all(pairs.count))
      for (row, (x, y)) in pairs.enumerated() {
        let found = Double(bitPattern: UInt64(bitPattern: column.words[row]))
        let expected = function(x, y)
        let isNear =
          found.isNaN && expected.isNaN || found == expected && found.sign == expected.sign
          || found == expected.nextUp || found == expected.nextDown
        #expect(isNear, "seed \(seed): \(text) of \(x), \(y): \(found), not \(expected)")
      }
    }
  }

  @Test(
    "powers that a double holds are exact",
    arguments: [(10.0, 22), (2.0, 1023), (3.0, 33), (7.0, 18), (0.5, 1074)])
  func exact(base: Double, exponent: Int) throws {
    let text = "power(\(base), \(exponent))"
    let batch = ColumnBatch(Schema([Field("n", .int64)]), columns: [Column(.int64, words: [0])])
    let column = try BoundExpression(Expression(parsing: text), schema: batch.schema).evaluate(batch, .all(1))
    let expected = (0..<exponent).reduce(1.0) { product, _ in product * base }
    #expect(Double(bitPattern: UInt64(bitPattern: column.words[0])) == expected)
  }
}
