import StrandlineColumns
import Testing

@Suite("Types, guessed from a sample")
struct SchemaInferenceTests {
  @Test(
    "a column's type is that of all its values",
    arguments: [
      (["1", "-2", "9223372036854775807"], ColumnType.int64), (["1", "2.5"], .double),
      (["1", "9223372036854775808"], .double),
      (["1.0", "2.0"], .double), (["1e3"], .double), (["true", "false"], .bool), (["1", "true"], .string),
      (["null", "1"], .int64), (["null", "null"], nil), ([], nil),
    ] as [([String], ColumnType?)])
  func types(values: [String], type: ColumnType?) {
    let json = values.map { "{\"x\":0,\"v\":\($0)}\n" }.joined()
    #expect(SchemaInference.infer(sample: Array(json.utf8), format: .jsonLines, wanted: ["v"])["v"] == type)
    let csv = "x,v\n" + values.map { "0,\($0 == "null" ? "" : $0)\n" }.joined()
    #expect(SchemaInference.infer(sample: Array(csv.utf8), format: .csv(), wanted: ["v"])["v"] == type)
  }

  @Test(
    "texts, times, nested values and mixtures are strings", arguments: ["\"1\"", "\"2015-05-17\"", "[1]", "{}", "\"\""])
  func strings(value: String) {
    for sample in ["{\"v\":\(value)}\n", "{\"v\":1}\n{\"v\":\(value)}\n"] {
      #expect(SchemaInference.infer(sample: Array(sample.utf8), format: .jsonLines, wanted: ["v"]) == ["v": .string])
    }
  }

  @Test("malformed lines and a line that is cut have no say")
  func malformed() {
    let sample = "{\"v\":1}\n{\"v\":\"x\"\n{\"v\":2}\n{\"v\":\"tex"
    #expect(SchemaInference.infer(sample: Array(sample.utf8), format: .jsonLines, wanted: ["v", "w"]) == ["v": .int64])
    let csv = Array("1,2\n3,4\n5".utf8)
    let format = SchemaInference.Format.csv(columns: ["a", "b"])
    #expect(SchemaInference.infer(sample: csv, format: format, wanted: ["a", "b"]) == ["a": .int64, "b": .int64])
    let whole = Array("a;b\n1;x".utf8)
    let semicolons = SchemaInference.Format.csv(delimiter: UInt8(ascii: ";"))
    #expect(SchemaInference.infer(sample: whole, format: semicolons, wanted: ["a", "b", "c"]) == [:])
    #expect(
      SchemaInference.infer(sample: whole, format: semicolons, wanted: ["a", "b", "c"], atEnd: true)
        == ["a": .int64, "b": .string])
  }

  @Test("only the first thousand rows are looked at")
  func limit() {
    let sample = String(repeating: "{\"v\":1}\n", count: 1000) + "{\"v\":\"x\"}\n"
    #expect(SchemaInference.infer(sample: Array(sample.utf8), format: .jsonLines, wanted: ["v"]) == ["v": .int64])
  }
}
