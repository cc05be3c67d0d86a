import Glibc

extension SystemCall {
  /// How an expansion can fail.
  enum GlobError: Error {
    case noMemory, unreadable(SystemError)
  }

  /// The paths that match `pattern`, sorted by their bytes; a directory that can't be read is an error, one that is
  /// missing just has no matches.
  static func glob(_ pattern: String) throws(GlobError) -> [String] {
    // Unsafe: the call fills the structure with `gl_pathc` zero-terminated paths; it is freed on every way out.
    var matches = unsafe glob_t()
    defer { unsafe globfree(&matches) }
    let outcome = unsafe Glibc.glob(pattern, 0, { _, error in error == ENOENT || error == ENOTDIR ? 0 : 1 }, &matches)
    switch outcome {
    case 0:
      let count = unsafe Int(matches.gl_pathc)
      var paths: [String] = []
      for index in 0..<count {
        if let path = unsafe matches.gl_pathv[index] { paths.append(unsafe String(cString: path)) }
      }
      return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    case GLOB_NOMATCH: return []
    case GLOB_NOSPACE: throw .noMemory
    default: throw .unreadable(.last)
    }
  }
}
