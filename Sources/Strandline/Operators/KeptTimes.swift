/// The times of a batch's rows that a deduplication keeps, by key.
///
/// A pane is as long as rows of one key may be apart to be the same, so it has one kept row of a key at most: three looks tell
/// whether a row is a repeat. Most keys keep one row in a batch, which needs no dictionary.
struct KeptTimes {
  private struct Place: Hashable {
    var key: Int32
    var pane: Int64
  }

  private struct Kept {
    var time: Int64
    var pane: Int64
    /// Whether there are others, in the dictionary.
    var hasOthers = false
  }

  /// The row of each key that was kept last.
  private var last: [Kept?]
  private var others: [Place: Int64] = [:]
  private let within: Int64

  /// No times, of so many keys.
  ///
  /// - Parameter within: how far apart rows of one key are the same, in microseconds.
  init(keys: Int, within: Int64) {
    last = Array(repeating: nil, count: keys)
    self.within = within
  }

  /// Keeps a row's time unless it is near to a kept one of its key. Constant time.
  ///
  /// - Returns: whether it is kept.
  mutating func keep(_ time: Int64, key: Int32, pane: Int64) -> Bool {
    guard let before = last[Int(key)] else {
      last[Int(key)] = Kept(time: time, pane: pane)
      return true
    }
    if abs(time - before.time) <= within { return false }
    if before.hasOthers {
      let length = max(within, 1)
      for beside in [pane - length, pane, pane + length] {
        if let other = others[Place(key: key, pane: beside)], abs(time - other) <= within { return false }
      }
    }
    others[Place(key: key, pane: before.pane)] = before.time
    last[Int(key)] = Kept(time: time, pane: pane, hasOthers: true)
    return true
  }
}
