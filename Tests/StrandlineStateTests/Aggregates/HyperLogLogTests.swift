import StrandlineBytes
import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("an estimate of different values")
struct HyperLogLogTests {
  private func numbers(_ range: Range<Int64>) -> Column { Column(.int64, words: Array(range)) }

  private func blob(_ estimate: HyperLogLog, _ column: Column) throws -> [UInt8] {
    var blob: [UInt8] = []
    try estimate.add([column], Array(0..<Int32(column.count))[...], to: &blob)
    return blob
  }

  @Test("is within four standard errors, from none to many", arguments: HyperLogLog.precisions)
  func accuracy(precision: Int) throws {
    let estimate = HyperLogLog(input: 0, type: .int64, precision: precision)
    let error = 1.04 / Double(1 << precision).squareRoot()
    var blob: [UInt8] = []
    var count: Int64 = 0
    for next in [1, 2, 10, 100, 1000, 10_000, 60_000] as [Int64] {
      let more = numbers(count * 7919..<count * 7919 + (next - count))
      try estimate.add([more], Array(0..<Int32(more.count))[...], to: &blob)
      count = next
      let found = Double(estimate.estimate(blob.span))
      #expect(abs(found - Double(count)) <= max(1, 4 * error * Double(count)), "\(count) values")
      try estimate.check(blob.span)
    }
    let nothing: [UInt8] = []
    #expect(estimate.estimate(nothing.span) == 0)
  }

  @Test("keeps the largest rank of every register, as a dictionary says, as a list and as bytes")
  func registers() throws {
    for (precision, count) in [(4, 3), (4, 200), (8, 50), (8, 1000)] {
      let estimate = HyperLogLog(input: 0, type: .string, precision: precision)
      var column = Column(.string)
      var ranks: [Int: Int] = [:]
      for index in 0..<count {
        let text = "value \(index)"
        column.append(text)
        // The hash as a text of bits: the register, then the zeros before the first one.
        let digits = String(XXH64.hash(Array(text.utf8)), radix: 2)
        let bits = String(repeating: "0", count: 64 - digits.count) + digits
        let register = Int(bits.prefix(precision), radix: 2) ?? 0
        let rank = bits.dropFirst(precision).prefix { $0 == "0" }.count + 1
        ranks[register] = max(ranks[register] ?? 0, rank)
      }
      let bytes = try blob(estimate, column)
      #expect(bytes == expected(ranks, 1 << precision), "precision \(precision), \(count) values")
    }
  }

  private func expected(_ ranks: [Int: Int], _ registers: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for register in 0..<registers {
      if ranks.count * 3 >= registers {
        bytes.append(UInt8(ranks[register] ?? 0))
      } else if let rank = ranks[register] {
        bytes += [UInt8(register & 0xFF), UInt8(register >> 8), UInt8(rank)]
      }
    }
    return bytes
  }

  @Test("has these bytes, as the page says")
  func format() throws {
    // Computed apart from this code.
    let bytes = try blob(HyperLogLog(input: 0, type: .int64), Column(.int64, words: [1, -5, 1 << 40]))
    #expect(bytes == [0xF2, 0x09, 1, 0x13, 0x0A, 1, 0x17, 0x0E, 1])
  }

  @Test("takes −0 for 0 and all NaN for one")
  func doubles() throws {
    var column = Column(.double)
    for value in [0, -0.0, .nan, Double(bitPattern: Double.nan.bitPattern | 5)] { column.append(value) }
    let estimate = HyperLogLog(input: 0, type: .double)
    let bytes = try blob(estimate, column)
    #expect(estimate.estimate(bytes.span) == 2)
  }

  @Test("has an end, when every register is at its highest")
  func saturated() throws {
    let estimate = HyperLogLog(input: 0, type: .int64, precision: 4)
    let full = [UInt8](repeating: 61, count: 16)
    try estimate.check(full.span)
    #expect(estimate.estimate(full.span) > 1 << 60)
  }
}
