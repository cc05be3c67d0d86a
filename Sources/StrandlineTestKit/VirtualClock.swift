import Synchronization

/// A clock that stands still until it is moved: time for tests that must not depend on time.
public final class VirtualClock: Sendable {
  private let now: Atomic<UInt64>

  /// A clock at that many nanoseconds.
  public init(nanos: UInt64 = 0) {
    now = Atomic(nanos)
  }

  /// The nanoseconds that have passed.
  public var nanos: UInt64 { now.load(ordering: .acquiring) }

  /// Moves the clock on.
  public func advance(by nanos: UInt64) {
    now.wrappingAdd(nanos, ordering: .acquiringAndReleasing)
  }
}
