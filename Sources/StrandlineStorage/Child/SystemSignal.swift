/// A signal of the operating system.
public struct SystemSignal: Sendable, Hashable, CustomStringConvertible {
  /// Its number.
  public let number: Int32

  /// The signal of that number.
  public init(number: Int32) {
    self.number = number
  }

  /// What Ctrl-C sends.
  public static let interrupt = SystemSignal(number: 2)
  /// What ends a process at once, and it can't prevent that.
  public static let kill = SystemSignal(number: 9)
  /// The request to end.
  public static let terminate = SystemSignal(number: 15)

  /// Leaves the signal without effect in this process, so that a dispatch source sees it instead.
  public func ignore() { SystemCall.ignore(number) }

  /// The name, or the number.
  public var description: String {
    switch self {
    case .interrupt: "SIGINT"
    case .kill: "SIGKILL"
    case .terminate: "SIGTERM"
    default: "signal \(number)"
    }
  }
}
