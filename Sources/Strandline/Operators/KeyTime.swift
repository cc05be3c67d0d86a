import StrandlineColumns

/// A key, as a tuple, and a time at which something is to be done for it.
struct KeyTime: Comparable, Sendable {
  var time: Int64
  var key: [UInt8]

  static func < (left: KeyTime, right: KeyTime) -> Bool {
    if left.time != right.time { return left.time < right.time }
    return left.key.lexicographicallyPrecedes(right.key)
  }
}

extension [BoundExpression] {
  /// The keys of an operator, in words.
  var words: String { isEmpty ? "nothing" : map { "\($0.expression)" }.joined(separator: ", ") }
}
