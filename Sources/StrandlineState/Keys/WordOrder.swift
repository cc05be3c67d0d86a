/// Positions in the ascending order of words or texts.
///
/// Many words are put in order by their digits, the lowest first ("radix sort"; Knuth, The Art of Computer Programming 3, 5.2.5,
/// algorithm R), which looks at no two words together, and only at as many bits as the words differ in.
enum WordOrder {
  /// Fewer words are compared.
  private static let many = 1024
  /// The bits of a digit: their counts fit the nearest cache.
  private static let digitBits = 11
  private static let digits = 1 << digitBits

  /// The positions of words in ascending order; equal ones in that in which they stand. Linear in many words.
  static func positions(of words: [Int64]) -> [Int32] {
    var order = Array(0..<Int32(words.count))
    if words.count < many {
      order.sort { (words[Int($0)], $0) < (words[Int($1)], $1) }
      return order
    }
    let (low, high) = range(of: words)
    var distances = [UInt64](capacity: words.count) { output in
      for word in words { output.append(UInt64(bitPattern: word &- low)) }
    }
    var otherDistances = [UInt64](repeating: 0, count: words.count)
    var otherOrder = order
    let bits = UInt64.bitWidth - UInt64(bitPattern: high &- low).leadingZeroBitCount
    for shift in stride(from: 0, to: bits, by: digitBits) {
      pass(distances.span, order.span, by: UInt64(shift), &otherDistances, &otherOrder)
      swap(&distances, &otherDistances)
      swap(&order, &otherOrder)
    }
    return order
  }

  private static func range(of words: [Int64]) -> (low: Int64, high: Int64) {
    var (low, high) = (Int64.max, Int64.min)
    for word in words {
      low = min(low, word)
      high = max(high, word)
    }
    return (low, high)
  }

  /// Puts words and their positions in the order of a digit.
  private static func pass(
    _ distances: Span<UInt64>, _ order: Span<Int32>, by shift: UInt64, _ newDistances: inout [UInt64],
    _ newOrder: inout [Int32]
  ) {
    let mask = UInt64(digits - 1)
    var next = [Int](repeating: 0, count: digits)
    var places = next.mutableSpan
    for row in distances.indices { places[Int(distances[row] >> shift & mask)] += 1 }
    var start = 0
    for digit in places.indices {
      let count = places[digit]
      places[digit] = start
      start += count
    }
    var outDistances = newDistances.mutableSpan
    var outOrder = newOrder.mutableSpan
    for row in distances.indices {
      let distance = distances[row]
      let digit = Int(distance >> shift & mask)
      let place = places[digit]
      places[digit] = place + 1
      outDistances[place] = distance
      outOrder[place] = order[row]
    }
  }

  /// The positions of texts in the ascending order of their bytes. Linear in many texts that differ in their first eight bytes.
  static func positions(ofTexts bytes: [UInt8], _ offsets: [Int32]) -> [Int32] {
    let count = offsets.count - 1
    let beginnings = (0..<count).map { beginning(of: bytes.span, Int(offsets[$0]), Int(offsets[$0 + 1])) }
    var order = positions(of: beginnings)
    var start = 0
    while start < count {
      var end = start + 1
      while end < count && beginnings[Int(order[end])] == beginnings[Int(order[start])] { end += 1 }
      if end - start > 1 {
        order[start..<end].sort { a, b in
          let left = bytes[Int(offsets[Int(a)])..<Int(offsets[Int(a) + 1])]
          let right = bytes[Int(offsets[Int(b)])..<Int(offsets[Int(b) + 1])]
          return left.lexicographicallyPrecedes(right)
        }
      }
      start = end
    }
    return order
  }

  /// The first eight bytes of a text, with zeros behind a shorter one, as a word whose order is that of the bytes.
  private static func beginning(of bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int64 {
    var word: UInt64 = 0
    for position in start..<min(end, start + 8) { word = word << 8 | UInt64(bytes[position]) }
    let missing = 8 - min(end - start, 8)
    // Shifting by all 64 bits gives zero, which an empty text is.
    return Int64(bitPattern: word << UInt64(8 * missing) ^ 1 << 63)
  }
}
