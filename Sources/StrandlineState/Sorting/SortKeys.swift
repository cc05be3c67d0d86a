public import StrandlineColumns

/// Bytes for each of some rows, whose order is that of the rows: what rows are ordered by.
///
/// # Overview
/// The first eight bytes of a row's key are a number, its *prefix*; most comparisons need no more. The rest is its *tail*. A value of
/// a fixed width is eight big-endian bytes with the sign turned, and a byte behind it that tells a null (0) from a value (1): so
/// the prefix of a key of one number is all of the number. A text is its bytes with `00` written as `00 FF`, then `00 00` and 1; a null
/// `00 00 00`. For a descending order all bytes of a value are turned. No key begins with another one.
///
/// # Invariants
/// Tails have all one length, or `ends` says where each of them ends. Where all of them are equal there is one.
public struct SortKeys: Sendable {
  /// The first eight bytes of each key.
  private(set) var prefixes: [UInt64] = []
  /// The bytes behind them.
  private var tails: [UInt8] = []
  /// Where each tail ends; empty where all are of one length.
  private var ends: [Int] = []
  /// The length of every tail; nil where they differ.
  private var length: Int?
  /// Whether one tail is that of all rows.
  private var isShared = false

  /// No keys; those that are added say what they are like.
  init() {}

  /// The keys of rows.
  ///
  /// Ascending: null first, then numbers and times from the smallest up, NaN last; text by its bytes; false before true. Linear in the
  /// bytes of the values.
  ///
  /// - Parameters:
  ///   - values: what rows are ordered by, first by the first: columns of one length, at least one.
  ///   - descending: for each column, whether the largest comes first.
  public init(_ values: [Column], descending: [Bool]) {
    precondition(!values.isEmpty && values.count == descending.count, "a direction for each column")
    if values.count == 1 && values[0].type != .string {
      self.init(values[0], isDescending: descending[0])
    } else {
      self.init(encoding: values, descending)
    }
  }

  private init(_ column: Column, isDescending: Bool) {
    // The sign is turned; where the largest comes first, so is everything.
    let mask: UInt64 = isDescending ? ~(1 << 63) : 1 << 63
    let turn: UInt8 = isDescending ? 0xFF : 0
    let (words, type) = (column.words.span, column.type)
    prefixes = [UInt64](capacity: words.count) { output in
      for row in words.indices { output.append(UInt64(bitPattern: KeyOrder.sortable(words[row], type)) ^ mask) }
    }
    length = 1
    isShared = !column.hasNulls
    if isShared {
      tails = [1 ^ turn]
      return
    }
    tails.reserveCapacity(words.count)
    for row in words.indices {
      let isNull = column.isNull(row)
      if isNull { prefixes[row] = isDescending ? ~0 : 0 }
      tails.append((isNull ? 0 : 1) ^ turn)
    }
  }

  private init(encoding columns: [Column], _ descending: [Bool]) {
    let rows = columns[0].count
    let isFixed = columns.allSatisfy { $0.type != .string }
    length = isFixed ? columns.count * 9 - 8 : nil
    prefixes.reserveCapacity(rows)
    var key: [UInt8] = []
    for row in 0..<rows {
      key.removeAll(keepingCapacity: true)
      for (column, isDescending) in zip(columns, descending) {
        let start = key.count
        Self.encode(column, row, into: &key)
        if isDescending { for index in start..<key.count { key[index] = ~key[index] } }
      }
      var prefix: UInt64 = 0
      for index in 0..<8 { prefix = prefix << 8 | UInt64(index < key.count ? key[index] : 0) }
      prefixes.append(prefix)
      tails.append(contentsOf: key.dropFirst(8))
      if !isFixed { ends.append(tails.count) }
    }
  }

