import StrandlineStorage

extension EngineOptions {
  /// The shards of a state that may not fit into memory: it can be cut into as many parts.
  static let shardsOfSpilledState = 256

  /// The space for what is beyond the memory limit; nil without one.
  ///
  /// - Parameter isBounded: whether the input ends, and there is no store.
  /// - Throws: `StreamError` `.plan` where a limit can't be kept.
  func spillSpace(isBounded: Bool) throws(StreamError) -> SpillSpace? {
    guard let memoryLimit else { return nil }
    guard memoryLimit > 0 else {
      throw StreamError(.plan, "the memory limit is \(memoryLimit) bytes: it must be 1 or more")
    }
    guard isBounded && !leavesOpen else {
      throw StreamError(
        .plan,
        "a memory limit needs an input that ends and is computed at once: leave out the limit, or the checkpoint, following and leave-open"
      )
    }
    if let openSpillDirectory { return try SpillSpace(limit: memoryLimit, random: random(), open: openSpillDirectory) }
    let path = spillDirectory ?? SystemProcess.temporaryDirectory
    return try SpillSpace(limit: memoryLimit, random: random()) { () throws(StorageError) in
      try PosixDirectory.open(path: path)
    }
  }
}
