import Synchronization

extension PosixDirectory {
  /// How many times the lock file may be replaced under our hands before that is an error.
  private static let lockAttemptsMax = 100
  /// How much of an owner's text is shown, in bytes.
  private static let ownerCountMax = 200

  /// Takes the lock that the file `name` stands for.
  ///
  /// It is a `flock`, which belongs to the open file: it also keeps out a second opening in the same process, and the
  /// system lets it go when the process ends. After it is taken, the name must still stand for the file that was locked.
  public func lock(_ name: String, owner: String) throws(StorageError) -> any DirectoryLock {
    for _ in 0..<Self.lockAttemptsMax {
      let file = try openRegular(name, [.readWrite, .create], .lock)
      guard try file.use(.lock, { (raw) throws(SystemError) in try SystemCall.lock(raw) }) else {
        var text: [UInt8] = []
        _ = try file.read(at: 0, into: &text, count: Self.ownerCountMax)
        throw StorageError(.locked, .lock, path: file.path, detail: Self.refusal(owner: text))
      }
      let lock = PosixLock(name: name, directory: self, file: file, locked: try file.status())
      if try lock.stillHeld() {
        try lock.sign(owner)
        return lock
      }
    }
    throw StorageError(.locked, .lock, path: location(of: name), detail: "The lock file keeps being replaced")
  }

  private static func refusal(owner: [UInt8]) -> String {
    let owner = DirectoryName.printable(String(decoding: owner, as: UTF8.self), limit: ownerCountMax)
    return owner.isEmpty ? "The lock is held by another process" : "The lock is held by \(owner)"
  }
}

/// A `flock` on an open file, together with the name it was opened by.
private final class PosixLock: DirectoryLock {
  private let name: String
  private let directory: PosixDirectory
  private let file: OpenDescriptor
  /// The number of the locked file. No other file gets it while this one is open, so it is asked once.
  private let number: FileNumber
  private let isReleased = Atomic(false)

  init(name: String, directory: PosixDirectory, file: OpenDescriptor, locked: FileStatus) {
    self.name = name
    self.directory = directory
    self.file = file
    number = FileNumber(device: locked.device, inode: locked.inode)
  }

  func stillHeld() throws(StorageError) -> Bool {
    guard !isReleased.load(ordering: .acquiring) else { return false }
    return try file.use(.lock) { (_) throws(SystemError) in
      do throws(SystemError) {
        let named = FileStatus(try SystemCall.status(name, in: directory.descriptor.raw, following: false))
        return FileNumber(device: named.device, inode: named.inode) == number
      } catch  where error.code == .notFound {
        return false
      }
    }
  }

  func fileNumber() throws(StorageError) -> FileNumber? {
    try file.use(.status) { (_) throws(SystemError) in number }
  }

  /// Writes who holds the lock into its file.
  func sign(_ owner: String) throws(StorageError) {
    let text = [UInt8](owner.utf8)
    try file.use(.lock) { (raw) throws(SystemError) in try SystemCall.truncate(raw, to: 0) }
    // Unsafe: what a byte is made of is itself, so all of it is initialised.
    try file.write(unsafe text.span.bytes, at: 0)
  }

  func release() {
    guard !isReleased.exchange(true, ordering: .acquiringAndReleasing) else { return }
    do {
      // Before it is closed, in case that a child process has inherited the open file.
      try file.use(.lock) { (raw) throws(SystemError) in try SystemCall.unlock(raw) }
      try file.close()
    } catch {
      // Nothing depends on it: the lock goes with the descriptor, which is gone whatever close says.
      _ = error
    }
  }

  deinit {
    release()
  }
}
