import StrandlineColumns
import Testing

@Suite("CSV rows of fixed width")
struct CSVWordRowsTests {
  private static let options = DecodingOptions(timeUnit: .milliseconds, maximumLineLength: 60)
  /// No wanted column is a text, so plain rows are taken in one pass.
  private static let words = Schema([
    Field("at", .timestamp), Field("key", .int64), Field("value", .double), Field("flag", .bool),
  ])
  /// The same and a text, for which all rows go through cells.
  private static let withText = Schema(words.fields + [Field("note", .string, nullable: true)])
  private static let header = "key,note,at,flag,value"

  private static func decoder(_ schema: Schema) -> CSVDecoder { CSVDecoder(schema: schema, options: options) }

  /// A field of the kind of column, and its value as text; nil where the row must be an error row.
  private static func field(_ column: String, _ random: inout SeededGenerator) -> (text: String, value: String?) {
    let odd = Int.random(in: 0..<40, using: &random)
    switch column {
    case "key":
      let number = Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0...63, using: &random)
      if odd == 0 { return ("0\(number.magnitude)", nil) }
      if odd == 1 { return ("\"\(number)\"", nil) }
      if odd == 2 { return ("1.50e1", "15") }
      return ("\(number)", "\(number)")
    case "at":
      if odd == 0 { return ("2024-05-17T10:05:03Z", "1715940303000000") }
      if odd == 1 { return ("+", nil) }
      if odd == 2 { return ("\"7\"", "7000") }
      let digits = Int.random(in: 1...16, using: &random)
      let number = (0..<digits).reduce(Int64(0)) { value, _ in value * 10 + Int64.random(in: 0...9, using: &random) }
      let text = String(repeating: "0", count: digits - String(number).count) + String(number)
      let (micros, overflow) = number.multipliedReportingOverflow(by: 1000)
      return (text, overflow ? nil : "\(micros)")
    case "value":
      let value = Double(Int.random(in: -10_000...10_000, using: &random)) / 8
      return odd == 0 ? ("", nil) : ("\(value)", value.description)
    case "flag":
      return odd == 0 ? ("maybe", nil) : odd % 2 == 0 ? ("TRUE", "true") : ("false", "false")
    default:
      let notes = ["", "plain", "caf\u{E9}", "\"a, \"\"b\"\"\"", "\"two\nlines\"", "12345678901234567890"]
      return (odd < 30 ? "plain" : notes[odd % notes.count], nil)
    }
  }

  @Test(
    "are what their fields say, and the same as by the way of rows with texts",
    arguments: 1...200 as ClosedRange<UInt64>)
  func randomRows(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var text = Self.header + "\n"
    var expected: [[String?]] = []
    var errors = 0
    let lineEnd = seed.isMultiple(of: 2) ? "\n" : "\r\n"
    for _ in 0..<Int.random(in: 1...1500, using: &random) {
      let fields = ["key", "note", "at", "flag", "value"].map { Self.field($0, &random) }
      let line = fields.map(\.text).joined(separator: ",")
      switch Int.random(in: 0..<60, using: &random) {
      case 0: text += " \(lineEnd)"
      case 1:
        text += line + ",1" + lineEnd
        errors += 1
        continue
      default: break
      }
      text += line + lineEnd
      let values = [fields[2].value, fields[0].value, fields[4].value, fields[3].value]
      let isLong = line.utf8.count + lineEnd.utf8.count - 1 > 60
      if values.contains(nil) || isLong { errors += 1 } else { expected.append(values) }
    }
    let bytes = Array(text.utf8)
    let result = try decode(bytes, by: Self.decoder(Self.words))
    #expect(result.rows == expected, "seed \(seed)")
    let byCells = try decode(bytes, by: Self.decoder(Self.withText))
    #expect(result.rows == byCells.rows.map { Array($0.dropLast()) }, "seed \(seed)")
    #expect(result.errors == byCells.errors, "seed \(seed)")
    if !text.contains("\"two\nlines\"") { #expect(result.errors.count == errors, "seed \(seed)") }
    let inPieces = try decode(bytes, by: Self.decoder(Self.words), readSizes: [13, 700, 50, 3000], maximumRows: 70)
    #expect(inPieces == result, "seed \(seed)")
  }

  @Test("of digits hold every number of digits, and no byte that is next to one")
  func digits() throws {
    let schema = Schema([Field("a", .int64), Field("b", .int64)])
    for count in 1...20 {
      let number = String("12345678901234567890".prefix(count))
      let isNumber = Int64(number) != nil
      let text = "a,b\n\(number),1\n2,\(number)\n"
      let rows = isNumber ? [[number, "1"], ["2", number]] : []
      let result = try decode(text, by: CSVDecoder(schema: schema))
      #expect(result.rows == rows && result.errors.count == (isNumber ? 0 : 2), "\(count) digits")
      for place in 0..<count {
        for byte in UInt8(0)...127 where !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
          var damaged = Array(number.utf8)
          damaged[place] = byte
          // A sign in front, and what ends a field, a row or a quote, are other rows; so is an exponent.
          if place == 0 && byte == UInt8(ascii: "-") || [44, 10, 13, 34, 69, 101, 46].contains(byte) { continue }
          let line = Array("a,b\n".utf8) + damaged + Array(",1\n".utf8)
          let one = try decode(line, by: CSVDecoder(schema: schema))
          #expect(one.rows.isEmpty && one.errors.count == 1, "byte \(byte) at \(place) of \(count)")
        }
      }
    }
  }
}
