import Synchronization

/// A program that runs beside this one: started, killed and waited for.
///
/// It is not killed when its object goes away; one that nobody waits for stays in the system's table until this process
/// ends.
public final class ChildProcess: Sendable {
  /// Where one of its standard streams leads.
  public enum Stream: Sendable, Hashable {
    /// To where that of this process leads.
    case inherited
    /// Nowhere: nothing to read, and what is written is dropped.
    case null
    /// To or from a file, which is made when it is missing and appended to.
    case file(String)
  }

  /// How it ended.
  public enum Outcome: Sendable, Hashable {
    /// By itself, with that status.
    case exited(Int32)
    /// By a signal.
    case killed(SystemSignal)
  }

  /// The number of the process.
  public let id: Int32
  private let path: String
  private let outcome = Mutex<Outcome?>(nil)

  /// Starts the program at `path` with this process's environment.
  ///
  /// - Throws: what the system says when the program or a file can't be opened.
  public init(
    _ path: String, _ arguments: [String], input: Stream = .null, output: Stream = .null, error: Stream = .null
  ) throws(StorageError) {
    self.path = path
    let reading: SystemCall.ChildStream =
      switch input {
      case .inherited: .inherited
      case .null: .reading("/dev/null")
      case .file(let path): .reading(path)
      }
    do {
      id = try SystemCall.spawn(path, arguments, streams: [reading, Self.writing(output), Self.writing(error)])
    } catch {
      throw error.during(StorageError.Operation("starting"), path)
    }
  }

  private static func writing(_ stream: Stream) -> SystemCall.ChildStream {
    switch stream {
    case .inherited: .inherited
    case .null: .writing("/dev/null")
    case .file(let path): .writing(path)
    }
  }

  /// Sends a signal; does nothing when the child has ended.
  public func kill(_ signal: SystemSignal) throws(StorageError) {
    // A child that was waited for has given its number back, and somebody else may have it.
    guard try isRunning() else { return }
    do {
      try SystemCall.kill(id, signal.number)
    } catch {
      throw error.during(StorageError.Operation("signalling"), path)
    }
  }

  /// Whether it still runs.
  public func isRunning() throws(StorageError) -> Bool {
    try look(waits: false) == nil
  }

  /// Waits until it ends.
  public func wait() throws(StorageError) -> Outcome {
    guard let outcome = try look(waits: true) else {
      throw StorageError(.other, .wait, path: path, detail: "The process hasn't ended")
    }
    return outcome
  }

  /// Waits up to that many nanoseconds; nil when it still runs then.
  public func wait(nanos: UInt64) throws(StorageError) -> Outcome? {
    let deadline = SystemClock.monotonicNanos() &+ nanos
    while true {
      if let outcome = try look(waits: false) { return outcome }
      let now = SystemClock.monotonicNanos()
      if now >= deadline { return nil }
      SystemClock.sleep(nanos: min(200_000, deadline - now))
    }
  }

  private func look(waits: Bool) throws(StorageError) -> Outcome? {
    do throws(SystemError) {
      return try outcome.withLock { (known) throws(SystemError) -> Outcome? in
        if let known { return known }
        guard let status = try SystemCall.childStatus(id, waits: waits) else { return nil }
        // The two forms of a status: the low seven bits hold the signal, the next byte the number given to exit.
        let signal = status & 0x7F
        known = signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(SystemSignal(number: signal))
        return known
      }
    } catch {
      throw error.during(.wait, path)
    }
  }
}
