import StrandlineColumns
import Testing

/// What RFC 8259 accepts and rejects, as the value of a member that nobody wants: it is validated all the same.
@Suite("The grammar of JSON lines")
struct JSONGrammarTests {
  static let valid: [String] = [
    // Numbers.
    "0", "-0", "1", "-1", "10", "1234567890123456789012345678901234567890", "0.0", "0.5", "-0.5", "1.25", "0e0", "0E+0",
    "1e1", "1E1", "1e+1", "1e-1", "1.5e10", "-1.5E-10", "123.456e78", "1e400", "0.00000000000000000000000001", "20e1",
    "-9223372036854775808", "18446744073709551616", "0e+1", "1.0e00",
    // Literals.
    "true", "false", "null",
    // Texts.
    #""""#, #"" ""#, #""a""#, #""12345678""#, #""1234567\"""#, #""\"\\\/\b\f\n\r\t""#, #""\u0000""#, #""\u0041""#,
    #""\uABCD\uabcd""#, #""\uD834\uDD1E""#, #""\ud834\udd1e\u0041""#, #""\uDBFF\uDFFF""#, #""\uFFFF\uFFFE""#,
    #""\\u0041""#, #""\\\"""#, #""é""#, #""€""#, #""𝄞""#, "\"\u{7F}\"", "\"\u{80}\"", "\"\u{7FF}\u{800}\"",
    "\"\u{FFFF}\"", "\"\u{10000}\u{10FFFF}\"", "\"\u{2028}\u{2029}\u{FEFF}\"", "\"\u{D7FF}\u{E000}\"", "\"a'b\"",
    "\"// no comment\"", "\"[{,:}]\"", #""asd\u0020\u00e9""#, #""\u002c\u0022""#,
    // Arrays.
    "[]", "[ ]", "[[]]", "[1]", "[1,2]", "[ 1 , 2 ]", "[null,1,\"2\",{}]", "[[],[[]]]", "[\"\"]", "[-0,0.5e1]",
    "[\t1\r]", "[[[[[[[[[[1]]]]]]]]]]", "[{}]", "[{\"a\":[]}]", "[true , false]", "[1,[2,[3,[4]]],5]",
    // Objects.
    "{}", "{ }", #"{"":0}"#, #"{"a":1}"#, #"{ "a" : 1 , "b" : 2 }"#, #"{"a":{"b":{"c":[]}}}"#, #"{"a":1,"a":2}"#,
    #"{"\u0061":1}"#, #"{"é":1}"#, #"{"a":[1,{"b":2}],"c":null}"#, #"{"a":"}"}"#, "{\"a\"\t:\r1}", #"{"x":[{}]}"#,
  ]

