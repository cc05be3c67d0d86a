/// How often a directory was asked to do what, failed calls included.
public struct StorageCounts: Sendable, Hashable {
  /// Files opened or created.
  public var opens = 0
  /// Reads from files.
  public var reads = 0
  /// Bytes that reads returned.
  public var bytesRead = 0
  /// Writes to files; preallocation is not one.
  public var writes = 0
  /// Bytes given to writes.
  public var bytesWritten = 0
  /// Syncs of files.
  public var fileSyncs = 0
  /// Zeros written by preallocations; not in `bytesWritten`.
  public var bytesPreallocated = 0
  /// Syncs of directories.
  public var directorySyncs = 0
  /// Renames.
  public var renames = 0
  /// Removals.
  public var removes = 0

  /// Creates counts of nothing.
  public init() {}

  /// What was counted between two readings.
  public static func - (later: StorageCounts, earlier: StorageCounts) -> StorageCounts {
    var result = StorageCounts()
    result.opens = later.opens - earlier.opens
    result.reads = later.reads - earlier.reads
    result.bytesRead = later.bytesRead - earlier.bytesRead
    result.writes = later.writes - earlier.writes
    result.bytesWritten = later.bytesWritten - earlier.bytesWritten
    result.fileSyncs = later.fileSyncs - earlier.fileSyncs
    result.bytesPreallocated = later.bytesPreallocated - earlier.bytesPreallocated
    result.directorySyncs = later.directorySyncs - earlier.directorySyncs
    result.renames = later.renames - earlier.renames
    result.removes = later.removes - earlier.removes
    return result
  }
}
