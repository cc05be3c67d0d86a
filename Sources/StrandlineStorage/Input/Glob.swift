/// Patterns of paths, as a shell knows them: `*`, `?` and `[…]`.
public enum Glob {
  /// The paths that match `pattern`, sorted by their bytes; empty when none does.
  ///
  /// - Throws: `.notFound` when `pattern` has no wildcard and there is no such path; `.permission` or what the system says
  ///   when a directory on the way can't be read, so that input is never left out silently.
  public static func expand(_ pattern: String) throws(StorageError) -> [String] {
    guard !pattern.utf8.contains(0) else {
      throw StorageError(.invalidArgument, .expand, path: DirectoryName.printable(pattern, limit: 64))
    }
    do throws(SystemCall.GlobError) {
      let paths = try SystemCall.glob(pattern)
      if paths.isEmpty, !hasWildcard(pattern) { throw .unreadable(.notFound) }
      return paths
    } catch {
      switch error {
      case .noMemory: throw StorageError(.other, .expand, path: pattern, detail: "No memory for the paths")
      case .unreadable(let error): throw error.during(.expand, pattern)
      }
    }
  }

  /// Whether `pattern` can stand for several paths; a character after a backslash stands for itself.
  public static func hasWildcard(_ pattern: String) -> Bool {
    var isEscaped = false
    for byte in pattern.utf8 {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if [UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "[")].contains(byte) {
        return true
      }
    }
    return false
  }
}
