/// What stands behind an aggregate's argument, read and checked.
public struct AggregateParameters: Sendable, Hashable {
  /// The value by which rows are compared: of `min_by`, `max_by`, `top_k_by` and `bottom_k_by`.
  public private(set) var by: Expression?
  /// How many values are kept: of `top_k`, `collect` and their like.
  public private(set) var limit = 1
  /// The share of the values that are below a quantile, 0 to 1.
  public private(set) var share = 0.5
  /// The relative error of a quantile.
  public private(set) var accuracy = 0.01
  /// The registers of an estimated count are two to this power.
  public private(set) var precision = 12

  /// The largest limit there is.
  public static let limitMax = 100_000

  /// Reads the parameters of a call.
  ///
  /// - Throws: `ColumnsError` `.typeMismatch` when something is missing, is too much or out of its range.
  public init(_ call: AggregateCall) throws(ColumnsError) {
    guard call.argument != nil || call.function == .count && !call.isDistinct else {
      throw ColumnsError(.typeMismatch, "\(call): only count does without an argument")
    }
    guard !call.isDistinct || call.function == .count else {
      throw ColumnsError(.unsupported, "\(call): only count takes distinct")
    }
    var rest = call.others[...]
    switch call.function {
    case .minBy, .maxBy:
      by = try Self.next(&rest, call, "the value that is compared")
    case .topKBy, .bottomKBy:
      by = try Self.next(&rest, call, "the value that is compared")
      limit = try Self.limit(&rest, call)
    case .topK, .bottomK, .collect:
      limit = try Self.limit(&rest, call)
    case .approximateQuantile:
      share = try Self.number(try Self.next(&rest, call, "a share such as 0.99"), 0...1, call, "a share")
      if let given = rest.popFirst() { accuracy = try Self.number(given, 0.001...0.25, call, "a relative error") }
    case .approximateCount:
      if let given = rest.popFirst() {
        let wanted = try Self.number(given, 4...16, call, "a precision")
        guard let whole = Int(exactly: wanted) else {
          throw ColumnsError(.typeMismatch, "\(call): a precision is a whole number from 4 to 16, not \(given)")
        }
        precision = whole
      }
    default: break
    }
    if let more = rest.first { throw ColumnsError(.typeMismatch, "\(call): \(more) is more than the function takes") }
  }

  private static func next(
    _ rest: inout ArraySlice<Expression>, _ call: AggregateCall, _ what: String
  ) throws(ColumnsError) -> Expression {
    guard let next = rest.popFirst() else { throw ColumnsError(.typeMismatch, "\(call): \(what) is missing") }
    return next
  }

  private static func limit(_ rest: inout ArraySlice<Expression>, _ call: AggregateCall) throws(ColumnsError) -> Int {
    let given = try next(&rest, call, "the number of values")
    guard case .literal(.int64(let limit)) = given, limit > 0, limit <= Int64(limitMax) else {
      throw ColumnsError(
        .typeMismatch, "\(call): the number of values is a whole number from 1 to \(limitMax), not \(given)")
    }
    return Int(limit)
  }

  private static func number(
    _ given: Expression, _ range: ClosedRange<Double>, _ call: AggregateCall, _ what: String
  ) throws(ColumnsError) -> Double {
    let number: Double? =
      switch given {
      case .literal(.double(let value)): value
      case .literal(.int64(let value)): Double(value)
      default: nil
      }
    guard let number, range.contains(number) else {
      throw ColumnsError(
        .typeMismatch, "\(call): \(what) is a number from \(range.lowerBound) to \(range.upperBound), not \(given)")
    }
    return number
  }
}
