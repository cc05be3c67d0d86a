import StrandlineBytes
public import StrandlineColumns

/// How often values fell into buckets that grow by a constant factor: a sketch from which any quantile is read with a bounded
/// relative error (Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", 2019).
///
/// # Overview
/// Counts are added, so merging in any order gives the same sketch. The paper bounds the number of buckets and collapses the
/// lowest ones; here none is collapsed, since that would make the state depend on the order: there are at most as many buckets as
/// values, and no more than 75,000 per sign over the whole range of doubles at an accuracy of 1 % (1,000 of them span a factor of
/// 500 million).
///
/// Layout: for each bucket that has values, ascending, its code and its count. The first code is a zigzag number, the others are
/// the distance from the one before, and counts varints. Codes are in the order of values: 0 is that of zero, a positive number's is above
/// it and a negative one's the opposite of its magnitude's; outside of them lie the infinities, and above all NaN.
public struct QuantileSketch: BlobAccumulator {
  /// The input column: int64 or double.
  public let input: Int
  /// The type of its values.
  public let type: ColumnType
  private let mapping: QuantileMapping

  /// The accuracies that there are.
  public static let accuracies = 0.001...0.25

  /// A sketch of that input, with that relative error.
  public init(input: Int, type: ColumnType, accuracy: Double = 0.01) {
    precondition(Self.accuracies.contains(accuracy), "an accuracy of 0.1 % to 25 %")
    self.input = input
    self.type = type
    mapping = QuantileMapping(accuracy: accuracy)
  }

  /// The largest relative error of a quantile.
  public var accuracy: Double { mapping.accuracy }

  private var infinity: Int64 { 2 * mapping.reach + 2 }

  private struct Bucket {
    var code: Int64
    var count: UInt64
  }

  public func add(_ inputs: [Column], _ rows: ArraySlice<Int32>, to blob: inout [UInt8]) throws(StateError) {
    let column = inputs[input]
    var codes: [Int64] = []
    codes.reserveCapacity(rows.count)
    for row in rows where !column.isNull(Int(row)) { codes.append(code(column.words[Int(row)])) }
    if codes.isEmpty { return }
    codes.sort()
    var buckets: [Bucket] = []
    for code in codes {
      if let last = buckets.last, last.code == code {
        buckets[buckets.count - 1].count += 1
      } else {
        buckets.append(Bucket(code: code, count: 1))
      }
    }
    let known = try decode(blob.span)
    blob = Self.encode(known.isEmpty ? buckets : Self.union(known, buckets))
  }

  public func merge(_ other: Span<UInt8>, into blob: inout [UInt8]) throws(StateError) {
    if other.isEmpty { return }
    blob = Self.encode(Self.union(try decode(blob.span), try decode(other)))
  }

  public func check(_ blob: Span<UInt8>) throws(StateError) {
    var sum: UInt64 = 0
    for bucket in try decode(blob) {
      let (total, over) = sum.addingReportingOverflow(bucket.count)
      // Half of the range is left, so that merging a few of them overflows nothing.
      guard !over && total <= UInt64(Int64.max) else { throw malformed("a sketch holds too many values") }
      sum = total
    }
  }

  /// The code of a value's bucket.
  private func code(_ word: Int64) -> Int64 {
    let value = type == .double ? Double(bitPattern: UInt64(bitPattern: word)) : Double(word)
    if value.isNaN { return infinity + 1 }
    if value == 0 { return 0 }
    let magnitude = value.magnitude
    let code = magnitude.isInfinite ? infinity : mapping.bucket(magnitude) + mapping.reach + 1
    return value < 0 ? -code : code
  }

  /// The value that stands for a code.
  private func value(_ code: Int64) -> Double {
    if code > infinity { return .nan }
    if code == 0 { return 0 }
    let magnitude =
      code.magnitude == UInt64(infinity)
      ? .infinity : mapping.value(Int64(code.magnitude) - mapping.reach - 1)
    return code < 0 ? -magnitude : magnitude
  }

  private static func union(_ a: [Bucket], _ b: [Bucket]) -> [Bucket] {
    var out: [Bucket] = []
    out.reserveCapacity(a.count + b.count)
    var (i, j) = (0, 0)
    while i < a.count && j < b.count {
      if a[i].code == b[j].code {
        // Bytes that were made up may hold any count: too many stay too many.
        let (count, over) = a[i].count.addingReportingOverflow(b[j].count)
        out.append(Bucket(code: a[i].code, count: over ? .max : count))
        i += 1
        j += 1
      } else if a[i].code < b[j].code {
        out.append(a[i])
        i += 1
      } else {
        out.append(b[j])
        j += 1
      }
    }
    out.append(contentsOf: a[i...])
    out.append(contentsOf: b[j...])
    return out
  }

  private static func encode(_ buckets: [Bucket]) -> [UInt8] {
    var writer = ByteWriter(capacity: buckets.count * 3 + 8)
    var previous: Int64?
    for bucket in buckets {
      if let previous { writer.varint(UInt64(bucket.code - previous)) } else { writer.zigzag(bucket.code) }
      writer.varint(bucket.count)
      previous = bucket.code
    }
    return writer.bytes
  }

  private func decode(_ blob: Span<UInt8>) throws(StateError) -> [Bucket] {
    // The bytes of UInt8 values have no padding.
    var reader = ByteReader(unsafe blob.bytes)
    var buckets: [Bucket] = []
    // A bucket takes two bytes or more.
    buckets.reserveCapacity(blob.count / 2)
    do throws(BytesError) {
      while reader.remaining > 0 {
        let code: Int64
        if let last = buckets.last?.code {
          let distance = try reader.varint()
          guard distance > 0, distance <= UInt64(2 * infinity + 1) else { throw outOfOrder(reader.offset) }
          code = last + Int64(distance)
        } else {
          code = try reader.zigzag()
        }
        let count = try reader.varint()
        guard code >= -infinity, code <= infinity + 1, count > 0 else { throw outOfOrder(reader.offset) }
        buckets.append(Bucket(code: code, count: count))
      }
    } catch {
      throw malformed("\(error)")
    }
    return buckets
  }

  private func outOfOrder(_ offset: Int) -> BytesError {
    BytesError(.malformed, "a bucket of a sketch is out of order or range", offset: offset)
  }
}

extension QuantileSketch {
  /// The value at a share of the values in ascending order, NaN last: that of rank floor(q · (n − 1)), counted from 0, with the
  /// relative error of the sketch. Linear in the buckets.
  ///
  /// The blob is one that was made or checked.
  ///
  /// - Returns: nil of no values.
  public func quantile(_ share: Double, of blob: Span<UInt8>) throws(StateError) -> Double? {
    let buckets = try decode(blob)
    let total = buckets.reduce(0 as UInt64) { $0 &+ $1.count }
    guard total > 0 else { return nil }
    let rank = min(UInt64(exactly: (share * Double(total - 1)).rounded(.down)) ?? .max, total - 1)
    var below: UInt64 = 0
    for bucket in buckets {
      below &+= bucket.count
      if below > rank { return value(bucket.code) }
    }
    return nil
  }
}
