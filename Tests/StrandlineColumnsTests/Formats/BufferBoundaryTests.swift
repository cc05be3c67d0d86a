import StrandlineColumns
import Testing

@Suite("Streams cut into buffers")
struct BufferBoundaryTests {
  static let json = Array(
    """
    \u{FEFF}{"a": 1, "s": "x"}
    {"a": 2, "s": "caf\u{E9} \u{1F600}", "more": [1, {"b": "]"}]}\r

    {"a": "no", "s": "y"}
      {"a":3,"s":"\\ud83d\\ude00\\n"}
    {"a": 4, "s": "unfinished
    {"s": "order", "a": 5e0}
    {"a": 6, "s": "a text that is longer than a few words, so that it is cut in many places"}
    {"a": 7, "s": ""}
    """.utf8)

  static let csv = Array(
    "\u{FEFF}a,\"s\"\r\n1,x\n2,\"caf\u{E9}, \u{1F600}\"\r\n\n3,\"two\nlines \"\"quoted\"\"\r\n\"\r\nno,y\n4,\"z\"w\n5,\n6,a\"b\n7,1,2\n8,\"\"\n9,\"open\n1,2\n"
      .utf8)

  static let schema = Schema([Field("a", .int64), Field("s", .string, nullable: true)])

  private func checkCuts(_ bytes: [UInt8], _ decoder: some LineDecoder) throws {
    let whole = try decode(bytes, by: decoder)
    #expect(whole.rows.count > 4 && whole.errors.count > 1)
    for cut in 1..<bytes.count {
      #expect(try decode(bytes, by: decoder, readSizes: [cut, bytes.count]) == whole, "cut at \(cut)")
      #expect(try decode(bytes, by: decoder, readSizes: [cut]) == whole, "\(cut) bytes at a time")
      #expect(try decode(bytes, by: decoder, readSizes: [cut], maximumRows: 1) == whole, "\(cut) bytes, row by row")
    }
    // What follows must not decide what is read: the same lines far from the buffer's end.
    let more = bytes + Array(repeating: UInt8(ascii: " "), count: 100)
    #expect(try decode(more, by: decoder).rows == whole.rows)
  }

  @Test("JSON lines come out the same wherever they are cut")
  func cutJSON() throws {
    try checkCuts(Self.json, JSONLinesDecoder(schema: Self.schema))
  }

  @Test("CSV comes out the same wherever it is cut")
  func cutCSV() throws {
    try checkCuts(Self.csv, CSVDecoder(schema: Self.schema))
  }

  @Test("also where lines are too long", arguments: [1, 5, 16, 17, 20, 24, 25, 33, 60])
  func cutLongLines(limit: Int) throws {
    let options = DecodingOptions(maximumLineLength: limit)
    for bytes in [Self.json, Self.csv] {
      let isJSON = bytes == Self.json
      for cut in 1..<bytes.count {
        if isJSON {
          let decoder = JSONLinesDecoder(schema: Self.schema, options: options)
          #expect(try decode(bytes, by: decoder, readSizes: [cut, 3]) == decode(bytes, by: decoder), "cut at \(cut)")
        } else {
          let decoder = CSVDecoder(schema: Self.schema, columns: ["a", "s"], options: options)
          #expect(try decode(bytes, by: decoder, readSizes: [cut, 3]) == decode(bytes, by: decoder), "cut at \(cut)")
        }
      }
    }
  }

  @Test("random streams come out the same in random pieces", arguments: 1...6 as ClosedRange<UInt64>)
  func random(seed: UInt64) throws {
    var random = JSONGenerator(generator: SeededGenerator(seed: seed))
    var bytes: [UInt8] = []
    for _ in 0..<120 {
      let document = random.object()
      bytes += random.chance(4) ? random.damaged(document) : Array(document.utf8)
      bytes += Array(random.pick(["\n", "\r\n", "\n\n"]).utf8)
    }
    let csv = bytes.map { random.chance(9) ? random.pick(Array("\",\n".utf8)) : $0 }
    for limit in [40, 1 << 20] {
      let options = DecodingOptions(maximumLineLength: limit)
      let schema = Schema([Field("a", .string, nullable: true), Field("b", .double, nullable: true)])
      let jsonDecoder = JSONLinesDecoder(schema: schema, options: options)
      let csvDecoder = CSVDecoder(schema: schema, columns: ["a", "b"], options: options)
      let wholeJSON = try decode(bytes, by: jsonDecoder)
      let wholeCSV = try decode(csv, by: csvDecoder)
      for _ in 0..<10 {
        let sizes = (0..<50).map { _ in Int.random(in: 1...200, using: &random.generator) }
        let rows = random.pick([1, 7, Int.max])
        #expect(try decode(bytes, by: jsonDecoder, readSizes: sizes, maximumRows: rows) == wholeJSON, "seed \(seed)")
        #expect(try decode(csv, by: csvDecoder, readSizes: sizes, maximumRows: rows) == wholeCSV, "seed \(seed)")
      }
    }
  }
}
