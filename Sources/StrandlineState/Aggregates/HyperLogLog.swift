import StrandlineBytes
public import StrandlineColumns

/// An estimate of the number of different values, in little memory.
///
/// # Overview
/// A value's hash chooses one of 2^precision registers, which keeps the largest rank seen: the position of the first set bit of the
/// rest of the hash (Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog", 2007). Merging takes the larger rank of each
/// register, so the order doesn't matter. The standard error is 1.04 / sqrt(2^precision): 1.6 % for precision 12.
///
/// The hash is XXH64, seed 0, of the value's eight little-endian bytes (−0 as 0, every NaN as one) or the text's bytes: the same in
/// every store.
///
/// Layout: while a third of the registers at most are set, each set one as its number (two bytes, little-endian) and its rank, in
/// ascending order; else one byte per register. Which it is follows from the registers alone, and is seen by the length.
public struct HyperLogLog: BlobAccumulator {
  /// The input column.
  public let input: Int
  /// The type of its values.
  public let type: ColumnType
  /// The number of registers is two to this power.
  public let precision: Int

  /// The precisions that there are.
  public static let precisions = 4...16

  /// An estimate of the different values of that input.
  public init(input: Int, type: ColumnType, precision: Int = 12) {
    precondition(Self.precisions.contains(precision), "a precision of 4 to 16")
    self.input = input
    self.type = type
    self.precision = precision
  }

  var registers: Int { 1 << precision }
  private var highestRank: UInt8 { UInt8(65 - precision) }

  /// Whether that many set registers are kept as a list.
  private func isSparse(_ set: Int) -> Bool { set * 3 < registers }

  public func add(_ inputs: [Column], _ rows: ArraySlice<Int32>, to blob: inout [UInt8]) throws(StateError) {
    let column = inputs[input]
    if blob.count == registers {
      for row in rows where !column.isNull(Int(row)) {
        let (register, rank) = place(column, Int(row))
        if rank > blob[register] { blob[register] = rank }
      }
      return
    }
    var places: [UInt32] = []
    places.reserveCapacity(rows.count)
    for row in rows where !column.isNull(Int(row)) {
      let (register, rank) = place(column, Int(row))
      places.append(UInt32(register) << 8 | UInt32(rank))
    }
    if places.isEmpty { return }
    places.sort()
    blob = merged(list(blob.span), places)
  }

  public func merge(_ other: Span<UInt8>, into blob: inout [UInt8]) throws(StateError) {
    if other.isEmpty { return }
    if other.count != registers && blob.count != registers {
      blob = merged(list(blob.span), list(other))
      return
    }
    if blob.count != registers { blob = dense(list(blob.span)) }
    if other.count == registers {
      for register in other.indices where other[register] > blob[register] { blob[register] = other[register] }
    } else {
      for place in list(other) { Self.raise(&blob, place) }
    }
  }

  public func check(_ blob: Span<UInt8>) throws(StateError) {
    if blob.count == registers {
      var set = 0
      for index in blob.indices where blob[index] != 0 {
        guard blob[index] <= highestRank else { throw malformed("a register of an estimate is too high") }
        set += 1
      }
      guard !isSparse(set) else { throw malformed("an estimate of few values is not a list") }
      return
    }
    guard blob.count % 3 == 0, isSparse(blob.count / 3) else { throw malformed("an estimate has a wrong length") }
    var previous = -1
    for place in list(blob) {
      let register = Int(place >> 8)
      let rank = UInt8(truncatingIfNeeded: place)
      guard register > previous, register < registers, rank > 0, rank <= highestRank else {
        throw malformed("a register of an estimate is out of order or range")
      }
      previous = register
    }
  }

  /// The register of a value and its rank.
  private func place(_ column: Column, _ row: Int) -> (register: Int, rank: UInt8) {
    let hash = hash(column, row)
    let register = Int(truncatingIfNeeded: hash >> UInt64(64 - precision))
    // A set bit below the rest of the hash bounds the rank.
    let rest = hash << UInt64(precision) | 1 << UInt64(precision - 1)
    return (register, UInt8(truncatingIfNeeded: rest.leadingZeroBitCount + 1))
  }

