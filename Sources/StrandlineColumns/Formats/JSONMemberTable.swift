/// The texts that stood between the values of earlier lines, with a guess which one comes next.
///
/// # Overview
/// Lines written by one program mostly have the same members in the same order and the same spacing. So all that stands
/// between two values, such as `, "client": `, is remembered as one text together with the column that its key wants. In the
/// next line it is recognised by a few eight-byte comparisons, without being parsed; it was valid when it was remembered, so
/// it is valid now. Each entry names the entry that followed it last, so a member left out costs two wrong guesses and no more.
///
/// # Invariants
/// - An entry's text contains no line feed, so a comparison ends at the latest with the word that has the line's end in it.
/// - Entry `start` stands before the first member; entry `none` never matches.
struct JSONMemberTable {
  private struct Entry {
    /// The first word of the text in `words`; its length in words of eight bytes, the last one apart.
    var firstWord: Int32
    var fullWords: Int32
    /// The bytes of the last word that belong to the text.
    var lastMask: UInt64
    var length: Int32
    /// The wanted column, or -1.
    var column: Int32
    var successor: Int32
    /// Whether the text opens the object and doesn't go on in it.
    var isFirst: Bool
  }

  static let start = 0
  static let none = 1
  private static let maximumEntries = 64
  private static let maximumLength = 256

  private var entries: [Entry]
  private var words: [UInt64]

  init() {
    let never = Entry(
      firstWord: 0, fullWords: 0, lastMask: 0, length: 0, column: -1, successor: Int32(Self.none), isFirst: false)
    entries = [never, never]
    entries.reserveCapacity(Self.maximumEntries)
    // No byte of an input word is left under an empty mask, so this is equal to none.
    words = [1]
  }

  /// The entry that followed that one last.
  @inline(__always)
  func successor(of entry: Int) -> Int {
    Int(entries[entry].successor)
  }

  /// The wanted column of an entry, or -1.
  @inline(__always)
  func column(of entry: Int) -> Int {
    Int(entries[entry].column)
  }

  /// The position after the entry's text if it stands at that position, or -1.
  @inline(__always)
  func match(_ entry: Int, _ region: borrowing ScanRegion, at position: Int) -> Int {
    let entry = entries[entry]
    var word = Int(entry.firstWord)
    let lastWord = word + Int(entry.fullWords)
    var cursor = position
    while word < lastWord {
      if region.word(cursor) != words[word] { return -1 }
      cursor += 8
      word += 1
    }
    if region.word(cursor) & entry.lastMask != words[lastWord] { return -1 }
    return position + Int(entry.length)
  }

  /// The entry whose text stands at that position after `previous`, whichever it is, or `none`. Then the guess is that one.
  mutating func find(_ region: borrowing ScanRegion, at position: Int, after previous: Int) -> Int {
    let isFirst = previous == Self.start
    for candidate in 2..<max(2, entries.count) where entries[candidate].isFirst == isFirst {
      if match(candidate, region, at: position) >= 0 {
        link(previous, to: candidate)
        return candidate
      }
    }
    return Self.none
  }

  /// How long an entry's text is.
  func length(of entry: Int) -> Int {
    Int(entries[entry].length)
  }

  /// Remembers the text of a range, which is known to be a valid way to the value of `column`, as what follows `previous`;
  /// `find` didn't know it.
  ///
  /// Returns its entry, or `none` where a text is too long to be worth it. When the table is full it starts anew.
  mutating func remember(
    _ region: borrowing ScanRegion, from start: Int, to end: Int, column: Int, after previous: Int
  ) -> Int {
    var previous = previous
    guard end - start <= Self.maximumLength else { return forget(previous) }
    let isFirst = previous == Self.start
    if entries.count == Self.maximumEntries {
      entries.removeLast(entries.count - 2)
      words.removeLast(words.count - 1)
      entries[Self.start].successor = Int32(Self.none)
      previous = Self.none
    }
    let fullWords = (end - start) / 8
    let rest = (end - start) % 8
    let firstWord = words.count
    for index in 0..<fullWords { words.append(region.word(start + index * 8)) }
    let lastMask: UInt64 = rest == 0 ? 0 : ~0 >> UInt64(64 - rest * 8)
    words.append(region.word(start + fullWords * 8) & lastMask)
    entries.append(
      Entry(
        firstWord: Int32(firstWord), fullWords: Int32(fullWords), lastMask: lastMask, length: Int32(end - start),
        column: Int32(column), successor: Int32(Self.none), isFirst: isFirst))
    link(previous, to: entries.count - 1)
    return entries.count - 1
  }

  private mutating func link(_ previous: Int, to entry: Int) {
    if previous != Self.none { entries[previous].successor = Int32(entry) }
  }

  private mutating func forget(_ previous: Int) -> Int {
    link(previous, to: Self.none)
    return Self.none
  }
}
