import StrandlineColumns
import Testing

@Suite("JSON lines, decoded")
struct JSONLinesDecoderTests {
  @Test("the wanted members come out by type")
  func types() throws {
    let text = """
      {"i": 1, "d": 2.5, "b": true, "t": "2015-05-17T10:05:03Z", "s": "a\\nb"}
      {"s": 12, "t": "1970-01-01", "b": false, "d": 1e3, "i": 1e3, "x": [{"y": [1, "]"]}, null]}
      """
    let schema = Schema([
      Field("i", .int64), Field("d", .double), Field("b", .bool), Field("t", .timestamp), Field("s", .string),
    ])
    let (batch, errors) = try decode(Array(text.utf8), by: JSONLinesDecoder(schema: schema))
    #expect(errors == [])
    #expect(batch.count == 2)
    #expect(batch.columns[0].words == [1, 1000])
    #expect(batch.columns[1].words.map { Double(bitPattern: UInt64(bitPattern: $0)) } == [2.5, 1000])
    #expect(batch.columns[2].words == [1, 0])
    #expect(batch.columns[3].words == [1_431_857_103_000_000, 0])
    #expect(batch.columns[4].text(0) == "a\nb")
    #expect(batch.columns[4].text(1) == "12")
  }
}
