public import StrandlineStorage

/// A kind of call to a disk.
public enum DiskCall: String, Sendable, Hashable, CaseIterable {
  /// A file is made.
  case create
  /// A file that is there is opened.
  case open
  /// Bytes are read.
  case read
  /// Bytes are written.
  case write
  /// A file is filled with zeros ahead of its use.
  case preallocate
  /// A file is cut or extended.
  case truncate
  /// A file's bytes are made durable.
  case sync
  /// The size or number of a file is asked for.
  case status
  /// A file gets another name.
  case rename
  /// A name is removed.
  case remove
  /// A directory's names are made durable.
  case syncDirectory = "sync-directory"
  /// A directory is made.
  case makeDirectory = "make-directory"
  /// A directory is opened.
  case openDirectory = "open-directory"
  /// A directory is listed.
  case list
  /// A lock is taken or looked at.
  case lock
  /// A file is closed.
  case close

  /// Whether the call changes what a crash may leave behind.
  public var isChange: Bool {
    switch self {
    case .create, .write, .preallocate, .truncate, .sync, .rename, .remove, .syncDirectory, .makeDirectory: true
    case .open, .read, .status, .openDirectory, .list, .lock, .close: false
    }
  }
}

/// A call that fails on purpose.
public struct DiskFault: Sendable, Hashable {
  /// Which calls are counted; nil for every kind.
  public var call: DiskCall?
  /// The number of the first call that fails, from 1, among those counted.
  public var number: Int
  /// Whether every later call fails, too.
  public var isForEver: Bool
  /// What the call says.
  public var code: StorageError.Code
  /// What it has done before it failed.
  public var effect: Effect

  /// What a failing call has done.
  public enum Effect: String, Sendable, Hashable, CaseIterable {
    /// Nothing.
    case nothing
    /// A write has written the first half of its bytes.
    case half
    /// A sync has given up what it was to make durable: the page cache still shows it, the device never gets it, and the
    /// next sync succeeds. So Linux treats pages whose writing failed.
    case dropped
  }

  /// A fault.
  public init(
    _ call: DiskCall? = nil, number: Int, code: StorageError.Code, isForEver: Bool = false, effect: Effect = .nothing
  ) {
    self.call = call
    self.number = number
    self.code = code
    self.isForEver = isForEver
    self.effect = effect
  }
}
