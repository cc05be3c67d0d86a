import StrandlineColumns
import Testing

@Suite("JSON lines, decoded")
struct JSONLinesDecoderTests {
  @Test("wanted members come out by type, in any order, between others")
  func types() throws {
    let text = """
      {"i": 1, "d": 2.5, "b": true, "t": "2015-05-17T10:05:03Z", "s": "a\\nb"}
      {"s": 12, "t": "1970-01-01", "b": false, "d": 1e3, "i": 1e3, "x": [{"y": [1, "]"]}, null]}
      """
    let schema = Schema([
      Field("i", .int64), Field("d", .double), Field("b", .bool), Field("t", .timestamp), Field("s", .string),
    ])
    let result = try decode(text, by: JSONLinesDecoder(schema: schema))
    #expect(
      result
        == Decoded(rows: [
          ["1", "2.5", "true", "1431857103000000", "a\nb"], ["1000", "1000.0", "false", "0", "12"],
        ]))
  }

  @Test("a text column takes texts, numbers and truth values as they are written")
  func texts() throws {
    let cases: [(String, String?)] = [
      (#""""#, ""), (#""a b""#, "a b"), ("200", "200"), ("-1.50e+3", "-1.50e+3"), ("true", "true"), ("false", "false"),
      ("null", nil), (#""\u00e9\ud83d\ude00\"\\\/""#, "é😀\"\\/"), (#""é😀""#, "é😀"), (#""1234567\n""#, "1234567\n"),
      (#""\u0000\b\f\r\t\u007f\u0800\uffff""#, "\u{0}\u{8}\u{C}\r\t\u{7F}\u{800}\u{FFFF}"),
      ("123456789012345678901234567890", "123456789012345678901234567890"),
    ]
    let lines = cases.map { "{\"v\": \($0.0)}" }.joined(separator: "\n")
    let schema = Schema([Field("v", .string, nullable: true)])
    let result = try decode(lines, by: JSONLinesDecoder(schema: schema))
    #expect(result == Decoded(rows: cases.map { [$0.1] }))
  }

  @Test(
    "a value that doesn't fit its column is an error row that names the column",
    arguments: [
      (ColumnType.int64, "1.5", "not an integer in 64 bits"), (.int64, "\"1\"", "not an integer in 64 bits"),
      (.int64, "true", "not an integer in 64 bits"), (.int64, "[1]", "an array or an object"),
      (.double, "\"1\"", "not a number"), (.double, "false", "not a number"), (.double, "{}", "an array or an object"),
      (.double, "1e309", "outside the range of a double"), (.bool, "1", "neither true nor false"),
      (.bool, "\"true\"", "neither true nor false"), (.bool, "[]", "an array or an object"),
      (.timestamp, "true", "not an ISO 8601 time"), (.timestamp, "\"yesterday\"", "not an ISO 8601 time"),
      (.timestamp, "\"\"", "not an ISO 8601 time"), (.timestamp, "1500000000", "--time-unit"),
      (.timestamp, "\"1500000000\"", "--time-unit"), (.timestamp, "{}", "an array or an object"),
      (.string, "[]", "an array or an object"), (.string, "{\"a\":1}", "an array or an object"),
      (.string, "null", "null or missing"), (.int64, "null", "null or missing"),
    ])
  func misfits(type: ColumnType, value: String, reason: String) throws {
    let schema = Schema([Field("v", type)])
    let result = try decode("{\"v\": \(value)}\n", by: JSONLinesDecoder(schema: schema))
    #expect(result.rows == [])
    #expect(result.errors.map(\.column) == ["v"])
    let found = try #require(result.errors.first?.reason)
    #expect(found.contains(reason), "\(found)")
  }

  @Test("a missing member is null where that is allowed, else an error row")
  func missing() throws {
    let text = "{\"a\": 1, \"b\": 2}\n{\"b\": 3}\n{\"a\": 4}\n{}\n{\"a\": 5, \"b\": null}\n"
    let schema = Schema([Field("a", .int64), Field("b", .int64, nullable: true)])
    let result = try decode(text, by: JSONLinesDecoder(schema: schema))
    #expect(result.rows == [["1", "2"], ["4", nil], ["5", nil]])
    #expect(result.errors.map(\.offset) == [17, 35])
    #expect(result.errors.map(\.column) == ["a", "a"])
    #expect(result.errors.allSatisfy { $0.reason.contains("null or missing") })
  }

  @Test("of a key that occurs twice the last value counts")
  func duplicates() throws {
    let text =
      "{\"a\":1,\"a\":2}\n{\"a\":[],\"a\":3}\n{\"a\":4,\"\\u0061\":5}\n{\"a\":6,\"a\":null}\n{\"a\":7,\"a\":\"x\"}\n"
    let schema = Schema([Field("a", .int64, nullable: true)])
    let result = try decode(text, by: JSONLinesDecoder(schema: schema))
    #expect(result.rows == [["2"], ["3"], ["5"], [nil]])
    #expect(result.errors.map(\.column) == ["a"])
  }

  @Test("blank lines, CRLF and a byte order mark at the beginning are passed over")
  func spaces() throws {
    let text = "\u{FEFF}{\"a\":1}\r\n\n  \t \n\r\n{\"a\":2}\r\n \u{20}{ \"a\" : 3 } \r\n\n"
    let result = try decode(text, by: JSONLinesDecoder(schema: Schema([Field("a", .int64)])))
    #expect(result == Decoded(rows: [["1"], ["2"], ["3"]]))
    #expect(try decode("", by: JSONLinesDecoder(schema: Schema([Field("a", .int64)]))) == Decoded())
    #expect(try decode("\u{FEFF}", by: JSONLinesDecoder(schema: Schema([Field("a", .int64)]))) == Decoded())
    let late = try decode("{\"a\":1}\n\u{FEFF}{\"a\":2}\n", by: JSONLinesDecoder(schema: Schema([Field("a", .int64)])))
    #expect(late.rows == [["1"]])
    #expect(late.errors.map(\.offset) == [8])
  }

  @Test("members left out, added and reordered don't confuse what is remembered of earlier lines")
  func shapes() throws {
    var generator = SeededGenerator(seed: 11)
    let names = ["a", "b", "c", "long name of a member", "é", "a\"b"]
    let spellings = ["\"a\"", "\"b\"", "\"c\"", "\"long name of a member\"", "\"\\u00e9\"", "\"a\\\"b\""]
    var text = ""
    var expected: [[String?]] = []
    for _ in 0..<2000 {
      var row: [String?] = Array(repeating: nil, count: names.count)
      var members: [String] = []
      for index in names.indices.shuffled(using: &generator) where Bool.random(using: &generator) {
        let value = String(Int.random(in: 0...99, using: &generator))
        row[index] = value
        let space = Bool.random(using: &generator) ? " " : ""
        members.append("\(space)\(spellings[index]):\(space)\(value)")
        if Int.random(in: 0..<4, using: &generator) == 0 {
          members.append("\"x\(Int.random(in: 0..<100, using: &generator))\": [\(value)]")
        }
      }
      text += "{" + members.joined(separator: ",") + "}\n"
      expected.append(row)
    }
    let schema = Schema(names.map { Field($0, .int64, nullable: true) })
    #expect(try decode(text, by: JSONLinesDecoder(schema: schema)) == Decoded(rows: expected))
  }

  @Test("what is remembered of one place in a line is not taken for sound in another")
  func misplacedMembers() throws {
    let known = "{\"a\":1,\"b\":2}\n{\"b\":2,\"a\":1}\n{ \"a\":1 , \"b\":2 }\n"
    let schema = Schema([Field("a", .int64, nullable: true), Field("b", .int64, nullable: true)])
    for line in [
      "{\"a\":1{\"b\":2}", ",\"a\":1}", "{,\"b\":2}", "{\"a\":1,{\"b\":2}", "{\"a\":1,\"b\":}",
      "{\"a\":1,\"b\":,\"a\":1}",
      "{\"a\":{\"b\":2}", " {\"a\":1 { \"b\":2}",
    ] {
      let result = try decode(known + line + "\n" + known, by: JSONLinesDecoder(schema: schema))
      #expect(result.rows == Array(repeating: ["1", "2"], count: 6), "\(line)")
      #expect(result.errors.map(\.offset) == [known.utf8.count], "\(line)")
    }
    let long = String(repeating: "k", count: 300)
    let lines = (0..<3).map { _ in "{\"\(long)\":0,\"a\":1,\"\(long)\":[],\"b\":2}\n" }.joined()
    #expect(
      try decode(lines + known, by: JSONLinesDecoder(schema: schema))
        == Decoded(rows: Array(repeating: ["1", "2"], count: 6)))
  }

  @Test("an error row leaves the batch as it was, and says where it stands")
  func errorRows() throws {
    let schema = Schema([Field("s", .string), Field("i", .int64), Field("t", .string, nullable: true)])
    var decoder = JSONLinesDecoder(schema: schema)
    var batch = ColumnBatch(schema)
    var errors: [RowError] = []
    let good = Array("{\"s\":\"x\",\"i\":1}\n".utf8)
    let bad = Array("{\"s\":\"y\",\"t\":\"z\",\"i\":1.5}\n{\"s\":\"y\",\"i\":1\n{\"i\":1,\"t\":\"z\",\"s\":[]}\n".utf8)
    _ = unsafe decoder.decode(
      good.span.bytes, from: 0, baseOffset: 0, atEnd: false, maximumRows: 9, into: &batch, errors: &errors)
    let before = batch
    let used = unsafe decoder.decode(
      bad.span.bytes, from: 0, baseOffset: 1000, atEnd: true, maximumRows: 9, into: &batch, errors: &errors)
    #expect(used == bad.count)
    #expect(batch.columns.map(\.words) == before.columns.map(\.words))
    #expect(batch.columns.map(\.bytes) == before.columns.map(\.bytes))
    #expect(batch.columns.map(\.offsets) == before.columns.map(\.offsets))
    #expect(batch.columns.map(\.validity) == before.columns.map(\.validity))
    #expect(errors.map(\.offset) == [1000, 1026, 1041])
    #expect(errors.map(\.column) == ["i", nil, "s"])
  }

  @Test("no more than the given number of rows is decoded, error rows included", arguments: [1, 2, 3, 299, 1000])
  func maximumRows(limit: Int) throws {
    let schema = Schema([Field("a", .int64)])
    let lines = (0..<1000).map { $0 % 3 == 1 ? "\n{\"a\":\"\"}\n" : "{\"a\":\($0)}\n" }
    let bytes = Array(lines.joined().utf8)
    var decoder = JSONLinesDecoder(schema: schema)
    var batch = ColumnBatch(schema)
    var errors: [RowError] = []
    let used = unsafe decoder.decode(
      bytes.span.bytes, from: 0, baseOffset: 0, atEnd: true, maximumRows: limit, into: &batch, errors: &errors)
    #expect(batch.count + errors.count == limit)
    #expect(used == lines.prefix(limit).joined().utf8.count)
    let all = try decode(bytes, by: decoder)
    #expect(try decode(bytes, by: decoder, readSizes: [bytes.count], maximumRows: limit) == all)
  }

  @Test("a reason never contains a payload or a key")
  func discretion() throws {
    let lines = [
      "{\"secret\":\"hush\",\"v\":\"hush\"}", "{\"secret\":hush}", "{\"secret\":\"hush", "hush", "{\"v\":[\"hush\"]}",
    ]
    let result = try decode(lines.joined(separator: "\n"), by: JSONLinesDecoder(schema: Schema([Field("v", .int64)])))
    #expect(result.errors.count == lines.count)
    for error in result.errors {
      #expect(!error.description.contains("hush") && !error.description.contains("secret"))
    }
  }
}
