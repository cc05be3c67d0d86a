import CSystem
import Glibc

extension SystemCall {
  static func monotonicNanos() -> UInt64 {
    nanos(CLOCK_MONOTONIC)
  }

  static func processCPUNanos() -> UInt64 {
    nanos(CLOCK_PROCESS_CPUTIME_ID)
  }

  /// The system's date and time, in microseconds since 1970 UTC.
  static func wallMicros() -> Int64 {
    let time = time(CLOCK_REALTIME)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }

  /// Sleeps until the monotonic clock shows `nanos`, through signals.
  static func sleep(untilNanos nanos: UInt64) {
    var deadline = timespec()
    deadline.tv_sec = Int(clamping: nanos / 1_000_000_000)
    deadline.tv_nsec = Int(nanos % 1_000_000_000)
    // Unsafe: the call reads the structure that it is given. It returns its error instead of leaving it in errno.
    while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nil) == EINTR {}
  }

  private static func time(_ clock: clockid_t) -> timespec {
    var result = timespec()
    // Unsafe: the call fills the structure that it is given.
    let outcome = unsafe clock_gettime(clock, &result)
    // Every Linux that this builds for has these clocks.
    precondition(outcome == 0, "a clock that the system does not have")
    return result
  }

  private static func nanos(_ clock: clockid_t) -> UInt64 {
    let time = time(clock)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// A variable of the environment; nil where it isn't set.
  static func environment(_ name: String) -> String? {
    // Unsafe: the text lives as long as nobody changes the environment, which this process doesn't; it is copied at once.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  static func processID() -> Int32 {
    getpid()
  }

  /// The processors that work.
  static func processorCount() -> Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

  /// The most memory that the process has had resident, in bytes.
  static func peakResidentBytes() -> Int {
    var usage = rusage()
    // Unsafe: the call fills the structure that it is given. It only fails for a wrong address.
    guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return Int(usage.ru_maxrss) * 1024
  }

  /// What an ordinary user may still write to the file system that holds `path`, in bytes.
  static func freeBytes(_ path: String) -> Int? {
    var status = statvfs()
    // Unsafe: the call fills the structure that it is given.
    guard unsafe statvfs(path, &status) == 0 else { return nil }
    let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return overflow ? Int.max : Int(clamping: bytes)
  }

  /// Sets how much freed memory the allocator keeps, and from which size on a block is memory of its own.
  static func setAllocator(keptBytes: Int, largeBlockBytes: Int) {
    // A value that it won't take leaves all as it is.
    _ = mallopt(M_TRIM_THRESHOLD, Int32(clamping: keptBytes))
    _ = mallopt(M_MMAP_THRESHOLD, Int32(clamping: largeBlockBytes))
  }

  /// Makes a write to a pipe without a reader an error instead of the end of the process.
  static func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
  }

  /// Makes a write beyond the limit of file sizes an error instead of the end of the process.
  static func ignoreFileSizeLimits() {
    _ = signal(SIGXFSZ, SIG_IGN)
  }
}
