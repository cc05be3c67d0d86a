/// The clocks of the system. Everything below the shell is handed times; it does not ask here.
public enum SystemClock {
  /// Nanoseconds since some moment in the past; never goes back, stands still while the machine sleeps.
  public static func monotonicNanos() -> UInt64 { SystemCall.monotonicNanos() }

  /// Microseconds since 1970 UTC; may jump when somebody sets the clock.
  public static func wallMicros() -> Int64 { SystemCall.wallMicros() }

  /// Nanoseconds of processor time that all threads of the process have used.
  public static func processCPUNanos() -> UInt64 { SystemCall.processCPUNanos() }

  /// Stops this thread for at least `nanos` nanoseconds, through signals.
  public static func sleep(nanos: UInt64) {
    let (deadline, overflow) = monotonicNanos().addingReportingOverflow(nanos)
    SystemCall.sleep(untilNanos: overflow ? .max : deadline)
  }
}
