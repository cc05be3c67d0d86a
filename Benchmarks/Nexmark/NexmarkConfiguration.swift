/// What the events of the Nexmark benchmark are made by: equal configurations make equal events, on every machine.
///
/// The definition is that of Nexmark as Apache Beam implements it (P. Tucker, K. Tufte, V. Papadimos, D. Maier, “NEXMark: a
/// benchmark for queries over data streams”, 2002, extended), with one difference: each event's draws begin with its own
/// number, so that any event can be made again without those before it.
public struct NexmarkConfiguration: Sendable, Hashable {
  /// What the draws begin with, beside an event's number.
  public var seed: UInt64 = 1
  /// The time of the first event, in milliseconds since 1970-01-01T00:00:00Z.
  public var baseMillis: Int64 = 1_436_918_400_000
  /// Events per second of event time, of all generators together.
  public var rate = 10_000
  /// How many generators share the rate.
  public var generators = 1
  /// The number of this generator's first event.
  public var firstEvent = 0
  /// Events leave in groups of this size, in another order within each; 1 for in order.
  public var orderGroup = 1
  /// The bytes that a person has on average.
  public var personBytes = 200
  /// The bytes that an auction has on average.
  public var auctionBytes = 500
  /// The bytes that a bid has on average.
  public var bidBytes = 100

  /// The configuration that figures are quoted of, unless they say otherwise.
  public init() {}

  /// The most that an event's number, a rate or a group may be: times then stay within range.
  static let largest = 1_000_000_000_000

  /// What is wrong with the configuration, in words, or nil.
  public var problem: String? {
    if !(1...Self.largest).contains(rate) { return "the rate is from 1 to \(Self.largest) events a second" }
    if !(1...1024).contains(generators) { return "there are from 1 to 1024 generators" }
    if !(0...Self.largest).contains(firstEvent) { return "the first event's number is from 0 to \(Self.largest)" }
    if !(1...Self.largest).contains(orderGroup) { return "the group of events is from 1 to \(Self.largest)" }
    // Numbers are mixed by multiplying with 953, a prime: its multiples would fall on one another.
    if orderGroup % 953 == 0 { return "the group of events is no multiple of 953" }
    if !(-largestMillis...largestMillis).contains(baseMillis) { return "the first event's time is out of range" }
    for bytes in [personBytes, auctionBytes, bidBytes] where !(0...1_000_000).contains(bytes) {
      return "an event has at most 1,000,000 bytes on average"
    }
    return nil
  }

  /// Where ISO 8601's years of four digits end, about.
  private var largestMillis: Int64 { 200_000_000_000_000 }
}

/// A configuration that no events can be made by.
public struct NexmarkError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public let description: String
}
