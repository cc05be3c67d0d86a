import StrandlineStorage

/// A file that is filled with zeros and then overwritten from front to back, as a segment is.
final class RawLog {
  private let directory: any Directory
  private var file: any File
  private var offset = 0
  private var number = 0
  private static let capacity = 4 << 20

  init(_ directory: any Directory) throws {
    self.directory = directory
    file = try Self.make(directory, 0)
  }

  private static func make(_ directory: any Directory, _ number: Int) throws -> any File {
    let file = try directory.open("raw-\(number)", .create)
    try file.preallocate(capacity)
    try file.sync()
    try directory.sync()
    return file
  }

  func write(_ count: Int) throws {
    if offset + count > Self.capacity {
      try file.close()
      number += 1
      file = try Self.make(directory, number)
      offset = 0
    }
    try file.write([UInt8](repeating: 0xA5, count: count), at: offset)
    try file.sync()
    offset += count
  }
}
