import StrandlineColumns
import Testing

@Suite("a column as a JSON array")
struct JSONArrayTests {
  private func text(_ column: Column) -> String {
    var bytes: [UInt8] = []
    column.appendJSONArray(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("has each value as a line of JSON has it")
  func values() {
    var numbers = Column(.int64, words: [1, -2])
    numbers.appendNull()
    #expect(text(numbers) == "[1,-2,null]")
    var texts = Column(.string)
    for value in ["a\"b", "", "\n"] { texts.append(value) }
    #expect(text(texts) == #"["a\"b","","\n"]"#)
    var doubles = Column(.double)
    for value in [0.1, .nan, 1e300] { doubles.append(value) }
    #expect(text(doubles) == "[0.1,null,1e+300]")
    #expect(text(Column(.timestamp, words: [0])) == #"["1970-01-01T00:00:00Z"]"#)
    #expect(text(Column(.bool, words: [1, 0])) == "[true,false]")
    #expect(text(Column(.bool)) == "[]")
  }
}
