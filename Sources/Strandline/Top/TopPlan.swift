import StrandlineColumns
import StrandlineState

/// The first rows of each group in an order.
public struct TopPlan: Sendable {
  /// How many rows of a group are kept.
  public var count: Int
  /// The order; of equal rows the one with the earlier event time comes first, then the one that was read first.
  public var order: [Ordering]
  /// Whether a row that loses its rank is given again, as retracted, before the one that takes it.
  public var retracts = false

  /// The first rows in that order.
  public init(_ count: Int, order: [Ordering]) {
    self.count = count
    self.order = order
  }

  /// The names of the columns that ranking adds to those of the rows.
  static let rank = "top.rank"
  static let isRetracted = "top.retracted"
  static let window = "top.window"
  /// More rows of a group than anybody reads.
  private static let maximum = 1 << 16

  var lines: [String] {
    ["top: \(count)\(retracts ? ", with retractions" : "")"] + order.map { "order: \($0.planText)" }
  }

  /// The columns of its result.
  func output(_ rows: Schema, isWindowed: Bool) -> Schema {
    var fields = rows.fields + [Field(Self.rank, .int64), Field(Self.isRetracted, .bool)]
    if isWindowed {
      fields += [Field("\(Self.window)_start", .timestamp), Field("\(Self.window)_end", .timestamp)]
    }
    return Schema(fields)
  }

  /// Whether it can be carried out.
  ///
  /// - Throws: `StreamError` `.plan`.
  func check(_ window: Window?, isTimed: Bool) throws(StreamError) {
    guard count > 0, count <= Self.maximum else {
      throw StreamError(.plan, "the first \(count) rows of a group: that must be 1 to \(Self.maximum)")
    }
    guard !order.isEmpty else { throw StreamError(.plan, "the first rows of a group need an order") }
    guard let window else { return }
    guard isTimed else {
      throw StreamError(.plan, "the stream has no event time: call eventTime(_:delay:) before grouped(by:in:)")
    }
    guard window.isOnePane, window != .global else {
      throw StreamError(
        .plan, "the first rows can be found in windows that don't overlap, and these do: \(window.words)")
    }
    if retracts { throw StreamError(.plan, "the first rows of a window are final: nothing is retracted") }
  }
}
