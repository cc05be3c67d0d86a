/// What identifies a file and says whether it changed.
public struct FileStatus: Sendable, Hashable {
  /// The device that the file is on.
  public let device: UInt64
  /// The number of the file on its device.
  public let inode: UInt64
  /// How many bytes it holds.
  public let size: Int
  /// When its bytes were changed last, in nanoseconds since 1970 UTC.
  public let modifiedNanos: Int64
  /// Whether it is a regular file.
  public let isRegular: Bool

  /// Looks at the file that `path` leads to, through symbolic links.
  public init(path: String) throws(StorageError) {
    do {
      self.init(try SystemCall.status(path, in: SystemCall.workingDirectory, following: true))
    } catch {
      throw error.during(.status, path)
    }
  }
}
