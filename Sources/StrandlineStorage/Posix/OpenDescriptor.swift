import Synchronization

/// A descriptor that several threads use, and that one of them may close while others are still in a call.
///
/// Invariant: the descriptor is closed exactly once, after the last call that uses it, so no call can hit another file
/// that was given the same number.
final class OpenDescriptor: Sendable {
  private struct State: ~Copyable {
    var descriptor: Descriptor?
    var users = 0
    var isClosing = false

    /// Takes the descriptor out if it is time to close it.
    mutating func takeIfDone() -> Descriptor? {
      isClosing && users == 0 ? descriptor.take() : nil
    }
  }

  /// Where the file is, for errors.
  let path: String
  private let state: Mutex<State>

  init(_ descriptor: consuming Descriptor, path: String) {
    self.path = path
    state = Mutex(State(descriptor: descriptor))
  }

  /// Runs `body` with the descriptor, outside of any lock, and adds the place to its error.
  func use<Result>(
    _ operation: StorageError.Operation, offset: Int? = nil, count: Int? = nil,
    _ body: (Int32) throws(SystemError) -> Result
  ) throws(StorageError) -> Result {
    let raw = state.withLock { state -> Int32? in
      guard !state.isClosing, let raw = state.descriptor?.raw else { return nil }
      state.users += 1
      return raw
    }
    guard let raw else { throw StorageError(.closed, operation, path: path) }
    let result: Result
    do {
      result = try body(raw)
    } catch {
      // The first error is the one to report; the descriptor is released by its deinit.
      _ = finishUse()
      throw error.during(operation, path, offset: offset, count: count)
    }
    try close(finishUse())
    return result
  }

  /// Closes the descriptor, or leaves that to the last call in progress; again, does nothing.
  func close() throws(StorageError) {
    let descriptor = state.withLock { state -> Descriptor? in
      state.isClosing = true
      return state.takeIfDone()
    }
    try close(descriptor)
  }

  private func finishUse() -> Descriptor? {
    state.withLock { state -> Descriptor? in
      state.users -= 1
      return state.takeIfDone()
    }
  }

  private func close(_ descriptor: consuming Descriptor?) throws(StorageError) {
    guard let descriptor else { return }
    do {
      try descriptor.close()
    } catch {
      throw error.during(.close, path)
    }
  }
}
