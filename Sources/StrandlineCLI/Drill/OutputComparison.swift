/// How the output of a run differs from that of an undisturbed one.
///
/// Rows are told apart by their text: a group of a window is one row, so no two rows of a right output are equal.
struct OutputComparison {
  /// Rows of the undisturbed run that are missing.
  var lost = 0
  /// Rows that come more than once.
  var duplicated = 0
  /// Rows that stand behind a row which they belong in front of.
  var outOfOrder = 0
  /// Rows that the undisturbed run doesn't have.
  var wrong = 0
  /// Whether the bytes are the same.
  var isEqual = true

  /// Compares two outputs. Linear in their rows where they differ.
  init(_ bytes: [UInt8], with undisturbed: [UInt8]) {
    if bytes == undisturbed { return }
    isEqual = false
    var places: [ArraySlice<UInt8>: Int] = [:]
    for (place, row) in undisturbed.split(separator: UInt8(ascii: "\n")).enumerated() { places[row] = place }
    var seen = [Bool](repeating: false, count: places.count)
    var highest = -1
    for row in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let place = places[row] else {
        wrong += 1
        continue
      }
      if seen[place] { duplicated += 1 }
      if place < highest { outOfOrder += 1 }
      seen[place] = true
      highest = max(highest, place)
    }
    lost = seen.count { !$0 }
  }

  /// The difference in words.
  var description: String {
    "the output differs from the undisturbed run's: \(lost) rows lost, \(duplicated) duplicated, "
      + "\(outOfOrder) out of order, \(wrong) wrong"
  }
}
