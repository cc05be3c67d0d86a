import StrandlineColumns
import Testing

@Suite("Numbers at their limits")
struct NumberTests {
  /// The value of one member or field as that type, or nil for an error row.
  private func value(_ text: String, _ type: ColumnType, isCSV: Bool, unit: TimeUnit? = nil) throws -> Int64? {
    let schema = Schema([Field("v", type)])
    let options = DecodingOptions(timeUnit: unit)
    var batch = ColumnBatch(schema)
    var errors: [RowError] = []
    if isCSV {
      let bytes = Array("v\n\(text)\n".utf8)
      var decoder = CSVDecoder(schema: schema, options: options)
      _ = try unsafe decoder.readHeader(bytes.span.bytes, atEnd: true)
      _ = unsafe decoder.decode(
        bytes.span.bytes, from: 2, baseOffset: 0, atEnd: true, maximumRows: 9, into: &batch, errors: &errors)
    } else {
      let bytes = Array("{\"v\":\(text)}".utf8)
      var decoder = JSONLinesDecoder(schema: schema, options: options)
      _ = unsafe decoder.decode(
        bytes.span.bytes, from: 0, baseOffset: 0, atEnd: true, maximumRows: 9, into: &batch, errors: &errors)
    }
    #expect(batch.count + errors.count == 1)
    return batch.columns[0].words.first
  }

  @Test(
    "integers",
    arguments: [
      ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("12345678", 12_345_678), ("123456789", 123_456_789),
      ("1234567890123456", 1_234_567_890_123_456), ("12345678901234567", 12_345_678_901_234_567),
      ("999999999999999999", 999_999_999_999_999_999), ("-999999999999999999", -999_999_999_999_999_999),
      ("1000000000000000000", 1_000_000_000_000_000_000), ("9223372036854775807", .max), ("9223372036854775808", nil),
      ("-9223372036854775808", .min), ("-9223372036854775809", nil), ("18446744073709551616", nil),
      ("18446744073709551617", nil), ("99999999999999999999", nil), ("1e3", 1000), ("1.0", 1), ("-1.50e1", -15),
      ("12.5e1", 125), ("1e18", 1_000_000_000_000_000_000), ("1e19", nil), ("9.223372036854775807e18", .max),
      ("9223372036854775807.0", .max), ("922337203685477580.7e1", .max), ("-9.223372036854775808e18", .min),
      ("9.223372036854775808e18", nil), ("0.5", nil), ("1e-1", nil), ("10e-1", 1), ("0e999999999999999999999", 0),
      ("0.000", 0), ("1e999999999999999999999", nil), ("1e-999999999999999999999", nil), ("100000e-5", 1),
      ("1000000000000000000000e-21", 1), ("1.00000000000000000000000000000000001", nil),
      ("1.0000000000000000000000000000000000", 1), ("0.00000000000000000001e20", 1),
      ("10000000000000000000000000000e-28", 1), ("9223372036854775806.9", nil),
    ] as [(String, Int64?)])
  func integers(text: String, expected: Int64?) throws {
    #expect(try value(text, .int64, isCSV: false) == expected)
    #expect(try value(text, .int64, isCSV: true) == expected)
  }

  @Test(
    "what is no JSON number is none in CSV either",
    arguments: [
      "+1", "01", "-", "1.", ".5", "0x1", " 1", "1 ", "1e", "1_0", "-01", "1e+", "NaN", "inf", "--1", "00", "\"1\"",
      "1-", "12345678a", "1234567:", "/2345678",
    ])
  func notNumbers(text: String) throws {
    #expect(try value(text, .int64, isCSV: true) == nil)
    #expect(try value(text, .double, isCSV: true) == nil)
  }

  @Test(
    "doubles are the nearest ones",
    arguments: [
      "0", "-0", "-0.0", "0e5", "1", "-1.5", "0.1", "1e22", "1e23", "9007199254740993", "9007199254740992e22",
      "123456789012345678", "0.1234567890123456789", "1.7976931348623157e308", "1e308", "-1e308",
      "2.2250738585072014e-308",
      "2.2250738585072011e-308", "5e-324", "4.9e-324", "2.5e-324", "2.4e-324", "1e-400", "-1e-400", "1e-99999999999999",
      "8.5e-1", "3.14159265358979323846264338327950288", "6.02214076e23", "1.00000000000000011102230246251565",
      "0.000000000000000000000000000000000000000000000001", "100000000000000000000000000000000000000000000000000",
      "1.7976931348623158e308", "17976931348623157e292",
    ])
  func doubles(text: String) throws {
    let expected = try #require(Double(text))
    #expect(expected.isFinite)
    for isCSV in [false, true] {
      let bits = try #require(try value(text, .double, isCSV: isCSV))
      #expect(bits == Int64(bitPattern: expected.bitPattern))
    }
  }

