import StrandlineColumns

@testable import StrandlineState

/// Random input columns, and blobs made of them in random ways.
struct RandomBlobs {
  var random: SeededRandom
  let inputs: [Column]
  let rows: [Int32]

  /// A column per type; few different values in a third of the cases, and some nulls in another third.
  init(seed: UInt64, types: [ColumnType], rows count: Int) {
    var random = SeededRandom(seed: seed)
    let isNarrow = random.next() % 3 == 0
    let hasNulls = random.next() % 3 == 0
    inputs = types.map { type in
      var column = Column(type)
      for _ in 0..<count {
        if hasNulls && random.next() % 4 == 0 {
          column.appendNull()
        } else {
          Self.append(type, isNarrow, to: &column, using: &random)
        }
      }
      return column
    }
    rows = Array(0..<Int32(count))
    self.random = random
  }

  private static func append(
    _ type: ColumnType, _ isNarrow: Bool, to column: inout Column, using random: inout SeededRandom
  ) {
    switch type {
    case .int64, .timestamp:
      column.append(word: isNarrow ? Int64(random.next() % 5) - 2 : Int64(bitPattern: random.next()))
    case .bool: column.append(word: Int64(random.next() & 1))
    case .double:
      let special: [Double] = [
        0, -0.0, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, -1, 1, .greatestFiniteMagnitude,
      ]
      if isNarrow || random.next() % 8 == 0 {
        column.append(special[Int(random.next() % UInt64(special.count))])
      } else {
        let magnitude = Double(
          sign: .plus, exponent: Int(random.next() % 60) - 30, significand: 1 + Double(random.next() >> 12) * 0x1p-52)
        column.append(random.next() & 1 == 0 ? magnitude : -magnitude)
      }
    case .string:
      let letters = ["a", "b", "\0", "é", "\u{10FFFF}", "zz"]
      let length = random.next() % (isNarrow ? 2 : 6)
      column.append((0..<length).map { _ in letters[Int(random.next() % UInt64(letters.count))] }.joined())
    }
  }

  /// The blob of all rows at once.
  func whole(_ accumulator: some BlobAccumulator) throws -> [UInt8] {
    var blob: [UInt8] = []
    try accumulator.add(inputs, rows[...], to: &blob)
    return blob
  }

  /// The blob of the rows in a random order, cut at random, added and merged in a random order.
  mutating func pieced(_ accumulator: some BlobAccumulator) throws -> [UInt8] {
    var blobs: [[UInt8]] = [[]]
    var rest = rows.shuffled(using: &random)[...]
    while !rest.isEmpty {
      let part = rest.prefix(1 + Int(random.next() % UInt64(rest.count)))
      rest = rest.dropFirst(part.count)
      if random.next() & 1 == 0 { blobs.append([]) }
      try accumulator.add(inputs, part, to: &blobs[Int(random.next() % UInt64(blobs.count))])
    }
    while blobs.count > 1 {
      let other = blobs.remove(at: Int(random.next() % UInt64(blobs.count)))
      let target = Int(random.next() % UInt64(blobs.count))
      try accumulator.merge(other.span, into: &blobs[target])
    }
    return blobs[0]
  }
}
