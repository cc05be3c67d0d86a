import Synchronization

/// A clock that moves on by one microsecond whenever it is read.
final class StepClock: Sendable {
  private let value = Mutex<UInt64>(0)

  func next() -> UInt64 {
    value.withLock {
      $0 += 1000
      return $0
    }
  }
}
