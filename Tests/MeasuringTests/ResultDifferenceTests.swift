import Measuring
import Testing

@Suite("Difference of results")
struct ResultDifferenceTests {
  private let result = "a,0,1\na,10,2\nb,0,3\n"

  @Test("A result does not differ from itself")
  func same() {
    #expect(ResultDifference(result, expected: result) == nil)
    #expect(ResultDifference("", expected: "") == nil)
  }

  @Test("The first line that differs is named")
  func named() throws {
    let changed = try #require(ResultDifference("a,0,1\na,10,7\nb,0,9\n", expected: result))
    #expect((changed.line, changed.found, changed.expected) == (2, "a,10,7", "a,10,2"))
    #expect("\(changed)" == "line 2 is 'a,10,7', and must be 'a,10,2'")
    let order = try #require(ResultDifference("a,10,2\na,0,1\nb,0,3\n", expected: result))
    #expect(order.line == 1)
    let unended = try #require(ResultDifference("a,0,1\na,10,2\nb,0,3", expected: result))
    #expect(unended.line == 4)
  }

  @Test("Every planted mistake is found, in a result of any length", arguments: 0...3)
  func mistakes(length: Int) {
    let lines = result.split(separator: "\n").prefix(length).map { "\($0)\n" }.joined()
    let mistakes = ResultDifference.mistakes(in: lines).filter { $0 != lines }
    #expect(mistakes.count == (length == 0 ? 0 : 4))
    for mistake in mistakes { #expect(ResultDifference(mistake, expected: lines) != nil) }
  }
}
