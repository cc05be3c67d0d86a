import Glibc

extension SystemCall {
  /// Reads once from where the stream stands; 0 at its end.
  static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    // Unsafe: the call writes at most the buffer's count of bytes.
    try retried { unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
  }

  /// Writes once to where the stream stands, perhaps less than everything.
  static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    // Unsafe: the call reads at most the buffer's count of bytes.
    try retried { unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
  }

  /// What a stream is waited for.
  enum Readiness {
    case input, output

    fileprivate var events: Int16 { Int16(self == .input ? POLLIN : POLLOUT) }
  }

  /// Waits until a stream is ready or broken; a negative time has no end. False when the time is over.
  static func wait(
    _ descriptor: Int32, for readiness: Readiness, milliseconds: Int32
  ) throws(SystemError) -> Bool {
    let deadline = monotonicNanos() &+ UInt64(max(milliseconds, 0)) &* 1_000_000
    var left = milliseconds
    while true {
      var request = pollfd(fd: descriptor, events: readiness.events, revents: 0)
      // Unsafe: the call reads and writes the one structure that it is given.
      let result = unsafe Glibc.poll(&request, 1, left)
      if result >= 0 { return result > 0 }
      guard errno == EINTR else { throw .last }
      if milliseconds > 0 {
        let now = monotonicNanos()
        left = now >= deadline ? 0 : Int32((deadline - now + 999_999) / 1_000_000)
      }
    }
  }

  static func isTerminal(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1
  }

  /// How many columns the terminal has; nil when it is none, or does not say.
  static func terminalWidth(_ descriptor: Int32) -> Int? {
    var size = winsize()
    // Unsafe: the call fills the structure that it is given.
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}

extension SystemError {
  /// Whether a stream that does not wait has nothing to give or take at the moment.
  var isNotReady: Bool { errno == EAGAIN || errno == EWOULDBLOCK }
}
