public import StrandlineColumns

/// Where a column of a group's result comes from.
public indirect enum OutputItem: Sendable, Hashable {
  /// The key at that position.
  case key(Int)
  /// The first moment of the window.
  case windowStart
  /// The first moment after the window.
  case windowEnd
  /// The window; two columns.
  case window
  /// 1, or −1 in a row that takes back what an earlier one said.
  case change
  /// What is computed from the group's rows.
  case aggregate(AggregateCall)
  /// What an aggregate that is defined elsewhere computes from the group's rows.
  case custom(CustomAggregateCall)
}

extension OutputItem {
  /// The columns that it reads of the group's rows.
  var columns: Set<String> {
    switch self {
    case .aggregate(let call): call.columns
    case .custom(let call): call.columns
    case .key, .windowStart, .windowEnd, .window, .change: []
    }
  }

  /// Whether it is computed from the group's rows.
  var isAggregate: Bool {
    switch self {
    case .aggregate, .custom: true
    case .key, .windowStart, .windowEnd, .window, .change: false
    }
  }
}

extension OutputItem: CustomStringConvertible {
  /// The item in words. Stable: it is part of a plan's fingerprint.
  public var description: String {
    switch self {
    case .key(let position): "key \(position + 1)"
    case .windowStart: "window start"
    case .windowEnd: "window end"
    case .window: "window"
    case .change: "change"
    case .aggregate(let call): "\(call)"
    case .custom(let call): "\(call)"
    }
  }
}

/// A value of a group's result, whose type the compiler knows: a key, the window, or an aggregate.
public struct Output<Value>: Sendable {
  /// Where it comes from.
  public let item: OutputItem

  /// That item, whose values are of this type.
  public init(_ item: OutputItem) {
    self.item = item
  }
}

extension Output where Value == TimeWindow {
  /// The first moment of the window.
  public var start: Output<Timestamp> { Output<Timestamp>(.windowStart) }
  /// The first moment after the window.
  public var end: Output<Timestamp> { Output<Timestamp>(.windowEnd) }
}

extension Output: CustomStringConvertible {
  /// The item in words.
  public var description: String { "\(item)" }
}
