import StrandlineStorage

/// Files that measurements write and remove.
enum Files {
  static func write(_ bytes: [UInt8], to path: String) throws {
    let (directory, name) = split(path)
    let file = try PosixDirectory.open(path: directory, create: true).open(name, .create)
    try file.write(bytes, at: 0)
    try file.close()
  }

  static func remove(_ path: String) throws {
    let (directory, name) = split(path)
    try PosixDirectory.open(path: directory).remove(name)
  }

  static func exists(_ path: String) throws -> Bool {
    let (directory, name) = split(path)
    return try PosixDirectory.open(path: directory, create: true).entries().contains { $0.name == name }
  }

  /// Removes the files of a store; its directory stays, empty.
  static func removeStore(_ path: String) throws {
    let directory = try PosixDirectory.open(path: path)
    for entry in try directory.entries() where entry.kind == .file { try directory.remove(entry.name) }
  }

  /// The bytes of the files of a store.
  static func storeBytes(_ path: String) throws -> Int {
    let directory = try PosixDirectory.open(path: path)
    return try directory.entries().filter { $0.kind == .file }.reduce(0) {
      $0 + (try directory.open($1.name, .readOnly).size())
    }
  }

  /// How often a text occurs.
  static func count(of text: String, in bytes: [UInt8]) -> Int {
    let needle = Array(text.utf8)
    var count = 0
    var position = 0
    while position + needle.count <= bytes.count {
      if bytes[position] == needle[0], bytes[position..<position + needle.count].elementsEqual(needle) {
        count += 1
        position += needle.count
      } else {
        position += 1
      }
    }
    return count
  }

  /// A file as text.
  static func text(_ path: String) throws -> String {
    let file = try InputFile(path: path)
    var bytes: [UInt8] = []
    while try file.read(at: bytes.count, into: &bytes, count: 1 << 20) > 0 {}
    try file.close()
    return String(decoding: bytes, as: UTF8.self)
  }

  static func split(_ path: String) -> (String, String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    return (String(path[..<slash]), String(path[path.index(after: slash)...]))
  }
}