  static let invalid: [String] = [
    // Numbers.
    "00", "01", "-", "-01", "+1", ".5", "5.", "-.5", "1.e1", "1e", "1e+", "1e-", "1E", "1eE2", "1e1.5", "1.2.3", "0x10",
    "1_000", "1a", "NaN", "-NaN", "Infinity", "-Infinity", "inf", "--1", "-a", "1 000", "2.e3", "0.3e", "0.3e+", "9.e+",
    "1e1e1", "-1x", "0.1.2", "0e", "0e+", "++1", "1+2", "１", "-foo", "1,", "0..1",
    // Literals.
    "tru", "truee", "True", "TRUE", "fals", "falsee", "nul", "nulll", "Null", "nil", "undefined", "t", "f", "n", "*",
    "truth", "a", "'a'",
    // Texts.
    "\"", "\"a", #""a\"#, #""\""#, #""\x41""#, #""\a""#, #""\'""#, #""\ ""#, #""\0""#, #""\u""#, #""\u1""#, #""\u12""#,
    #""\u123""#, #""\u123g""#, #""\U0041""#, #""\uD834""#, #""\uDD1E""#, #""\uDD1E\uD834""#, #""\uD834\u0041""#,
    #""\uD834\""#, #""\uD834\n""#, #""\uD834x""#, #""\uD834\uD834""#, #""\u00A""#, #""\u 041""#, #""\u+041""#,
    "\"\u{0}\"", "\"\u{1}\"", "\"\t\"", "\"a\rb\"", "\"\u{1F}\"", "\"12345678\u{8}\"", "\"\u{B}\"", "\"a\"b",
    "\"a\"\"b\"",
    #"\u0022a\u0022"#,
    // Arrays.
    "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1}", "[\"a\"", "[\"a\",", "[1]]", "[[1]", "[a]",
    "[1:2]", "[1;2]", "[\"a\":1]", "[1,\u{C}2]", "[\u{A0}1]", "[1]x", "[/**/1]", "[1]//", "[#1]", "[true false]",
    "[\"a\" \"b\"]", "[-]", "[1,2", "[*]", "[}",
    // Objects.
    "{", "}", "{]", "{1:2}", "{a:1}", "{'a':1}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":1,,"b":2}"#, #"{,"a":1}"#,
    #"{"a" 1}"#, #"{"a"::1}"#, #"{"a":1 "b":2}"#, #"{"a":1;"b":2}"#, #"{"a":1"#, #"{"a":"#, #"{"a""#, #"{"a"#, #"{""#,
    #"{"a":1]"#, #"{"a":1}}"#, #"{"a",1}"#, #"{null:1}"#, #"{"a":1,"b"}"#, #"{"a":1,1}"#, #"{"a":tru}"#, #"{["a"]:1}"#,
    #"{"\uD800":1}"#, "{\"\t\":1}", #"{"a":1}#"#, #"{"a":[}]"#, "", " ",
  ]

  @Test("a valid value is accepted, wanted or not", arguments: valid)
  func accepts(value: String) throws {
    let line = "{\"k\": 1, \"v\": \(value), \"w\": 2}\n"
    let skipped = try decode(line, by: decoder(["k", "w"]))
    #expect(skipped == Decoded(rows: [["1", "2"]]))
    // At the very end of the input, without a line feed after it.
    let last = try decode("{\"v\":\(value)}", by: decoder(["k"]))
    #expect(last == Decoded(rows: [[nil]]))
    let isNested = value.hasPrefix("[") || value.hasPrefix("{")
    let wanted = try decode(line, by: decoder(["v", "k"]))
    #expect(wanted.rows.count == (isNested ? 0 : 1))
    #expect(wanted.errors.count == (isNested ? 1 : 0))
    // A second line goes by what was remembered of the first one.
    let twice = try decode(line + line, by: decoder(["k", "w"]))
    #expect(twice == Decoded(rows: [["1", "2"], ["1", "2"]]))
  }

  @Test("a malformed value makes an error row, wanted or not", arguments: invalid)
  func rejects(value: String) throws {
    let good = "{\"k\": 1, \"v\": 0, \"w\": 2}\n"
    let line = "{\"k\": 1, \"v\": \(value), \"w\": 2}\n"
    for columns in [["k", "w"], ["v"]] {
      let result = try decode(good + line + good, by: decoder(columns))
      #expect(result.rows.count == 2)
      #expect(result.errors.map(\.offset) == [good.utf8.count])
      #expect(result.errors.map(\.length) == [line.utf8.count - 1])
      #expect(result.errors.map(\.column) == [nil])
    }
    #expect(try decode("{\"v\":\(value)}", by: decoder(["k"])).errors.count == 1)
  }

  @Test(
    "bytes that are not UTF-8 make an error row",
    arguments: [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
      [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
      [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
      [0xF8, 0x88, 0x80, 0x80, 0x80],
    ] as [[UInt8]])
  func invalidUTF8(bytes: [UInt8]) throws {
    #expect(String(validating: bytes, as: UTF8.self) == nil)
    for prefix in ["", "a", "1234567", "12345678"] {
      for (before, after) in [
        ("{\"v\": \"\(prefix)", "\"}"), ("{\"\(prefix)", "\": 1}"), ("{\"v\": [\"\(prefix)", "\"]}"),
      ] {
        let line = Array(before.utf8) + bytes + Array(after.utf8)
        #expect(try decode(line, by: decoder(["x"])).errors.count == 1)
        #expect(try decode(line, by: decoder(["v"])).errors.count == 1)
      }
    }
  }

  @Test(
    "whole lines are judged",
    arguments: [
      ("{}", true), ("{ }", true), ("\t{}\r", true), (" { \"a\" : 1 } ", true), ("{\"a\":1,\"b\":2}", true),
      ("{\"a\":1,\"a\":2}", true), ("{\"\":1}", true), ("[]", false), ("[{}]", false), ("1", false), ("\"a\"", false),
      ("null", false), ("true", false), ("x", false), ("{}{}", false), ("{},", false), ("{}x", false), ("{", false),
      ("}", false), ("{\"a\"", false), ("{\"a\":", false), ("{\"a\":1", false), ("{\"a\":1,", false),
      ("{\"a\":1,}", false),
      ("{,}", false), ("{,\"a\":1}", false), ("{\"a\":1 \"b\":2}", false), ("{\"a\":1,\"b\"}", false),
      ("{} // x", false),
      ("{}\u{0}", false), ("\u{0}", false), ("{\"a\":1}}", false), ("\u{FEFF}\u{FEFF}{}", false), ("{:1}", false),
      ("{\"a\":1,:2}", false), ("{\"a\":1,2}", false), ("(){}", false), ("{\"a\":1:2}", false),
    ])
  func lines(line: String, isValid: Bool) throws {
    let result = try decode(line + "\n", by: decoder(["z"]))
    #expect(result.rows.count == (isValid ? 1 : 0))
    #expect(result.errors.count == (isValid ? 0 : 1))
  }

  @Test("nesting is bounded at 512 levels, without recursion", arguments: ["[", "{\"a\":"])
  func depth(opening: String) throws {
    func line(_ levels: Int) -> String {
      // The line's own object is one of the levels.
      let inner = String(repeating: opening, count: levels - 1) + "1"
      let closing = String(repeating: opening == "[" ? "]" : "}", count: levels - 1)
      return "{\"v\":" + inner + closing + "}\n"
    }
    #expect(try decode(line(512), by: decoder(["x"])).rows.count == 1)
    let deep = try decode(line(513), by: decoder(["x"]))
    #expect(deep.errors.map(\.reason) == ["nested more than 512 levels deep"])
    #expect(
      try decode("{\"v\":" + String(repeating: opening, count: 200_000) + "\n", by: decoder(["x"])).errors.count == 1)
  }

  private func decoder(_ columns: [String]) -> JSONLinesDecoder {
    JSONLinesDecoder(schema: Schema(columns.map { Field($0, .string, nullable: true) }))
  }
}
