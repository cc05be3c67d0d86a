import StrandlineColumns
import Testing

@Suite("CSV, decoded")
struct CSVDecoderTests {
  private func rows(
    _ text: String, _ columns: [String] = ["a", "b"], names: [String]? = ["a", "b"],
    delimiter: UInt8 = UInt8(ascii: ",")
  ) throws -> Decoded {
    let schema = Schema(columns.map { Field($0, .string, nullable: true) })
    return try decode(text, by: CSVDecoder(schema: schema, columns: names, delimiter: delimiter))
  }

  @Test(
    "fields and rows are told apart",
    arguments: [
      ("x,y\n", [["x", "y"]]), ("x,y", [["x", "y"]]), ("x,y\r\n", [["x", "y"]]),
      ("x,y\r\nz,w", [["x", "y"], ["z", "w"]]),
      ("x,\n", [["x", nil]]), (",y\n", [[nil, "y"]]), (",\n", [[nil, nil]]), (",", [[nil, nil]]),
      (",\r\n", [[nil, nil]]),
      ("\"\",\"\"\n", [["", ""]]), ("\"x\",\"y\"\n", [["x", "y"]]), ("\"x\",\"y\"", [["x", "y"]]),
      ("\"x\",\"y\"\r\n", [["x", "y"]]), ("\"x,y\",z\n", [["x,y", "z"]]), ("\"x\"\"y\",z\n", [["x\"y", "z"]]),
      ("\"\"\"\",\"\"\"\"\"\"\n", [["\"", "\"\""]]), ("\"x\ny\",z\n", [["x\ny", "z"]]),
      ("\"x\r\ny\",z\r\n", [["x\r\ny", "z"]]),
      ("z,\"\n\"\n", [["z", "\n"]]), ("z,\"\n\n\n\"", [["z", "\n\n\n"]]), ("\n\nx,y\n\n", [["x", "y"]]),
      (" \t\r\nx,y\n  ", [["x", "y"]]), ("x y, z \n", [["x y", " z "]]), ("é,😀\n", [["é", "😀"]]),
      ("\"é\",\"😀\n\"\n", [["é", "😀\n"]]), ("x\ry,z\n", [["x\ry", "z"]]), ("x,y\r\r\n", [["x", "y\r"]]),
      ("x,'y'\n", [["x", "'y'"]]), ("12345678,1234567\n", [["12345678", "1234567"]]),
      (
        "a long field that takes several words,\"a long field that takes several words\"\n",
        [["a long field that takes several words", "a long field that takes several words"]]
      ),
      ("x,\\\n", [["x", "\\"]]), ("\u{0}\u{1},\u{7F}\n", [["\u{0}\u{1}", "\u{7F}"]]), ("", []),
      ("\u{FEFF}x,y\n", [["x", "y"]]),
      ("\u{FEFF}\"x\",y\n", [["x", "y"]]), ("x,\"1234567\"\"\"\n", [["x", "1234567\""]]), ("x,;\n", [["x", ";"]]),
    ] as [(String, [[String?]])])
  func torture(text: String, expected: [[String?]]) throws {
    #expect(try rows(text) == Decoded(rows: expected))
    // A field that nobody wants is passed over the same way.
    #expect(try rows(text, ["b"]) == Decoded(rows: expected.map { [$0[1]] }))
    #expect(try rows("1,2\n" + text.replacing("\u{FEFF}", with: "")) == Decoded(rows: [["1", "2"]] + expected))
    let tabs = text.replacing(",", with: "\u{1}")
    let ofTabs = try rows(tabs, delimiter: 1)
    if !text.contains("\u{1}") {
      #expect(ofTabs == Decoded(rows: expected.map { $0.map { $0?.replacing(",", with: "\u{1}") } }))
    }
  }

  @Test(
    "a row that isn't right is an error row, and the next line is a row again",
    arguments: [
      ("x\n", "not as many fields"), ("x,y,z\n", "not as many fields"), ("x,y,\n", "not as many fields"),
      ("x\"y,z\n", "a quote"), ("x,y\"\n", "a quote"), ("\"x\"y,z\n", "a quote"), ("\"x\" ,z\n", "a quote"),
      ("\"x\"\ry,z\n", "a quote"), ("x,\"y\"\"\"z\n", "a quote"),
    ])
  func malformed(text: String, reason: String) throws {
    for columns in [["a", "b"], ["a"], ["b"]] {
      let result = try rows("1,2\n" + text + "3,4\n", columns)
      #expect(result.rows.count == 2)
      #expect(result.errors.map(\.offset) == [4])
      #expect(result.errors.map(\.length) == [text.utf8.count - 1])
      let found = try #require(result.errors.first?.reason)
      #expect(found.contains(reason), "\(found)")
    }
  }

  @Test(
    "a quote that is never closed costs the rest of the stream",
    arguments: ["\"", "\"x,y\nz,w\n", "x,\"y\n", "\"x\"\""])
  func openQuote(text: String) throws {
    let result = try rows("1,2\n" + text)
    #expect(result.rows == [["1", "2"]])
    #expect(result.errors.map(\.offset) == [4])
    #expect(result.errors.map(\.length) == [text.utf8.count])
    #expect(result.errors.allSatisfy { $0.reason.contains("not closed") })
  }

