import Synchronization

/// Asks a run to end after the batch in hand.
public final class StopSignal: Sendable {
  private let flag = Atomic<Bool>(false)

  /// A signal that hasn't been given.
  public init() {}

  /// Gives the signal; giving it again changes nothing.
  public func stop() {
    flag.store(true, ordering: .releasing)
  }

  /// Whether the signal has been given.
  public var isStopped: Bool { flag.load(ordering: .acquiring) }
}
