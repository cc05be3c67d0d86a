import StrandlineColumns
import Testing

@Suite("Texts cut into pieces at line ends")
struct LineCutsTests {
  private static let schema = Schema([Field("a", .int64), Field("s", .string, nullable: true)])

  /// The cuts of a text that comes bit by bit.
  private func cuts(
    _ text: [UInt8], from start: Int = 0, pieceLength: Int, quotes: Bool, feed: Int = .max, lines: Int = .max
  ) -> LineCuts {
    var cuts = LineCuts(from: start, pieceLength: pieceLength, stopsAtQuotes: quotes)
    var end = start
    while end < text.count && cuts.lines < lines && !cuts.isBlocked {
      end = feed < text.count - end ? end + feed : text.count
      // The array outlives the span.
      unsafe cuts.extend(text.span.bytes, upTo: end, maximumLines: lines)
    }
    if cuts.lines < lines { unsafe cuts.takeUnfinishedLine(text.span.bytes) }
    return cuts
  }

  /// Decodes each piece by a decoder of its own.
  private func decodePieces(_ text: [UInt8], _ decoder: some LineDecoder, _ pieces: [Range<Int>]) throws -> Decoded {
    var result = Decoded()
    for piece in pieces {
      var batch = ColumnBatch(decoder.schema)
      var own = decoder
      let end = unsafe own.decode(
        text.span.bytes.extracting(0..<piece.upperBound), from: piece.lowerBound, baseOffset: 0, atEnd: true,
        maximumRows: .max, into: &batch, errors: &result.errors)
      #expect(end == piece.upperBound)
      result.rows += values(batch)
    }
    return result
  }

  @Test(
    "JSON lines decode piece by piece as they do whole, whatever the pieces", arguments: [1, 2, 7, 40, 200, 100_000])
  func jsonPieces(pieceLength: Int) throws {
    let decoder = JSONLinesDecoder(schema: Self.schema)
    var text = BufferBoundaryTests.json
    for _ in 0..<6 { text += [10] + text.dropFirst(3) }
    let whole = try decode(text, by: decoder)
    for feed in [1, 3, 64, 5000, .max] {
      let cuts = cuts(text, pieceLength: pieceLength, quotes: false, feed: feed)
      #expect(cuts.end == text.count)
      #expect(try decodePieces(text, decoder, cuts.pieces) == whole, "fed \(feed) at a time")
      #expect(pieceLength > 1000 || feed > 64 || cuts.pieces.count > 10)
    }
  }

  @Test("also where lines are too long", arguments: [1, 5, 16, 24, 33])
  func longLines(limit: Int) throws {
    let decoder = JSONLinesDecoder(schema: Self.schema, options: DecodingOptions(maximumLineLength: limit))
    let text = BufferBoundaryTests.json
    let whole = try decode(text, by: decoder)
    let cuts = cuts(text, pieceLength: 1, quotes: false, feed: 1)
    #expect(try decodePieces(text, decoder, cuts.pieces) == whole)
  }

  @Test(
    "CSV is cut up to the line with the first quote, at the same place however it is fed",
    arguments: 1...20 as ClosedRange<UInt64>)
  func quotes(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var text: [UInt8] = []
    var expectedEnd = 0
    let quoted = Int.random(in: 0..<400, using: &random)
    for line in 0..<400 {
      if line == quoted {
        expectedEnd = text.count
        text += Array("\(line),\"two\nlines\"\n".utf8)
      } else {
        let length = Int.random(in: 0..<60, using: &random)
        text += Array("\(line),\(String(repeating: "x", count: length))\n".utf8)
      }
    }
    var decoder = CSVDecoder(schema: Self.schema, columns: ["a", "s"])
    _ = try unsafe decoder.readHeader(text.span.bytes, atEnd: true)
    for feed in [1, 17, 2048, 3000, .max] {
      let cuts = cuts(text, pieceLength: 100, quotes: true, feed: feed)
      #expect(cuts.isBlocked && cuts.end == expectedEnd && cuts.lines == quoted, "seed \(seed), fed \(feed) at a time")
      let rows = try decodePieces(text, decoder, cuts.pieces)
      #expect(rows.rows.map { $0[0] } == (0..<quoted).map { String($0) } && rows.errors.isEmpty, "seed \(seed)")
    }
    // Without that care rows would be torn: what is checked is able to fail.
    let careless = cuts(text, pieceLength: 1, quotes: false, feed: 1)
    #expect(try decodePieces(text, decoder, careless.pieces) != decode(text, by: decoder))
  }

  @Test("so many lines are taken and no more", arguments: 1...20 as ClosedRange<UInt64>)
  func lineLimit(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var text: [UInt8] = []
    var ends: [Int] = []
    for _ in 0..<2000 {
      text += Array(repeating: UInt8(ascii: "y"), count: Int.random(in: 0..<9, using: &random)) + [10]
      ends.append(text.count)
    }
    for _ in 0..<20 {
      let limit = Int.random(in: 1...2000, using: &random)
      let feed = Int.random(in: 1...5000, using: &random)
      let cuts = cuts(text, pieceLength: 300, quotes: Bool.random(using: &random), feed: feed, lines: limit)
      #expect(cuts.lines == limit && cuts.end == ends[limit - 1], "seed \(seed), \(limit) lines, fed \(feed) at a time")
      #expect(cuts.pieces.first?.lowerBound == 0 && cuts.pieces.last?.upperBound == cuts.end)
      #expect(zip(cuts.pieces, cuts.pieces.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    }
  }

  @Test("a line without an end is taken only when it is said that nothing follows")
  func unfinished() {
    let text = Array("1\n22".utf8)
    var cuts = LineCuts(from: 0, pieceLength: 1, stopsAtQuotes: false)
    unsafe cuts.extend(text.span.bytes, upTo: 4, maximumLines: 9)
    #expect(cuts.end == 2 && cuts.lines == 1)
    unsafe cuts.takeUnfinishedLine(text.span.bytes)
    #expect(cuts.end == 4 && cuts.lines == 2)
    #expect(cuts.pieces == [0..<2, 2..<4])
  }
}
