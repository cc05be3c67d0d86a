import StrandlineStorage
import Testing

/// The README, and the examples of tests that stand in it.
enum ReadmeText {
  /// The text of a file.
  static func text(_ path: String) throws -> String {
    let file = try InputFile(path: path)
    var bytes: [UInt8] = []
    while try file.read(at: bytes.count, into: &bytes, count: 1 << 16) > 0 {}
    try file.close()
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The lines of a file between its markers.
  static func example(in path: String) throws -> String {
    let lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false)
    let begin = try #require(lines.firstIndex(of: "// readme: begin"))
    let end = try #require(lines.firstIndex(of: "// readme: end"))
    return lines[(begin + 1)..<end].joined(separator: "\n")
  }

  /// The README.
  static var readme: String {
    get throws { try text(#filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/README.md") }
  }
}
