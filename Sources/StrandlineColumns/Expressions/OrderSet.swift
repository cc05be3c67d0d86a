/// The orders of two values under which a comparison is true.
///
/// One test of a bit serves all comparisons, and the opposite of a comparison is the opposite set, for NaN too.
struct OrderSet: OptionSet, Sendable {
  let rawValue: UInt8

  static let less = OrderSet(rawValue: 1)
  static let equal = OrderSet(rawValue: 2)
  static let greater = OrderSet(rawValue: 4)
  /// A NaN is neither less nor equal nor greater.
  static let unordered = OrderSet(rawValue: 8)

  init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  init(_ comparison: Comparison) {
    switch comparison {
    case .equal: self = .equal
    case .notEqual: self = [.less, .greater, .unordered]
    case .less: self = .less
    case .lessOrEqual: self = [.less, .equal]
    case .greater: self = .greater
    case .greaterOrEqual: self = [.greater, .equal]
    }
  }

  /// The orders that are not in the set.
  var opposite: OrderSet { OrderSet(rawValue: ~rawValue & 15) }

  /// The set for exchanged operands.
  var flipped: OrderSet {
    OrderSet(rawValue: rawValue & 10 | (rawValue & 1) << 2 | (rawValue & 4) >> 2)
  }

  /// Whether the order of two words is in the set.
  @inline(__always)
  func contains(_ left: Int64, _ right: Int64) -> Bool {
    // 1, 2 or 4 without a branch: a filter's outcome can't be predicted.
    let order = 2 - (left < right ? 1 : 0) + (left > right ? 2 : 0) as UInt8
    return rawValue & order != 0
  }

  /// Whether the order of two numbers is in the set.
  @inline(__always)
  func contains(_ left: Double, _ right: Double) -> Bool {
    let order = (left < right ? 1 : 0) | (left == right ? 2 : 0) | (left > right ? 4 : 0) as UInt8
    return rawValue & (order == 0 ? 8 : order) != 0
  }
}