  @Test(
    "bytes that are not UTF-8 make an error row",
    arguments: [[0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
  func invalidUTF8(bytes: [UInt8]) throws {
    for (before, after) in [("", ",y\n"), ("x,", "\n"), ("\"", "\",y\n"), ("x,\"1234567", "\"\n")] {
      let text = Array("1,2\n".utf8) + Array(before.utf8) + bytes + Array(after.utf8) + Array("3,4\n".utf8)
      let schema = Schema([Field("a", .string)])
      let result = try decode(text, by: CSVDecoder(schema: schema, columns: ["a", "b"]))
      #expect(result.rows == [["1"], ["3"]])
      #expect(result.errors.count == 1)
      #expect(result.errors.allSatisfy { $0.reason.contains("UTF-8") })
    }
  }

  @Test("fields come out by type")
  func types() throws {
    let text = """
      i,d,b,t,s
      1,2.5,true,2015-05-17T10:05:03Z,x
      1e3,-0,FALSE,"1970-01-01",""
      ,,,,
      """
    let schema = Schema([
      Field("i", .int64, nullable: true), Field("d", .double, nullable: true), Field("b", .bool, nullable: true),
      Field("t", .timestamp, nullable: true), Field("s", .string, nullable: true),
    ])
    let result = try decode(text, by: CSVDecoder(schema: schema))
    #expect(
      result
        == Decoded(rows: [
          ["1", "2.5", "true", "1431857103000000", "x"], ["1000", "-0.0", "false", "0", ""], [nil, nil, nil, nil, nil],
        ]))
  }

  @Test(
    "a field that doesn't fit its column is an error row",
    arguments: [
      (ColumnType.int64, "x"), (.int64, "1.5"), (.int64, "\"1\""), (.double, "x"), (.double, "1e309"),
      (.double, "\"1\""),
      (.bool, "1"), (.bool, "yes"), (.bool, "\"true\""), (.bool, "truE "), (.timestamp, "x"), (.timestamp, "12"),
      (.timestamp, "\"\""), (.int64, ""), (.string, ""),
    ])
  func misfits(type: ColumnType, text: String) throws {
    let schema = Schema([Field("v", type)])
    let result = try decode("0,\(text)\n", by: CSVDecoder(schema: schema, columns: ["n", "v"]))
    #expect(result.rows == [])
    #expect(result.errors.map(\.column) == ["v"])
  }

  @Test("the header names the fields, whatever their order, their quotes and their line end")
  func header() throws {
    let wanted = ["b", "a"]
    let cases = [
      "a,x,b\n1,2,3\n", "a,x,b\r\n1,2,3", "\u{FEFF}a,x,b\n1,2,3\n", "\"a\",\"x,\n\"\"\",\"b\"\r\n1,2,3\n",
      "a,,b\n1,2,3\n",
      "a,x,x,b\n1,2,2,3\n",
    ]
    for text in cases {
      #expect(try rows(text, wanted, names: nil) == Decoded(rows: [["3", "1"]]), "\(text)")
    }
    #expect(
      try rows("a;b\n1;2,5\n", wanted, names: nil, delimiter: UInt8(ascii: ";")) == Decoded(rows: [["2,5", "1"]]))
    #expect(try rows("", wanted, names: nil) == Decoded())
    #expect(try rows("b,a", wanted, names: nil) == Decoded())
  }

  @Test(
    "a header that doesn't serve the schema is refused",
    arguments: [
      ("a,x\n", ColumnsError.Code.unknownColumn), ("A,b\n", .unknownColumn), (" a,b\n", .unknownColumn),
      ("\n", .unknownColumn),
      ("a,b,a\n", .malformed), ("a\"x,b\n", .malformed), ("\"a\"x,b\n", .malformed), ("\"a,b\n", .malformed),
    ])
  func headerErrors(text: String, code: ColumnsError.Code) throws {
    let error = #expect(throws: ColumnsError.self) { try rows(text, names: nil) }
    #expect(error?.code == code)
  }

  @Test("a header that isn't whole yet asks for more, and can be read again")
  func partialHeader() throws {
    let text = Array("a,\"b\n\"\"c\",d\r\n1,2,3\n".utf8)
    var decoder = CSVDecoder(schema: Schema([Field("b\n\"c", .string)]))
    for count in 0..<13 {
      #expect(
        try unsafe decoder.readHeader(text.span.bytes.extracting(0..<count), atEnd: false) == nil, "\(count) bytes")
    }
    #expect(try unsafe decoder.readHeader(text.span.bytes, atEnd: false) == 13)
    #expect(try unsafe decoder.readHeader(text.span.bytes, atEnd: true) == 13)
    let invalid: [UInt8] = [0x61, 0x2C, 0xFF, 0x0A]
    #expect(throws: ColumnsError.self) { try unsafe decoder.readHeader(invalid.span.bytes, atEnd: true) }
  }

  @Test("names that are given take the place of a header", arguments: [nil, ["a", "b"]] as [[String]?])
  func givenNames(names: [String]?) throws {
    let result = try rows("a,b\n1,2\n", ["b"], names: names)
    #expect(result.rows == (names == nil ? [["2"]] : [["b"], ["2"]]))
    #expect(throws: ColumnsError.self) { try rows("", ["c"], names: ["a", "b"]) }
    #expect(throws: ColumnsError.self) { try rows("", ["a"], names: ["a", "a"]) }
  }

  @Test(
    "a delimiter that CSV can't have is refused",
    arguments: [
      UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "1"), UInt8(ascii: "-"),
      UInt8(ascii: "x"), 0x80, 0xFF,
    ])
  func delimiters(delimiter: UInt8) throws {
    let error = #expect(throws: ColumnsError.self) { try rows("", delimiter: delimiter) }
    #expect(error?.code == .unsupported)
  }

  @Test("a tab as delimiter makes no line of tabs blank")
  func tabs() throws {
    #expect(try rows("\t\n \nx\ty\n", delimiter: UInt8(ascii: "\t")) == Decoded(rows: [[nil, nil], ["x", "y"]]))
  }
}
