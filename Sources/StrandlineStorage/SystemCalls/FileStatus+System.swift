import Glibc

extension FileStatus {
  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int(status.st_size)
    modifiedNanos = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    isRegular = status.kind == .file
  }
}

extension SystemCall {
  /// Whether the file belongs to the user of this process.
  static func isOwn(_ status: stat) -> Bool {
    status.st_uid == geteuid()
  }
}
