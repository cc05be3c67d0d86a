/// The device that a file is on, and its number there.
public struct FileNumber: Sendable, Hashable {
  /// The device.
  public let device: UInt64
  /// The number of the file on its device.
  public let inode: UInt64

  /// A number of those parts.
  public init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }
}

/// An open regular file, read and written at offsets.
///
/// All calls may be made from any thread, also at the same time. Every call on a file that was closed throws `.closed`.
public protocol File: AnyObject, Sendable {
  /// Its name when it was opened.
  var name: String { get }

  /// What tells it from every other file that is there at the same time, whatever their names are.
  func number() throws(StorageError) -> FileNumber

  /// How many bytes it holds.
  func size() throws(StorageError) -> Int

  /// Reads `count` bytes at `offset`; fewer only where the file ends.
  func read(at offset: Int, count: Int) throws(StorageError) -> [UInt8]

  /// Appends `count` bytes at `offset` to `buffer`, fewer only where the file ends, and uses the room it has.
  ///
  /// No more is allocated than the file holds, whatever `count` asks for. After an error `buffer` is as it was.
  ///
  /// - Returns: how many bytes were appended.
  @discardableResult
  func read(at offset: Int, into buffer: inout [UInt8], count: Int) throws(StorageError) -> Int

  /// Writes all of `bytes` at `offset`; what lies between the end of the file and `offset` reads as zeros.
  ///
  /// After an error any part of `bytes` may have been written.
  func write(_ bytes: RawSpan, at offset: Int) throws(StorageError)

  /// Makes the bytes, and the size they need, durable.
  ///
  /// It is never repeated: after an error nobody knows what is on the device, and a second try that succeeds would
  /// not change that. The caller must stop acknowledging.
  func sync() throws(StorageError)

  /// Cuts the file, or extends it with zeros, to `size` bytes.
  func truncate(to size: Int) throws(StorageError)

  /// Extends the file to `size` bytes with zeros that are really written; does nothing when it is that long.
  ///
  /// So a full device shows here, and a later sync of bytes within has no change of size to make durable.
  func preallocate(_ size: Int) throws(StorageError)

  /// Closes the file; closing it again does nothing. It is also closed when its object goes away.
  func close() throws(StorageError)
}

extension File {
  /// Reads `count` bytes at `offset`; fewer only where the file ends.
  public func read(at offset: Int, count: Int) throws(StorageError) -> [UInt8] {
    var buffer: [UInt8] = []
    try read(at: offset, into: &buffer, count: count)
    return buffer
  }

  /// Writes all of `bytes` at `offset`.
  public func write(_ bytes: [UInt8], at offset: Int) throws(StorageError) {
    // Unsafe: what a byte is made of is itself, so all of it is initialised.
    try write(unsafe bytes.span.bytes, at: offset)
  }
}
