import StrandlineStorage

/// What the command prints: results on standard output, everything else on standard error.
enum Console {
  /// Prints a line of the result.
  static func print(_ line: String) throws(StorageError) {
    try StandardOutput.write(line + "\n")
  }

  /// Prints a line for the person or program that watches.
  static func note(_ line: String) {
    write(line + "\n")
  }

  /// Replaces the line of progress; only for a terminal.
  static func progress(_ line: String) {
    // Cut to the width, so that the line is not wrapped and can be replaced.
    let width = (StandardOutput.errorTerminalWidth ?? 80) - 1
    write("\r\u{1B}[K\(line.prefix(width))")
  }

  /// Removes the line of progress.
  static func endProgress() {
    write("\r\u{1B}[K")
  }

  private static func write(_ text: String) {
    do {
      try StandardOutput.writeError(text)
    } catch {
      // Nobody reads standard error any more, and there is no other place to say so.
      _ = error
    }
  }
}
