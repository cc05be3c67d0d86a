/// A regular file of the operating system.
final class PosixFile: File {
  let name: String
  private let open: OpenDescriptor
  private let isWritable: Bool

  /// Zeros are written in pieces of this size, in bytes.
  private static let zerosCount = 1 << 20

  init(name: String, open: OpenDescriptor, isWritable: Bool) {
    self.name = name
    self.open = open
    self.isWritable = isWritable
  }

  func number() throws(StorageError) -> FileNumber {
    let status = try open.status()
    return FileNumber(device: status.device, inode: status.inode)
  }

  func size() throws(StorageError) -> Int {
    try open.status().size
  }

  func read(at offset: Int, into buffer: inout [UInt8], count: Int) throws(StorageError) -> Int {
    try open.read(at: offset, into: &buffer, count: count)
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(StorageError) {
    try requireWritable(.write)
    try open.write(bytes, at: offset)
  }

  func sync() throws(StorageError) {
    try open.use(.sync) { (raw) throws(SystemError) in try SystemCall.syncData(raw) }
  }

  func truncate(to size: Int) throws(StorageError) {
    try requireWritable(.truncate)
    try open.check(.truncate, 0, size)
    try open.use(.truncate, offset: size) { (raw) throws(SystemError) in try SystemCall.truncate(raw, to: size) }
  }

  func preallocate(_ size: Int) throws(StorageError) {
    try requireWritable(.preallocate)
    try open.check(.preallocate, 0, size)
    var end = try self.size()
    guard end < size else { return }
    let zeros = [UInt8](repeating: 0, count: min(size - end, Self.zerosCount))
    while end < size {
      let count = min(size - end, zeros.count)
      // Unsafe: what a byte is made of is itself, so all of it is initialised.
      try open.write(unsafe zeros.span.bytes.extracting(first: count), at: end)
      end += count
    }
  }

  func close() throws(StorageError) {
    try open.close()
  }

  private func requireWritable(_ operation: StorageError.Operation) throws(StorageError) {
    guard isWritable else {
      throw StorageError(.permission, operation, path: open.path, detail: "The file was opened to be read only")
    }
  }
}