  @Test(
    "a number beyond a double is an error row",
    arguments: ["1e309", "-1e309", "1.7976931348623159e308", "1e999999999999"])
  func tooLarge(text: String) throws {
    #expect(try value(text, .double, isCSV: false) == nil)
    #expect(try value(text, .double, isCSV: true) == nil)
  }

  @Test("random doubles and integers read back as they were", arguments: [1, 2, 3] as [UInt64])
  func random(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let bits = generator.next()
      let double = Double(bitPattern: bits)
      if double.isFinite {
        #expect(
          try value(double.description, .double, isCSV: false) == Int64(bitPattern: bits), "seed \(seed), \(double)")
      }
      let integer = Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<64, using: &generator)
      #expect(try value(String(integer), .int64, isCSV: seed == 1) == integer, "seed \(seed), \(integer)")
      let short = Double(Int64.random(in: -99_999...99_999, using: &generator)) / 1000
      #expect(
        try value(short.description, .double, isCSV: true) == Int64(bitPattern: short.bitPattern),
        "seed \(seed), \(short)")
    }
  }

  @Test(
    "numbers as times are Unix times in the unit given",
    arguments: [
      ("1500000000", TimeUnit.seconds, 1_500_000_000_000_000), ("1500000000.25", .seconds, 1_500_000_000_250_000),
      ("1500000000123", .milliseconds, 1_500_000_000_123_000),
      ("1500000000123456", .microseconds, 1_500_000_000_123_456),
      ("0", .seconds, 0), ("-1", .seconds, -1_000_000), ("-0.5", .milliseconds, -500), ("-0.0000001", .seconds, -1),
      ("0.0000019", .seconds, 1), ("-0.0000011", .seconds, -2), ("9223372036854.775807", .seconds, .max),
      ("9223372036854.775808", .seconds, nil), ("-9223372036854.775808", .seconds, .min),
      ("-9223372036854.7758081", .seconds, nil), ("9223372036855", .seconds, nil),
      ("9223372036854775807", .microseconds, .max),
      ("9223372036854776", .milliseconds, nil), ("999999999999999999", .seconds, nil),
      ("99999999999999999999999", .microseconds, nil),
      ("1500000000.1234567890123456789", .seconds, 1_500_000_000_123_456),
    ] as [(String, TimeUnit, Int64?)])
  func times(text: String, unit: TimeUnit, expected: Int64?) throws {
    #expect(try value(text, .timestamp, isCSV: false, unit: unit) == expected)
    #expect(try value("\"\(text)\"", .timestamp, isCSV: false, unit: unit) == expected)
    #expect(try value(text, .timestamp, isCSV: true, unit: unit) == expected)
    #expect(try value("\"\(text)\"", .timestamp, isCSV: true, unit: unit) == expected)
    #expect(try value(text, .timestamp, isCSV: false) == nil)
    #expect(try value(text, .timestamp, isCSV: true) == nil)
  }

  @Test("a text as a time may be escaped, and have a plus; a number has neither")
  func timeSpellings() throws {
    #expect(try value("\"\\u0031000\"", .timestamp, isCSV: false, unit: .microseconds) == 1000)
    #expect(try value("\"1970-01-01T00:00:01\\u005a\"", .timestamp, isCSV: false) == 1_000_000)
    #expect(try value("\"+5\"", .timestamp, isCSV: false, unit: .microseconds) == 5)
    #expect(try value("1.5e9", .timestamp, isCSV: false, unit: .seconds) == 1_500_000_000_000_000)
    #expect(try value("\"1.5e9\"", .timestamp, isCSV: false, unit: .seconds) == nil)
    #expect(try value("\"1970-01-01\"", .timestamp, isCSV: false, unit: .seconds) == 0)
  }

  @Test("a byte that is no digit is found wherever it stands", arguments: 1...20)
  func digits(length: Int) throws {
    var bytes = Array("12345678901234567890".utf8.prefix(length))
    for index in bytes.indices {
      let original = bytes[index]
      for replacement in [0x01, 0x2F, 0x3A, 0x3B, 0x3F, 0x40, 0x21, 0x70, 0x79, 0x30, 0x39] as [UInt8] {
        bytes[index] = replacement
        let text = String(decoding: bytes, as: UTF8.self)
        let isDigit = (0x30...0x39).contains(replacement) && (index > 0 || replacement != 0x30 || length == 1)
        #expect(try value(text, .int64, isCSV: true) == (isDigit ? Int64(text) : nil), "\(text)")
      }
      bytes[index] = original
    }
  }
}
