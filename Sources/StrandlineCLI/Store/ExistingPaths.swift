import StrandlineStorage

extension PosixDirectory {
  /// The directory at a path, or nil where there is nothing of that name.
  static func existing(_ path: String) throws(StorageError) -> PosixDirectory? {
    do throws(StorageError) {
      return try open(path: path)
    } catch {
      if error.code == .notFound { return nil }
      throw error
    }
  }
}

extension Glob {
  /// The paths that match; none where a plain path doesn't exist.
  static func existing(_ pattern: String) throws(StorageError) -> [String] {
    do throws(StorageError) {
      return try expand(pattern)
    } catch {
      if error.code == .notFound { return [] }
      throw error
    }
  }
}
