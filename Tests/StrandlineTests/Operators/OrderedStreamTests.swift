import Strandline
import StrandlineColumns
import Testing

@Suite("The event time of rows that were put in order")
struct OrderedStreamTests {
  @Test("is refused, with what to do, also behind a filter")
  func before() throws {
    let ordered = Stream<Item>([]).ordered(by: { [.ascending($0.number)] })
    for stream in [ordered, ordered.filter { $0.number > 1 }] {
      let error = #expect(throws: StreamError.self) {
        try CrashingRun(stream.eventTime(\.at, delay: .zero).deduplicated(by: { $0.key }))
      }
      #expect(error?.code == .plan)
      #expect(error?.message.contains("call eventTime(_:delay:) before it") == true, "\(error?.message ?? "")")
    }
  }

  @Test("may be given before")
  func behind() throws {
    let items = [3, 1, 2].map {
      Item(key: $0, name: "", at: Timestamp(secondsSince1970: Int($0)), number: $0)
    }
    let stream = Stream(Item.self, source: BatchSource(Item.schema, partitions: [[Item.batch(of: items)]]))
      .eventTime(\.at, delay: .seconds(5)).ordered(by: { [.ascending($0.number)] })
    #expect(try CrashingRun(stream).rows.map(\.number) == [1, 2, 3])
  }
}
