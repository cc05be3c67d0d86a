import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("a sketch of quantiles")
struct QuantileSketchTests {
  private static let shares = [0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1]

  /// The value at a share of all values, by sorting them; NaN last.
  private func exact(_ values: [Double], _ share: Double) -> Double {
    let sorted = values.sorted { $0.isNaN ? false : $1.isNaN || $0 < $1 }
    return sorted[Int((share * Double(values.count - 1)).rounded(.down))]
  }

  @Test("is within its relative error of the exact value", arguments: [0.001, 0.01, 0.05, 0.25])
  func oracle(accuracy: Double) throws {
    for seed in 0..<60 as Range<UInt64> {
      var random = RandomBlobs(seed: seed, types: [.double, .int64], rows: 1 + Int(seed) * 3)
      for (input, type) in [(0, ColumnType.double), (1, .int64)] {
        let column = random.inputs[input]
        let values = (0..<column.count).filter { !column.isNull($0) }.map { row in
          type == .double ? Double(bitPattern: UInt64(bitPattern: column.words[row])) : Double(column.words[row])
        }
        let sketch = QuantileSketch(input: input, type: type, accuracy: accuracy)
        let blob = try random.pieced(sketch)
        for share in Self.shares {
          let found = try sketch.quantile(share, of: blob.span)
          if values.isEmpty {
            #expect(found == nil)
            continue
          }
          let wanted = exact(values, share)
          #expect(isNear(found, wanted, accuracy), "seed \(seed), \(share): \(found ?? -1), not \(wanted)")
        }
      }
    }
  }

  private func isNear(_ found: Double?, _ wanted: Double, _ accuracy: Double) -> Bool {
    guard let found else { return false }
    if wanted.isNaN { return found.isNaN }
    if wanted.isInfinite || wanted == 0 { return found == wanted }
    return abs(found - wanted) <= accuracy * wanted.magnitude * (1 + 1e-9)
  }

  @Test("has buckets that are in order and within their error, over the range of doubles")
  func buckets() {
    let mapping = QuantileMapping(accuracy: 0.01)
    var previous = -mapping.reach
    for exponent in stride(from: -1074, through: 1023, by: 3) {
      for step in 0..<4 {
        let value = Double(sign: .plus, exponent: exponent, significand: 1 + Double(step) / 4 + 0.123)
        let bucket = mapping.bucket(value)
        #expect(bucket >= previous && bucket <= mapping.reach, "\(value)")
        previous = bucket
        if value >= .leastNormalMagnitude {
          #expect(isNear(mapping.value(bucket), value, 0.01), "\(value) as \(mapping.value(bucket))")
        }
      }
    }
    #expect(mapping.bucket(.greatestFiniteMagnitude) <= mapping.reach)
    #expect(mapping.bucket(.leastNonzeroMagnitude) >= -mapping.reach)
    // 1 % more buckets than the logarithm would take, and no fewer.
    let span = Double(mapping.bucket(1e9) - mapping.bucket(1))
    #expect(span > 1036 && span < 1050, "\(span)")
  }

  @Test("has these bytes, as the page says")
  func format() throws {
    var column = Column(.double)
    for value in [1, 1, 3.5, -1, -0.0, .nan, .infinity] { column.append(value) }
    var blob: [UInt8] = []
    try QuantileSketch(input: 0, type: .double).add([column], [0, 1, 2, 3, 4, 5, 6], to: &blob)
    // The codes -37660, 0, 37660 (twice), 37723, 75320 and 75321, computed apart from this code.
    #expect(
      blob == [
        0xB7, 0xCC, 4, 1, 0x9C, 0xA6, 2, 1, 0x9C, 0xA6, 2, 2, 0x3F, 1, 0xDD, 0xA5, 2, 1, 1, 1,
      ])
  }

  @Test("counts as often as it is asked to, and stays within 64 bits")
  func counts() throws {
    let sketch = QuantileSketch(input: 0, type: .double)
    let column = Column(.double, words: [Int64(bitPattern: 1.0.bitPattern)])
    var blob: [UInt8] = []
    try sketch.add([column], [0], to: &blob)
    for _ in 0..<62 { try sketch.merge([UInt8](blob).span, into: &blob) }
    try sketch.check(blob.span)
    #expect(isNear(try sketch.quantile(1, of: blob.span), 1, 0.01))
    for _ in 0..<3 { try sketch.merge([UInt8](blob).span, into: &blob) }
    #expect(throws: StateError.self) { try sketch.check(blob.span) }
  }
}
