import StrandlineStorage

/// A file of bytes that is written from its beginning to its end; one of that name is replaced.
final class BytesFile {
  private let file: any File
  private(set) var size = 0

  /// A file of that name in a directory that is made when it is missing.
  init(_ path: String) throws {
    let (directory, name) = Files.split(path)
    let parent = try PosixDirectory.open(path: directory, create: true)
    if try parent.entries().contains(where: { $0.name == name }) { try parent.remove(name) }
    file = try parent.open(name, .create)
  }

  /// Adds bytes at the end.
  func append(_ bytes: [UInt8]) throws {
    try file.write(bytes, at: size)
    size += bytes.count
  }

  func close() throws { try file.close() }
}
