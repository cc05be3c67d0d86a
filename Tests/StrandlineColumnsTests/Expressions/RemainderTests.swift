import StrandlineColumns
import Testing

@Suite("The remainder of doubles")
struct RemainderTests {
  @Test("it is bit for bit that of the C library", arguments: 0..<10 as Range<UInt64>)
  func remainder(seed: UInt64) throws {
    var generator = RandomExpressions(seed: seed).generator
    let schema = Schema([Field("x", .double), Field("y", .double)])
    var batch = ColumnBatch(schema)
    let edges: [Double] = [
      0, -0.0, 1, -1, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0.1, -7.5,
    ]
    for one in edges {
      for other in edges {
        batch.columns[0].append(one)
        batch.columns[1].append(other)
      }
    }
    for _ in 0..<500 {
      batch.columns[0].append(Double(bitPattern: generator.next()))
      batch.columns[1].append(Double(bitPattern: generator.next()))
      batch.columns[0].append(Double.random(in: -1000...1000, using: &generator))
      batch.columns[1].append(Double.random(in: -10...10, using: &generator))
    }
    let bound = try BoundExpression(Expression(parsing: "x % y"), schema: schema)
    let column = try bound.evaluate(batch, .all(batch.count))
    for row in 0..<batch.count {
      let values = batch.columns.map { Double(bitPattern: UInt64(bitPattern: $0.words[row])) }
      let expected = OracleValue.double(values[0].truncatingRemainder(dividingBy: values[1]))
      #expect(OracleValue(column, row).isSame(as: expected), "seed \(seed): \(values[0]) % \(values[1])")
    }
  }
}
