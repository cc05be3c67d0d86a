import StrandlineBytes
public import StrandlineColumns

/// Rows of a partition that are read and not decoded.
///
/// A morsel begins and ends between rows and brings its decoder with it, so it can be decoded on any thread, in any order
/// with others. The rows of a block's morsels, one after another, are those that `PartitionReader.read` gives, with the same
/// offsets and the same problems.
public struct RawMorsel: Sendable {
  /// The file, as problems name it.
  let partition: String
  /// The text that it is a part of; shared with other morsels.
  private let text: [UInt8]
  private let range: Range<Int>
  /// The offset of the first byte of `text`.
  private let base: Int
  private let decoder: any LineDecoder

  /// The rows of `range` in a text.
  ///
  /// - Parameter decoder: has read the header, and no row is pending in it.
  init(partition: String, text: [UInt8], range: Range<Int>, base: Int, decoder: any LineDecoder) {
    self.partition = partition
    self.text = text
    self.range = range
    self.base = base
    self.decoder = decoder
  }

  /// How many bytes there are to decode.
  public var byteCount: Int { range.count }

  /// Decodes the rows; depends on nothing but the morsel. Linear in its bytes.
  ///
  /// - Returns: the rows and, in their order, those that can't be decoded.
  public func decode() -> (rows: ColumnBatch, problems: [RowProblem]) {
    var batch = ColumnBatch(decoder.schema)
    var errors: [RowError] = []
    var own = decoder
    let lines = text.span.rawSpan.extracting(0..<range.upperBound)
    var position = range.lowerBound
    while position < range.upperBound {
      let next = own.decode(
        lines, from: position, baseOffset: base, atEnd: true, maximumRows: .max, into: &batch, errors: &errors)
      if next == position { break }
      position = next
    }
    return (batch, errors.map { RowProblem($0, partition: partition) })
  }

  /// The offsets at which rows of the morsel begin, and their lengths.
  ///
  /// - Parameter rows: positions among the decoded rows, ascending.
  public func locate(rows: [Int]) -> [(offset: Int, length: Int)] {
    RowPlaces.find(
      rows, text.span.rawSpan.extracting(0..<range.upperBound), from: range.lowerBound, base: base, decoder)
  }

  /// The bytes at an offset, for the file of rejected rows; nil where they are not in the morsel.
  public func bytes(at offset: Int, count: Int) -> [UInt8]? {
    let start = offset - base
    guard count >= 0, start >= range.lowerBound, start + count <= range.upperBound else { return nil }
    return Array(text[start..<start + count])
  }
}

/// What one reading of a partition gave, undecoded.
public struct MorselBlock: Sendable {
  /// The rows, in their order.
  public var morsels: [RawMorsel]
  /// The lines of the morsels: as many as rows and problems, or more where some are blank.
  public var lines: Int
  /// What reading came to.
  public var progress: PartitionProgress
  /// Where the partition stands behind the morsels, to be committed with their rows.
  public var offset: UInt64
  /// The partition's identity there.
  public var identity: [UInt8]
}

/// Where rows stand in a text: from their first byte up to the line feed, as `RowError` has it.
enum RowPlaces {
  /// The offsets and lengths of decoded rows; fewer where the text has not so many.
  ///
  /// Decodes again, a row at a time: this is the way of errors, and rare.
  static func find(
    _ rows: [Int], _ text: RawSpan, from start: Int, base: Int, _ decoder: any LineDecoder
  ) -> [(offset: Int, length: Int)] {
    var again = decoder
    var batch = ColumnBatch(decoder.schema)
    var errors: [RowError] = []
    var places: [(offset: Int, length: Int)] = []
    var position = start
    while places.count < rows.count {
      let before = batch.count
      // Blank lines are passed over together with the row behind them.
      position = afterBlanks(text, position, isBeginning: base + position == 0)
      let next = again.decode(
        text, from: position, baseOffset: base, atEnd: true, maximumRows: 1, into: &batch, errors: &errors)
      if next == position { break }
      if batch.count > before && rows[places.count] == before {
        places.append((base + position, withoutLineFeed(text, position..<next)))
      }
      position = next
    }
    return places
  }

  /// The position behind blank lines, and behind a byte order mark at the beginning of a file.
  private static func afterBlanks(_ text: RawSpan, _ start: Int, isBeginning: Bool) -> Int {
    let bytes = [UInt8](copying: text.extracting(start..<text.byteCount).extracting(first: 3))
    var lineStart = isBeginning && bytes == [0xEF, 0xBB, 0xBF] ? start + 3 : start
    var position = lineStart
    while position < text.byteCount {
      switch byte(text, position) {
      case UInt8(ascii: "\n"): lineStart = position + 1
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
      default: return lineStart
      }
      position += 1
    }
    return lineStart
  }

  private static func withoutLineFeed(_ text: RawSpan, _ row: Range<Int>) -> Int {
    byte(text, row.upperBound - 1) == UInt8(ascii: "\n") ? row.count - 1 : row.count
  }

  private static func byte(_ text: RawSpan, _ position: Int) -> UInt8 {
    // Every bit pattern is a UInt8, and the offset is checked.
    unsafe text.unsafeLoad(fromByteOffset: position, as: UInt8.self)
  }
}
