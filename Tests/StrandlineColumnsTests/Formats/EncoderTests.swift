import StrandlineColumns
import Testing

@Suite("Rows, encoded")
struct EncoderTests {
  static let schema = Schema([
    Field("i", .int64, nullable: true), Field("d", .double, nullable: true), Field("b", .bool, nullable: true),
    Field("t", .timestamp, nullable: true), Field("s", .string, nullable: true),
    Field("a \"name\",\n", .string, nullable: true),
  ])

  private func randomBatch(_ generator: inout SeededGenerator) -> ColumnBatch {
    var batch = ColumnBatch(Self.schema)
    let parts = [
      "", "a", "b c", " ", ",", ";", "\"", "\\", "\n", "\r", "\t", "\u{0}", "\u{1F}", "é", "😀", "\u{FEFF}", "\u{7F}",
      "null",
    ]
    for _ in 0..<Int.random(in: 0...300, using: &generator) {
      for index in batch.columns.indices {
        if Int.random(in: 0..<5, using: &generator) == 0 {
          batch.columns[index].appendNull()
          continue
        }
        switch batch.columns[index].type {
        case .int64:
          batch.columns[index].append(
            word: Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<64, using: &generator))
        case .double:
          let value = Double(bitPattern: generator.next())
          batch.columns[index].append(value.isFinite ? value : 0.1)
        case .bool: batch.columns[index].append(word: Bool.random(using: &generator) ? 1 : 0)
        case .timestamp:
          batch.columns[index].append(
            word: Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &generator))
        case .string:
          let count = Int.random(in: 0...4, using: &generator)
          batch.columns[index].append((0..<count).map { _ in parts.randomElement(using: &generator)! }.joined())
        }
      }
    }
    return batch
  }

  @Test("what is written is read back", arguments: 1...6 as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let batch = randomBatch(&generator)
    var json: [UInt8] = []
    JSONLinesEncoder(schema: Self.schema).append(batch, to: &json)
    #expect(try decode(json, by: JSONLinesDecoder(schema: Self.schema)) == Decoded(rows: values(batch)), "seed \(seed)")
    for delimiter in [
      UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: ":"), UInt8(ascii: "|"), UInt8(ascii: " "),
    ] {
      let encoder = CSVEncoder(schema: Self.schema, delimiter: delimiter)
      var csv: [UInt8] = []
      encoder.appendHeader(to: &csv)
      encoder.append(batch, to: &csv)
      let decoder = CSVDecoder(schema: Self.schema, delimiter: delimiter)
      #expect(try decode(csv, by: decoder) == Decoded(rows: values(batch)), "seed \(seed)")
    }
  }

  @Test("each line of JSON is what the oracle reads", arguments: [7, 8] as [UInt64])
  func validJSON(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let batch = randomBatch(&generator)
    var json: [UInt8] = []
    JSONLinesEncoder(schema: Self.schema).append(batch, to: &json)
    let lines = json.split(separator: UInt8(ascii: "\n"))
    #expect(lines.count == batch.count)
    for line in lines { #expect(JSONOracle.parse(Array(line)) != nil, "seed \(seed)") }
  }

  private var batch: ColumnBatch {
    var batch = ColumnBatch(
      Schema([
        Field("i", .int64), Field("d", .double), Field("b", .bool), Field("t", .timestamp),
        Field("s", .string, nullable: true),
      ]))
    let doubles = [1.0, -0.0, 0.1, 1e22, .leastNonzeroMagnitude, .nan, .infinity]
    let texts = ["x", "", "a \"b\"\\", "line\nend\r\u{8}\u{C}\t\u{0}\u{1F}\u{7F}", "é😀/", " a", nil]
    for row in doubles.indices {
      batch.columns[0].append(word: [0, -1, 42, .max, .min, 10, 100][row])
      batch.columns[1].append(doubles[row])
      batch.columns[2].append(word: row % 2 == 0 ? 1 : 0)
      batch.columns[3].append(word: Int64(row) * 500_000)
      if let text = texts[row] { batch.columns[4].append(text) } else { batch.columns[4].appendNull() }
    }
    return batch
  }

  @Test("JSON lines, byte by byte")
  func jsonBytes() {
    var output: [UInt8] = []
    let encoder = JSONLinesEncoder(schema: batch.schema)
    encoder.appendHeader(to: &output)
    encoder.append(batch, to: &output)
    let expected = #"""
      {"i":0,"d":1.0,"b":true,"t":"1970-01-01T00:00:00Z","s":"x"}
      {"i":-1,"d":-0.0,"b":false,"t":"1970-01-01T00:00:00.5Z","s":""}
      {"i":42,"d":0.1,"b":true,"t":"1970-01-01T00:00:01Z","s":"a \"b\"\\"}
      {"i":9223372036854775807,"d":1e+22,"b":false,"t":"1970-01-01T00:00:01.5Z","s":"line\nend\r\b\f\t\u0000\u001fDEL"}
      {"i":-9223372036854775808,"d":5e-324,"b":true,"t":"1970-01-01T00:00:02Z","s":"é😀/"}
      {"i":10,"d":null,"b":false,"t":"1970-01-01T00:00:02.5Z","s":" a"}
      {"i":100,"d":null,"b":true,"t":"1970-01-01T00:00:03Z","s":null}

      """#
    #expect(String(decoding: output, as: UTF8.self) == expected.replacing("DEL", with: "\u{7F}"))
  }

  @Test("CSV, byte by byte, and only the rows that are selected")
  func csvBytes() {
    var output: [UInt8] = []
    let encoder = CSVEncoder(schema: batch.schema)
    encoder.appendHeader(to: &output)
    encoder.append(batch, .rows([0, 1, 2, 5, 6]), to: &output)
    let expected = """
      i,d,b,t,s
      0,1.0,true,1970-01-01T00:00:00Z,x
      -1,-0.0,false,1970-01-01T00:00:00.5Z,""
      42,0.1,true,1970-01-01T00:00:01Z,"a ""b""\\"
      10,,false,1970-01-01T00:00:02.5Z," a"
      100,,true,1970-01-01T00:00:03Z,

      """
    #expect(String(decoding: output, as: UTF8.self) == expected)
    var all: [UInt8] = []
    encoder.append(batch, to: &all)
    var oneByOne: [UInt8] = []
    for row in 0..<batch.count { encoder.append(batch, .rows([Int32(row)]), to: &oneByOne) }
    #expect(all == oneByOne)
  }

  @Test("long texts are written whole", arguments: ["x", "\"", "\u{1}", "é\n"], [1023, 1024, 1025, 100_000])
  func longTexts(part: String, count: Int) throws {
    let schema = Schema([Field("s", .string)])
    var batch = ColumnBatch(schema)
    for length in [count, 0, count] { batch.columns[0].append("x" + String(repeating: part, count: length)) }
    var json: [UInt8] = []
    JSONLinesEncoder(schema: schema).append(batch, to: &json)
    #expect(try decode(json, by: JSONLinesDecoder(schema: schema)) == Decoded(rows: values(batch)))
    var csv: [UInt8] = []
    CSVEncoder(schema: schema).append(batch, to: &csv)
    #expect(try decode(csv, by: CSVDecoder(schema: schema, columns: ["s"])) == Decoded(rows: values(batch)))
  }

  @Test("more rows than are rendered at once come out in order")
  func manyRows() throws {
    let schema = Schema([Field("i", .int64)])
    let batch = ColumnBatch(schema, columns: [Column(.int64, words: Array(0..<1000))])
    var output: [UInt8] = []
    let encoder = JSONLinesEncoder(schema: schema)
    encoder.append(batch, to: &output)
    #expect(String(decoding: output, as: UTF8.self) == (0..<1000).map { "{\"i\":\($0)}\n" }.joined())
    output = []
    encoder.append(batch, .rows(Array(stride(from: 0, to: 1000, by: 3))), to: &output)
    #expect(
      String(decoding: output, as: UTF8.self) == stride(from: 0, to: 1000, by: 3).map { "{\"i\":\($0)}\n" }.joined())
  }
}
