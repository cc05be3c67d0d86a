import StrandlineStorage

/// The right of one opening to its store: lost when the lock file is removed or replaced.
public struct StoreFence: Sendable {
  let lock: any DirectoryLock
  let directory: any Directory

  /// Makes sure that the store is still this opening's.
  ///
  /// - Throws: `LogError` `.fenced`, or `.storage` when the lock can't be looked at.
  public func requireHeld() throws(LogError) { try lock.requireHeld(directory) }
}

extension DirectoryLock {
  /// Makes sure that the store is still its writer's.
  ///
  /// A lock file that was removed or replaced lets somebody else in, who may have gone on with the log by now.
  ///
  /// - Throws: `LogError` `.fenced`, or `.storage` when the lock can't be looked at.
  func requireHeld(_ directory: any Directory) throws(LogError) {
    let isHeld: Bool
    do {
      isHeld = try stillHeld()
    } catch {
      throw LogError(error, "the lock of the store can't be checked")
    }
    if isHeld { return }
    throw LogError(
      .fenced, "the store was taken over: its lock file was removed or replaced; nothing more is acknowledged",
      file: directory.path)
  }
}
