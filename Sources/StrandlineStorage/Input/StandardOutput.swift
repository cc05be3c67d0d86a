/// The two streams that the process writes to.
public enum StandardOutput {
  /// Writes all of `bytes` to standard output.
  ///
  /// - Throws: `.brokenPipe` when nobody reads any more; the process must have called
  ///   ``SystemProcess/ignoreBrokenPipes()``, or the system ends it instead.
  public static func write(_ bytes: RawSpan) throws(StorageError) {
    try write(bytes, to: 1, "standard output")
  }

  /// Writes all of `bytes` to standard error.
  public static func writeError(_ bytes: RawSpan) throws(StorageError) {
    try write(bytes, to: 2, "standard error")
  }

  /// Writes `text` to standard output, in UTF-8.
  public static func write(_ text: String) throws(StorageError) {
    // Unsafe: what a byte is made of is itself, so all of it is initialised.
    try write(unsafe [UInt8](text.utf8).span.bytes)
  }

  /// Writes `text` to standard error, in UTF-8.
  public static func writeError(_ text: String) throws(StorageError) {
    // Unsafe: what a byte is made of is itself, so all of it is initialised.
    try writeError(unsafe [UInt8](text.utf8).span.bytes)
  }

  /// Whether a person reads standard output.
  public static var isTerminal: Bool { SystemCall.isTerminal(1) }

  /// Whether a person reads standard error.
  public static var isErrorTerminal: Bool { SystemCall.isTerminal(2) }

  /// How many columns the terminal of standard output has; nil when it is none.
  public static var terminalWidth: Int? { SystemCall.terminalWidth(1) }

  /// How many columns the terminal of standard error has; nil when it is none.
  public static var errorTerminalWidth: Int? { SystemCall.terminalWidth(2) }

  /// Writes all of `bytes`, in as many pieces as the stream takes.
  package static func write(_ bytes: RawSpan, to descriptor: Int32, _ path: String) throws(StorageError) {
    // Unsafe: the pointer is used inside the closure only.
    try unsafe bytes.withUnsafeBytes { (source) throws(StorageError) in
      var done = 0
      while done < source.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: source[done...])
        let step: Int
        do throws(SystemError) {
          step = try unsafe SystemCall.write(descriptor, rest)
        } catch  where error.isNotReady {
          // Somebody who shares the stream has set it not to wait.
          try waitForRoom(descriptor, path)
          continue
        } catch {
          throw error.during(.write, path, count: rest.count)
        }
        guard step > 0 else { throw StorageError(.shortWrite, .write, path: path, count: rest.count) }
        done += step
      }
    }
  }

  private static func waitForRoom(_ descriptor: Int32, _ path: String) throws(StorageError) {
    do {
      _ = try SystemCall.wait(descriptor, for: .output, milliseconds: -1)
    } catch {
      throw error.during(.wait, path)
    }
  }
}
