/// A stream that the process was given, read from front to back; not owned, so never closed.
public final class StandardInput: Sendable {
  private let descriptor: Int32
  private let path: String

  /// Stands for descriptor 0, or for another that stays open for as long as this is used.
  public init(descriptor: Int32 = 0) {
    self.descriptor = descriptor
    path = descriptor == 0 ? "standard input" : "descriptor \(descriptor)"
  }

  /// Waits for input and appends up to `count` bytes to `buffer`: what there is, at least one byte.
  ///
  /// - Returns: how many bytes were appended; 0 at the end of the stream.
  @discardableResult
  public func read(into buffer: inout [UInt8], count: Int) throws(StorageError) -> Int {
    guard count >= 0 else { throw StorageError(.invalidArgument, .read, path: path, count: count) }
    while true {
      do throws(SystemError) {
        return try readOnce(into: &buffer, count: count)
      } catch  where error.isNotReady {
        // Somebody who shares the stream has set it not to wait.
        _ = try poll(milliseconds: -1)
      } catch {
        throw error.during(.read, path, count: count)
      }
    }
  }

  /// Waits up to `milliseconds` until there is something to read or the stream has ended; a negative time has no end.
  public func poll(milliseconds: Int) throws(StorageError) -> Bool {
    do {
      return try SystemCall.wait(descriptor, for: .input, milliseconds: Int32(clamping: milliseconds))
    } catch {
      throw error.during(.wait, path)
    }
  }

  /// Whether a regular file was redirected to the stream; it can be read again from its beginning.
  public var isRegularFile: Bool {
    (try? status())?.isRegular ?? false
  }

  /// Whether a person sits at the other end.
  public var isTerminal: Bool {
    SystemCall.isTerminal(descriptor)
  }

  /// What identifies the file that was redirected to the stream, if it is one.
  public func status() throws(StorageError) -> FileStatus {
    do {
      return FileStatus(try SystemCall.status(descriptor))
    } catch {
      throw error.during(.status, path)
    }
  }

  private func readOnce(into buffer: inout [UInt8], count: Int) throws(SystemError) -> Int {
    var done = 0
    try buffer.append(addingCapacity: count) { (output) throws(SystemError) in
      // Unsafe: the call writes into the room there is, and `initialized` counts what it wrote.
      try unsafe output.withUnsafeMutableBufferPointer { (room, initialized) throws(SystemError) in
        done = try unsafe SystemCall.read(descriptor, UnsafeMutableRawBufferPointer(room))
        initialized = done
      }
    }
    return done
  }
}