  private func hash(_ column: Column, _ row: Int) -> UInt64 {
    if type == .string {
      let bytes = column.bytes.span.extracting(Int(column.offsets[row])..<Int(column.offsets[row + 1]))
      // The bytes of UInt8 values have no padding.
      return XXH64.hash(unsafe bytes.bytes)
    }
    return XXH64.hash(word: UInt64(bitPattern: KeyOrder.canonical(column.words[row], type)))
  }

  /// The registers of a list, each as its number and rank in one number.
  private func list(_ blob: Span<UInt8>) -> [UInt32] {
    stride(from: 0, to: blob.count, by: 3).map { index in
      UInt32(blob[index + 1]) << 16 | UInt32(blob[index]) << 8 | UInt32(blob[index + 2])
    }
  }

  /// The larger ranks of two ascending lists, of which the second may have several ranks for a register.
  private func merged(_ a: [UInt32], _ b: [UInt32]) -> [UInt8] {
    var places: [UInt32] = []
    places.reserveCapacity(a.count + b.count)
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      let isFirst = j == b.count || i < a.count && a[i] <= b[j]
      let place = isFirst ? a[i] : b[j]
      if isFirst { i += 1 } else { j += 1 }
      // Of one register the larger rank comes later.
      if let last = places.last, last >> 8 == place >> 8 { places.removeLast() }
      places.append(place)
    }
    guard isSparse(places.count) else { return dense(places) }
    var blob: [UInt8] = []
    blob.reserveCapacity(places.count * 3)
    for place in places {
      blob.append(UInt8(truncatingIfNeeded: place >> 8))
      blob.append(UInt8(truncatingIfNeeded: place >> 16))
      blob.append(UInt8(truncatingIfNeeded: place))
    }
    return blob
  }

  private func dense(_ places: [UInt32]) -> [UInt8] {
    var blob = [UInt8](repeating: 0, count: registers)
    for place in places { Self.raise(&blob, place) }
    return blob
  }

  private static func raise(_ blob: inout [UInt8], _ place: UInt32) {
    let register = Int(place >> 8)
    blob[register] = max(blob[register], UInt8(truncatingIfNeeded: place))
  }
}

extension HyperLogLog {
  /// The estimated number of different values. Linear in the blob.
  ///
  /// The blob is one that was made or checked.
  public func estimate(_ blob: Span<UInt8>) -> Int64 {
    var counts = [Int](repeating: 0, count: Int(highestRank) + 1)
    if blob.count == registers {
      for index in blob.indices { counts[Int(blob[index])] += 1 }
    } else {
      for index in stride(from: 2, to: blob.count, by: 3) { counts[Int(blob[index])] += 1 }
      counts[0] = registers - blob.count / 3
    }
    return Int64(Self.estimate(counts, registers: Double(registers)).rounded())
  }

  /// The estimate for the number of registers of each rank: the improved one of Otmar Ertl ("New cardinality estimation
  /// algorithms for HyperLogLog sketches", 2017, algorithm 6), which is good for all numbers and needs no tables.
  private static func estimate(_ counts: [Int], registers: Double) -> Double {
    let highest = counts.count - 1
    var sum = registers * tau(1 - Double(counts[highest]) / registers)
    for rank in stride(from: highest - 1, through: 1, by: -1) { sum = 0.5 * (sum + Double(counts[rank])) }
    sum += registers * sigma(Double(counts[0]) / registers)
    // 1 / (2 ln 2)
    let scale = 0.7213475204444817
    // With every register at its highest the sum is zero, and there are more values than can be told.
    return min(scale * registers * registers / sum, 0x1p62)
  }

  private static func sigma(_ share: Double) -> Double {
    if share == 1 { return .infinity }
    var (x, y, z) = (share, 1.0, share)
    while true {
      x *= x
      let before = z
      z += x * y
      y += y
      if z == before { return z }
    }
  }

  private static func tau(_ share: Double) -> Double {
    if share == 0 || share == 1 { return 0 }
    var (x, y, z) = (share, 1.0, 1 - share)
    while true {
      x = x.squareRoot()
      let before = z
      y *= 0.5
      z -= (1 - x) * (1 - x) * y
      if z == before { return z / 3 }
    }
  }
}
