import StrandlineColumns

/// When a time zone's clocks change, and what they show in between.
///
/// # Overview
/// Civil time is what clocks show, as microseconds from 1970-01-01T00:00 on them. It goes back when summer time ends. Windows
/// must not, so `civil` is the latest that clocks have shown up to a time, and `instant` is when they first showed it.
///
/// # Invariants
/// Beginnings ascend. What lies behind `horizon` is as 400 years before: weekdays and leap years repeat, and so do the rules.
public struct ZoneRules: Sendable, Hashable {
  /// A change of the clocks.
  struct Transition: Hashable {
    /// When it happens, in microseconds from 1970-01-01T00:00:00Z.
    var time: Int64
    /// How far clocks are ahead of UTC from then on, in microseconds.
    var offset: Int64
  }

  /// The time from one change to the next.
  private struct Stretch: Hashable {
    var start: Int64
    var offset: Int64
    /// The latest that clocks have shown before.
    var latest: Int64
  }

  private var stretches: [Stretch]
  private let horizon: Int64

  private static let cycle = Int64(CivilDate.daysPerCycle) * CalendarPeriod.microsPerDay
  /// More than any clock is ahead or behind.
  private static let margin = 2 * CalendarPeriod.microsPerDay

  /// Clocks that never change: UTC.
  public static let utc = ZoneRules(first: 0, transitions: [])

  /// Clocks that show `first` ahead of UTC, in microseconds, until they change.
  ///
  /// - Parameters:
  ///   - transitions: ascending.
  ///   - horizon: from when on the changes of the 400 years before it repeat; `Int64.max` for never.
  init(first: Int64, transitions: [Transition], horizon: Int64 = .max) {
    stretches = [Stretch(start: .min, offset: first, latest: .min)]
    stretches.reserveCapacity(transitions.count + 1)
    var last = stretches[0]
    for transition in transitions where transition.offset != last.offset {
      last = Stretch(
        start: transition.time, offset: transition.offset, latest: max(last.latest, transition.time - 1 + last.offset))
      stretches.append(last)
    }
    self.horizon = horizon
  }

  /// How far clocks are ahead of UTC at a time, in microseconds. Logarithmic in the changes.
  public func offset(at time: Int64) -> Int64 {
    stretches[stretch(at: folded(time, horizon).time)].offset
  }

  /// The latest that clocks have shown up to and including a time. Logarithmic in the changes.
  func civil(_ time: Int64) -> Int64 {
    let (time, cycles) = folded(time, horizon)
    let stretch = stretches[stretch(at: time)]
    return max(stretch.latest, time + stretch.offset) + cycles * Self.cycle
  }

  /// The first time at which clocks show a civil time or a later one. Logarithmic in the changes.
  func instant(of civil: Int64) -> Int64 {
    let (civil, cycles) = folded(civil, horizon == .max ? .max : horizon - Self.margin)
    // The last stretch before which clocks have not shown it.
    var low = 0
    var high = stretches.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if stretches[middle].latest < civil { low = middle } else { high = middle - 1 }
    }
    return max(stretches[low].start, civil - stretches[low].offset) + cycles * Self.cycle
  }

  private func stretch(at time: Int64) -> Int {
    var low = 0
    var high = stretches.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if stretches[middle].start <= time { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// The time as many cycles earlier as it needs to lie before a horizon.
  private func folded(_ time: Int64, _ horizon: Int64) -> (time: Int64, cycles: Int64) {
    guard time >= horizon else { return (time, 0) }
    let cycles = (time - horizon) / Self.cycle + 1
    return (time - cycles * Self.cycle, cycles)
  }
}