  private static func encode(_ column: Column, _ row: Int, into key: inout [UInt8]) {
    let isNull = column.isNull(row)
    if column.type != .string {
      let bits = isNull ? 0 : UInt64(bitPattern: KeyOrder.sortable(column.words[row], column.type)) ^ 1 << 63
      for shift in stride(from: 56 as UInt64, through: 0, by: -8) {
        key.append(UInt8(truncatingIfNeeded: bits >> shift))
      }
      key.append(isNull ? 0 : 1)
      return
    }
    for position in Int(column.offsets[row])..<Int(column.offsets[row + 1]) {
      let byte = column.bytes[position]
      key.append(byte)
      if byte == 0 { key.append(0xFF) }
    }
    key.append(0)
    key.append(0)
    key.append(isNull ? 0 : 1)
  }

  /// The number of keys.
  public var count: Int { prefixes.count }

  /// Bytes of memory that the keys hold, unused capacity included.
  var memoryBytes: Int { prefixes.capacity * 8 + tails.capacity + ends.capacity * 8 }

  /// Where the tail of a key is.
  private func tail(_ row: Int) -> Range<Int> {
    if let length { return isShared ? 0..<length : row * length..<row * length + length }
    return (row == 0 ? 0 : ends[row - 1])..<ends[row]
  }
}

// MARK: - Comparing

extension SortKeys {
  /// Whether all keys of one prefix are equal.
  var arePrefixesAll: Bool { isShared }

  /// The order of two keys whose prefixes are equal: negative, zero or positive.
  func compareTails(_ row: Int, _ other: SortKeys, _ otherRow: Int) -> Int {
    if isShared && other.isShared { return 0 }
    let (left, right) = (tail(row), other.tail(otherRow))
    let (bytes, otherBytes) = (tails.span, other.tails.span)
    let count = min(left.count, right.count)
    var index = 0
    while index < count {
      let (a, b) = (bytes[left.lowerBound + index], otherBytes[right.lowerBound + index])
      if a != b { return a < b ? -1 : 1 }
      index += 1
    }
    return left.count - right.count
  }

  /// The order of two keys: negative, zero or positive.
  func compare(_ row: Int, _ other: SortKeys, _ otherRow: Int) -> Int {
    let (left, right) = (prefixes[row], other.prefixes[otherRow])
    return left == right ? compareTails(row, other, otherRow) : left < right ? -1 : 1
  }
}

// MARK: - Taking and adding

extension SortKeys {
  /// The keys of those rows, in their order. Linear in their bytes.
  func gathered(_ rows: [Int32]) -> SortKeys {
    var out = SortKeys()
    (out.length, out.isShared) = (length, isShared)
    let (all, places) = (prefixes.span, rows.span)
    out.prefixes = [UInt64](capacity: rows.count) { output in
      for index in places.indices { output.append(all[Int(places[index])]) }
    }
    if isShared {
      out.tails = tails
      return out
    }
    if let length { out.tails.reserveCapacity(length * rows.count) }
    for row in rows {
      out.tails.append(contentsOf: tails[tail(Int(row))])
      if length == nil { out.ends.append(out.tails.count) }
    }
    return out
  }

  /// Adds consecutive keys of another list of rows of the same order. Linear in their bytes.
  mutating func append(_ other: SortKeys, _ rows: Range<Int>) {
    if rows.isEmpty { return }
    if count == 0 {
      (length, isShared, ends) = (other.length, other.isShared, [])
      tails = isShared ? other.tails : []
    }
    if isShared && !other.isShared {
      tails = Array(repeatElement(tails, count: count).joined())
      isShared = false
    }
    prefixes.append(contentsOf: other.prefixes[rows])
    if isShared { return }
    if other.isShared {
      for _ in rows { tails.append(contentsOf: other.tails) }
      return
    }
    let bytes = other.tail(rows.lowerBound).lowerBound..<other.tail(rows.upperBound - 1).upperBound
    if length == nil {
      let base = tails.count - bytes.lowerBound
      ends.append(contentsOf: other.ends[rows].lazy.map { $0 + base })
    }
    tails.append(contentsOf: other.tails[bytes])
  }
}
