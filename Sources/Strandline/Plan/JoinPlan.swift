public import StrandlineColumns

/// Which rows of two sides a join gives.
public enum JoinKind: String, Sendable, Hashable, CaseIterable {
  /// Every pair that matches.
  case inner
  /// The pairs, and rows of the left side that have none.
  case left
  /// The pairs, and rows of the right side that have none.
  case right
  /// The pairs, and rows of both sides that have none.
  case full
  /// Rows of the left side that have a pair, once.
  case semi
  /// Rows of the left side that have none.
  case anti

  /// Whether the result has columns of the left side alone.
  var isOneSided: Bool { self == .semi || self == .anti }
  /// Whether rows of the left side come out although nothing matches.
  var keepsLeft: Bool { self == .left || self == .full || self == .anti }
  /// Whether rows of the right side do.
  var keepsRight: Bool { self == .right || self == .full }
}

/// What two rows have in common that are a pair.
public struct JoinKey: Sendable, Hashable {
  /// Of a row of the left side.
  public var left: Expression
  /// Of a row of the right side, of the same type.
  public var right: Expression

  /// A key of both sides.
  public init(_ left: Expression, _ right: Expression) {
    self.left = left
    self.right = right
  }
}

/// A join of two stages: rows are a pair when their keys are equal, their times are near enough, and a condition is true.
public struct JoinPlan: Sendable {
  /// The left side.
  public var left: StreamPlan
  /// The right side.
  public var right: StreamPlan
  /// Which rows come out.
  public var kind: JoinKind
  /// What is equal; at least one.
  public var keys: [JoinKey]
  /// How much later than the left row the right one may be, in microseconds; nil for any time, with all rows kept until the
  /// input ends.
  public var within: ClosedRange<Int64>?
  /// What else must be true, over the columns of both, as the result names them.
  public var condition: Expression?

  /// A plan of those parts.
  public init(
    _ left: StreamPlan, _ right: StreamPlan, kind: JoinKind, keys: [JoinKey], within: ClosedRange<Int64>? = nil,
    condition: Expression? = nil
  ) {
    self.left = left
    self.right = right
    self.kind = kind
    self.keys = keys
    self.within = within
    self.condition = condition
  }

  /// What names of columns of the left side begin with in the result, and in the condition.
  public static let leftPrefix = "left."
  /// What names of columns of the right side begin with.
  public static let rightPrefix = "right."

  /// The columns of pairs of rows of those schemas.
  public static func schema(_ left: Schema, _ right: Schema, kind: JoinKind) -> Schema {
    if kind.isOneSided { return left }
    return pairs(left, right, leftMayMiss: kind.keepsRight, rightMayMiss: kind == .left || kind == .full)
  }

  static func pairs(_ left: Schema, _ right: Schema, leftMayMiss: Bool = false, rightMayMiss: Bool = false) -> Schema {
    Schema(
      left.fields.map { Field(leftPrefix + $0.name, $0.type, nullable: $0.isNullable || leftMayMiss) }
        + right.fields.map { Field(rightPrefix + $0.name, $0.type, nullable: $0.isNullable || rightMayMiss) })
  }

  /// The names of the columns of one side.
  static func names(_ names: Set<String>, of prefix: String) -> Set<String> {
    Set(names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) })
  }

  var lines: [String] {
    var lines = ["join: \(kind.rawValue)"]
    for (index, key) in keys.enumerated() {
      lines.append("left key \(index + 1): \(key.left)")
      lines.append("right key \(index + 1): \(key.right)")
    }
    if let within { lines.append("within: \(within.lowerBound) us to \(within.upperBound) us") }
    if let condition { lines.append("matching: \(condition)") }
    return lines
  }
}
