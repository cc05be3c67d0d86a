/// A regular file to read input from, at a path that may lead through symbolic links.
public final class InputFile: Sendable {
  /// Where it was opened.
  public let path: String
  private let open: OpenDescriptor

  /// Opens the file at `path`.
  ///
  /// - Throws: `.notFound`, `.permission`, `.notAFile` for a directory, pipe or device, and what the system says.
  public init(path: String) throws(StorageError) {
    self.path = path
    let opened: Descriptor
    do {
      opened = try SystemCall.open(path, in: SystemCall.workingDirectory, [.readOnly])
    } catch {
      throw error.during(.open, path)
    }
    open = OpenDescriptor(opened, path: path)
    guard try open.status().isRegular else { throw StorageError(.notAFile, .open, path: path) }
  }

  /// What identifies the open file, and its size now; not what has taken its path since.
  public func status() throws(StorageError) -> FileStatus {
    try open.status()
  }

  /// Appends `count` bytes at `offset` to `buffer`, fewer only where the file ends, and uses the room it has.
  ///
  /// - Returns: how many bytes were appended; 0 at or behind the end. After an error `buffer` is as it was.
  @discardableResult
  public func read(at offset: Int, into buffer: inout [UInt8], count: Int) throws(StorageError) -> Int {
    try open.read(at: offset, into: &buffer, count: count)
  }

  /// Closes the file; closing it again does nothing.
  public func close() throws(StorageError) {
    try open.close()
  }
}
