public import StrandlineColumns

/// Makes the events of the Nexmark benchmark, as columns.
///
/// Events have positions, from 0 on, in the order in which they leave; each position has an event number, and of the number
/// follows everything else. So the events of any range of positions can be made at any time, and are the same as in a whole
/// run.
public struct NexmarkGenerator: Sendable {
  /// What the events are made by.
  public let configuration: NexmarkConfiguration
  let channels: Channels

  /// A generator of that configuration.
  ///
  /// - Throws: `NexmarkError` when no events can be made by it.
  public init(_ configuration: NexmarkConfiguration = NexmarkConfiguration()) throws(NexmarkError) {
    if let problem = configuration.problem { throw NexmarkError(description: problem) }
    self.configuration = configuration
    channels = Channels(seed: configuration.seed)
  }

  /// The events of a kind among those positions, in order.
  ///
  /// - Parameters:
  ///   - columns: which columns are made, by name; all of them unless given. What they hold doesn't depend on it.
  /// - Complexity: linear in the positions; a position of another kind costs next to nothing.
  public func events(_ kind: NexmarkKind, _ positions: Range<Int>, columns: Schema? = nil) -> ColumnBatch {
    precondition(
      positions.lowerBound >= 0 && positions.upperBound <= NexmarkConfiguration.largest, "positions are in range")
    let schema = kind.schema
    let wanted = columns ?? schema
    let made =
      switch kind {
      case .person: persons(positions, wanted)
      case .auction: auctions(positions, wanted)
      case .bid: bids(positions, wanted)
      }
    return ColumnBatch(wanted, columns: wanted.fields.map { field in made[schema.index(of: field.name) ?? 0] })
  }

  /// The kind of the event at a position.
  public func kind(at position: Int) -> NexmarkKind {
    EventNumber(configuration.firstEvent + number(at: position)).kind
  }

  /// The number of the event at a position, counted from the generator's first.
  @inline(__always)
  func number(at position: Int) -> Int {
    let group = configuration.orderGroup
    if group == 1 { return position }
    // The remainders are taken first, so that no product leaves 64 bits.
    return position / group * group + position % group * 953 % group
  }

  /// The time of the event of a number, counted from the generator's first, in milliseconds since 1970.
  @inline(__always)
  func millis(_ number: Int) -> Int64 {
    // ⌊number · 10⁶ · generators / rate⌋ microseconds, by whole seconds first.
    let scale = 1_000_000 * configuration.generators
    let (seconds, rest) = number.quotientAndRemainder(dividingBy: configuration.rate)
    let micros = seconds * scale + rest * scale / configuration.rate
    return configuration.baseMillis + Int64(micros / 1000)
  }
}

/// The number of an event, which says what it is and which others there are by then.
struct EventNumber {
  let value: Int
  private let epoch: Int
  private let slot: Int

  /// The first identifier of persons and of auctions.
  static let firstID = 1000
  /// Every so many persons, and auctions, one is hot.
  private static let hotEvery = 100

  @inline(__always)
  init(_ value: Int) {
    self.value = value
    epoch = value / 50
    slot = value % 50
  }

  /// Of 50 events the first is a person, the next three are auctions, the rest bids.
  @inline(__always)
  var kind: NexmarkKind { slot == 0 ? .person : slot < 4 ? .auction : .bid }

  /// The last person by then, counted from 0.
  @inline(__always)
  var lastPerson: Int { epoch }

  /// The last auction by then, counted from 0; -1 in front of the first.
  @inline(__always)
  var lastAuction: Int { slot == 0 ? epoch * 3 - 1 : epoch * 3 + min(slot, 3) - 1 }

  /// A person who is there by then, or is one of the next ten: one of the last 1,000 at most.
  @inline(__always)
  func person(_ random: inout EventRandom) -> Int {
    let active = min(lastPerson + 1, 1000)
    return lastPerson + 1 - active + random.below(active + 10)
  }

  /// An auction that is there by then, or is one of the next ten: one of the last hundred and one at most.
  @inline(__always)
  func auction(_ random: inout EventRandom) -> Int {
    let first = max(lastAuction - 100, 0)
    return first + random.below(lastAuction - first + 1 + 10)
  }

  /// The person who sells most just then.
  @inline(__always)
  var hotSeller: Int { lastPerson / Self.hotEvery * Self.hotEvery }

  /// The person who bids most just then.
  @inline(__always)
  var hotBidder: Int { lastPerson / Self.hotEvery * Self.hotEvery + 1 }

  /// The auction that is bid for most just then.
  @inline(__always)
  var hotAuction: Int { lastAuction / Self.hotEvery * Self.hotEvery }
}
