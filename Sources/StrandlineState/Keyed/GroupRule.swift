import StrandlineColumns

/// What is true of every group of a keyed state, and is asked of groups that come from a store's bytes.
public enum GroupRule: Sendable, Hashable {
  /// Nothing.
  case any
  /// The last key column is the start of a session, and the first word its end.
  case sessions
  /// The first word is the number of rows in a window that isn't full.
  case rowWindows(size: Int64)

  /// Checks groups.
  ///
  /// - Parameters:
  ///   - keys: the key columns, where keys are tuples.
  ///   - first: the first word of each group; nil where there are keys alone.
  /// - Throws: `StateError` `.malformed`.
  func check(keys: [Column], first: [Int64]?) throws(StateError) {
    switch self {
    case .any: return
    case .sessions:
      guard let starts = keys.last else { return }
      guard !starts.hasNulls else { throw StateError(.malformed, "state bytes hold a session that has no start") }
      guard zip(starts.words, first ?? []).allSatisfy({ $0 < $1 }) else {
        throw StateError(.malformed, "state bytes hold a session that ends where it begins or before")
      }
    case .rowWindows(let size):
      guard (first ?? []).allSatisfy({ $0 > 0 && $0 < size }) else {
        throw StateError(.malformed, "state bytes hold a window of \(size) rows that isn't open, or has too many")
      }
    }
  }
}
