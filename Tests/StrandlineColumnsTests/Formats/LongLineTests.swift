import StrandlineColumns
import Testing

@Suite("Lines that are too long")
struct LongLineTests {
  private func line(_ length: Int) -> String {
    "{\"a\":\"" + String(repeating: "x", count: length - 8) + "\"}"
  }

  private let schema = Schema([Field("a", .string)])

  @Test("a line of the greatest length is a row, one of a byte more an error row", arguments: ["\n", "", "\n\n"])
  func limit(end: String) throws {
    let decoder = JSONLinesDecoder(schema: schema, options: DecodingOptions(maximumLineLength: 100))
    #expect(try decode(line(100) + end, by: decoder).errors == [])
    let reason = "longer than the maximum of 100 bytes"
    let error = RowError(offset: 0, length: 101, reason: reason)
    #expect(try decode(line(101) + end, by: decoder) == Decoded(errors: [error]))
    #expect(try decode(Array((line(101) + end).utf8), by: decoder, readSizes: [1]) == Decoded(errors: [error]))
  }

  @Test("a line longer than the buffer is passed over, and a restart begins with it again")
  func skipping() throws {
    var decoder = JSONLinesDecoder(schema: schema, options: DecodingOptions(maximumLineLength: 50))
    var batch = ColumnBatch(schema)
    var errors: [RowError] = []
    let first = Array(("{\"a\":\"1\"}\n" + line(200)).utf8.prefix(80))
    let used = unsafe decoder.decode(
      first.span.bytes, from: 0, baseOffset: 500, atEnd: false, maximumRows: 9, into: &batch, errors: &errors)
    #expect(used == 80)
    #expect(batch.count == 1)
    #expect(errors == [])
    #expect(decoder.pendingLineStart == 510)
    let middle = [UInt8](repeating: UInt8(ascii: "x"), count: 60)
    let more = unsafe decoder.decode(
      middle.span.bytes, from: 0, baseOffset: 580, atEnd: false, maximumRows: 9, into: &batch, errors: &errors)
    #expect(more == 60)
    #expect(errors == [])
    let last = Array("xx\"}\n{\"a\":\"2\"}\n".utf8)
    let rest = unsafe decoder.decode(
      last.span.bytes, from: 0, baseOffset: 640, atEnd: false, maximumRows: 9, into: &batch, errors: &errors)
    #expect(rest == last.count)
    #expect(batch.columns[0].text(1) == "2")
    #expect(errors == [RowError(offset: 510, length: 134, reason: "longer than the maximum of 50 bytes")])
    #expect(decoder.pendingLineStart == nil)
  }

  @Test("a line that is too long and ends with the stream is reported too")
  func atEnd() throws {
    var decoder = JSONLinesDecoder(schema: schema, options: DecodingOptions(maximumLineLength: 10))
    var batch = ColumnBatch(schema)
    var errors: [RowError] = []
    let bytes = [UInt8](repeating: UInt8(ascii: " "), count: 30)
    #expect(
      unsafe decoder.decode(
        bytes.span.bytes, from: 5, baseOffset: 0, atEnd: false, maximumRows: 9, into: &batch, errors: &errors) == 30)
    #expect(decoder.pendingLineStart == 5)
    let none: [UInt8] = []
    #expect(
      unsafe decoder.decode(
        none.span.bytes, from: 0, baseOffset: 30, atEnd: true, maximumRows: 9, into: &batch, errors: &errors) == 0)
    #expect(errors.map(\.offset) == [5])
    #expect(errors.map(\.length) == [25])
    #expect(decoder.pendingLineStart == nil)
  }

  @Test("in CSV a quote that is left open costs the rows of that length, and no more")
  func openQuote() throws {
    let schema = Schema([Field("a", .int64)])
    let decoder = CSVDecoder(
      schema: schema, columns: ["a", "b"], options: DecodingOptions(maximumLineLength: 64))
    let text = "1,x\n2,\"x\n" + (3...40).map { "\($0),x\n" }.joined()
    let bytes = Array(text.utf8)
    let whole = try decode(bytes, by: decoder)
    #expect(whole.rows.first == ["1"])
    #expect(whole.rows.last == ["40"])
    #expect(whole.errors.map(\.offset) == [4])
    #expect(whole.rows.count == 25)
    for size in 1...40 { #expect(try decode(bytes, by: decoder, readSizes: [size]) == whole) }
  }

  @Test("a decoder asks for more while a line is neither whole nor too long")
  func incomplete() throws {
    var decoder = JSONLinesDecoder(schema: schema)
    var batch = ColumnBatch(schema)
    var errors: [RowError] = []
    let bytes = Array("{\"a\":\"1\"}\n{\"a\":".utf8)
    #expect(
      unsafe decoder.decode(
        bytes.span.bytes, from: 0, baseOffset: 0, atEnd: false, maximumRows: 9, into: &batch, errors: &errors) == 10)
    #expect(
      unsafe decoder.decode(
        bytes.span.bytes, from: 10, baseOffset: 0, atEnd: false, maximumRows: 9, into: &batch, errors: &errors) == 10)
    #expect(errors == [] && decoder.pendingLineStart == nil)
  }
}
