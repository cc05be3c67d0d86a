/// The first line in which a result differs from the one that it must be.
public struct ResultDifference: Equatable, CustomStringConvertible, Sendable {
  /// The number of the line, from 1.
  public let line: Int
  /// What stands there; nil where the result has ended.
  public let found: String?
  /// What must stand there; nil where nothing more may come.
  public let expected: String?

  /// Compares results line by line; nil when they are the same.
  public init?(_ result: String, expected: String) {
    let results = result.split(separator: "\n", omittingEmptySubsequences: false)
    let wanted = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let count = max(results.count, wanted.count)
    let at = { (lines: [Substring], index: Int) in index < lines.count ? lines[index] : nil }
    guard let first = (0..<count).first(where: { at(results, $0) != at(wanted, $0) }) else { return nil }
    line = first + 1
    found = at(results, first).map(String.init)
    self.expected = at(wanted, first).map(String.init)
  }

  /// What stands in the line, and what must.
  public var description: String {
    "line \(line) is \(found.map { "'\($0)'" } ?? "missing"), and must be \(expected.map { "'\($0)'" } ?? "missing")"
  }

  /// Results with one mistake each: a count that is one too large, a line less, a line more, none at all. A comparison that
  /// finds no difference in one of them is worth nothing.
  ///
  /// - Parameter result: lines that end in a count.
  public static func mistakes(in result: String) -> [String] {
    let lines = result.split(separator: "\n")
    guard let last = lines.last, let comma = last.lastIndex(of: ",") else { return [""] }
    let count = Int(last[last.index(after: comma)...]) ?? 0
    let others = lines.dropLast().joined(separator: "\n") + (lines.count > 1 ? "\n" : "")
    return ["\(others)\(last[...comma])\(count + 1)\n", others, "\(result)\(last)\n", ""]
  }
}
