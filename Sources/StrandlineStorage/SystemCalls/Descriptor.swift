import Glibc

/// The one owner of a file descriptor; closes it exactly once.
struct Descriptor: ~Copyable, Sendable {
  let raw: Int32

  init(owning raw: Int32) {
    self.raw = raw
  }

  /// Closes the descriptor; it is gone also when that fails, so nobody may try again.
  consuming func close() throws(SystemError) {
    let raw = raw
    discard self
    // Linux has released the descriptor when it says EINTR.
    guard Glibc.close(raw) == 0 || errno == EINTR else { throw .last }
  }

  deinit {
    _ = Glibc.close(raw)
  }
}
