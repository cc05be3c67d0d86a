/// Cuts of a text at line ends, into pieces that can be decoded independently of one another.
///
/// # Overview
/// Where a row is a line, which rows there are does not depend on where between lines a text is cut, so a piece needs nothing
/// of those before it. Every row of JSON lines is a line, and every row of CSV without quotes. A quote may open a field
/// that goes on behind a line end, and whether it does, only decoding all rows before it can tell: cutting CSV ends before
/// the line with the first quote.
///
/// A text may come bit by bit: `extend` goes on where it stopped. How it is fed does not change how many lines are taken,
/// only which of the cuts are made.
///
/// # Invariants
/// `starts` ascends; every start but the first, and `end`, stand right behind a line feed.
public struct LineCuts: Sendable {
  /// Where the pieces begin; each goes up to the next one's beginning, the last one to `end`.
  public private(set) var starts: [Int]
  /// The position behind the last whole line that is taken.
  public private(set) var end: Int
  /// The lines that are taken; empty ones count.
  public private(set) var lines = 0
  /// The position from which on nothing has been looked at.
  public private(set) var position: Int
  /// Whether a quote stands in the way of going on.
  public private(set) var isBlocked = false

  private let pieceLength: Int
  private let stopsAtQuotes: Bool

  /// How many bytes are looked at in one go.
  private static let stride = 2048

  /// No lines yet, of a text that begins at `start`, between rows.
  ///
  /// - Parameters:
  ///   - pieceLength: the bytes from which on a piece ends with the line; at least 1.
  ///   - stopsAtQuotes: whether a quote may open a field with line ends in it.
  public init(from start: Int, pieceLength: Int, stopsAtQuotes: Bool) {
    starts = [start]
    end = start
    position = start
    self.pieceLength = max(1, pieceLength)
    self.stopsAtQuotes = stopsAtQuotes
  }

  /// The pieces, none of them empty.
  public var pieces: [Range<Int>] {
    starts.indices.compactMap { index in
      let next = index + 1 < starts.count ? starts[index + 1] : end
      return starts[index] < next ? starts[index]..<next : nil
    }
  }

  /// Takes whole lines of `text` up to the position `limit`, until `maximumLines` are taken in all. Linear in what is looked at.
  ///
  /// - Parameter text: the same bytes as before, and perhaps more behind them.
  public mutating func extend(_ text: RawSpan, upTo limit: Int, maximumLines: Int) {
    let limit = min(limit, text.byteCount)
    while position < limit && lines < maximumLines && !isBlocked {
      var stop = min(position + Self.stride, limit)
      if stopsAtQuotes, let quote = text.first(UInt8(ascii: "\""), in: position..<stop) {
        stop = quote
        isBlocked = true
      }
      let count = text.lineFeedCount(in: position..<stop)
      if count > maximumLines - lines {
        // The limit is inside; it is no quote that stops.
        isBlocked = false
        stop = text.afterLineFeed(maximumLines - lines, from: position)
        lines = maximumLines
        end = stop
      } else if count > 0 {
        lines += count
        end = text.endOfLines(from: position, below: stop)
      }
      position = stop
      if end - (starts.last ?? end) >= pieceLength { starts.append(end) }
    }
  }

  /// Takes the rest of a text that ends without a line feed as its last line; nothing when a quote stands in the way.
  public mutating func takeUnfinishedLine(_ text: RawSpan) {
    guard position == text.byteCount, end < position, !isBlocked else { return }
    end = position
    lines += 1
  }
}

extension RawSpan {
  /// How many line feeds stand in a range.
  ///
  /// Sixteen bytes at a time: a hit makes -1 in its lane, and a lane is added up before it can overflow.
  func lineFeedCount(in range: Range<Int>) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "inside the span")
    let lineFeeds = SIMD16<UInt8>(repeating: UInt8(ascii: "\n"))
    var cursor = range.lowerBound
    var total = 0
    while cursor + 16 <= range.upperBound {
      let stop = min(range.upperBound, cursor + 16 * 255)
      var lanes = SIMD16<UInt8>()
      while cursor + 16 <= stop {
        // The precondition and the loops' conditions are the bounds check.
        let block = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: cursor, as: SIMD16<UInt8>.self)
        // A mask is one byte per lane, 0 or -1.
        lanes &-= unsafe unsafeBitCast(block .== lineFeeds, to: SIMD16<UInt8>.self)
        cursor += 16
      }
      for lane in lanes.indices { total += Int(lanes[lane]) }
    }
    while cursor < range.upperBound {
      if byte(cursor) == UInt8(ascii: "\n") { total += 1 }
      cursor += 1
    }
    return total
  }

  /// The position of the first byte of that value in a range, or nil.
  func first(_ value: UInt8, in range: Range<Int>) -> Int? {
    let values = ByteMask.ones &* UInt64(value)
    var cursor = range.lowerBound
    while cursor + 8 <= range.upperBound {
      // Every bit pattern is a word, and the offset is checked.
      let word = unsafe UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: cursor, as: UInt64.self))
      let hits = ByteMask.zeros(word ^ values)
      if hits != 0 { return cursor + hits.trailingZeroBitCount >> 3 }
      cursor += 8
    }
    while cursor < range.upperBound {
      if byte(cursor) == value { return cursor }
      cursor += 1
    }
    return nil
  }

  /// The position behind the `count`-th line feed from `start` on, which is there.
  fileprivate func afterLineFeed(_ count: Int, from start: Int) -> Int {
    var position = start
    for _ in 0..<count { position = (firstLineFeed(from: position) ?? byteCount - 1) + 1 }
    return position
  }
}
