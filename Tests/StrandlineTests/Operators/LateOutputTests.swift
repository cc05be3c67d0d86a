import Strandline
import StrandlineTestKit
import Testing

@Record private struct Both: Equatable {
  var user: String
  var visits: Int64
}

@Suite("Late rows' output")
struct LateOutputTests {
  private let visits = TestInput<Visit>()

  private func counted(to late: StreamOutput? = nil) -> Stream<Visits> {
    let counted = visits.stream.eventTime(\.at, delay: .zero)
      .grouped(by: { $0.user }, in: .tumbling(.seconds(10)))
      .aggregate(Visits.self) { .init(user: $0.key, window: $0.window, visits: .count) }
    return late.map { counted.lateRows(to: $0) } ?? counted
  }

  private let sink = CallbackSink { _ in }

  @Test("goes with the stream through every step behind it")
  func carried() throws {
    let folder = try TemporaryFolder()
    let late = StreamOutput.jsonLines("\(folder.path)/late.ndjson")
    func expect(_ job: StreamJob, _ step: Comment) throws {
      #expect(job.plan.hasLateRows && job.lateSink != nil, step)
      try job.check()
    }
    let (left, right) = (counted(to: late), counted())
    try expect(left.write(to: sink), "a sink of one's own")
    try expect(left.forEach { _ in }, "a closure")
    try expect(left.united(with: right).write(to: sink), "united, first")
    try expect(right.united(with: left).write(to: sink), "united, second")
    let on = (Duration.zero)...(Duration.seconds(1))
    try expect(
      left.join(right, on: { $0.user }, equals: { $0.user }, within: on)
        .select(Both.self) { .init(user: $0.user, visits: $1.visits) }.write(to: sink), "joined")
    try expect(
      right.join(left, on: { $0.user }, equals: { $0.user }, within: on)
        .select(Both.self) { .init(user: $0.user, visits: $1.visits) }.write(to: sink), "joined, second")
    try expect(
      left.semiJoin(right, on: { $0.user }, equals: { $0.user }, within: on).write(to: sink), "semi")
    try expect(
      right.antiJoin(left, on: { $0.user }, equals: { $0.user }, within: on).write(to: sink), "anti")
    try expect(
      left.keyed(by: { $0.user }).top(1, by: { [.descending($0.visits)] })
        .select(Both.self) { .init(user: $0.row.user, visits: $0.row.visits) }.write(to: sink), "top")
    try expect(
      left.keyed(by: { $0.user }).matching(Pattern<Visits>.begin("one") { $0.visits > 1 })
        .select(Both.self) { Both(user: $0.key, visits: 0) }.write(to: sink), "matching")
    try expect(left.map(Both.self) { .init(user: $0.user, visits: $0.visits) }.write(to: sink), "mapped")
  }

  @Test("is missed at the start, not while rows are late")
  func missing() throws {
    let job = counted().lateRows().write(to: sink)
    let error = #expect(throws: StreamError.self) { try job.check() }
    #expect(error?.code == .plan)
    #expect(throws: StreamError.self) {
      try MicroBatchEngine(job.plan, sources: job.sources, sink: sink, store: nil)
    }
    try counted().lateRows().write(to: sink, lateRows: sink).check()
  }

  @Test("is one of a stream, not one of each of its inputs")
  func two() throws {
    let folder = try TemporaryFolder()
    let (a, b) = (
      counted(to: .jsonLines("\(folder.path)/a.ndjson")), counted(to: .jsonLines("\(folder.path)/b.ndjson"))
    )
    let error = #expect(throws: StreamError.self) { try a.united(with: b).write(to: sink).check() }
    #expect(error?.code == .plan)
    let joined = a.join(b, on: { $0.user }, equals: { $0.user })
      .select(Both.self) { .init(user: $0.user, visits: $1.visits) }
    #expect(throws: StreamError.self) { try joined.write(to: sink).check() }
  }

  @Test("that can't be opened is said by the job")
  func unopened() async throws {
    let job = counted(to: .jsonLines("/proc/no/late")).write(to: sink)
    let error = #expect(throws: StreamError.self) { try job.check() }
    #expect(error?.code == .sink)
    await #expect(throws: StreamError.self) { try await job.run(checkpoint: nil) }
  }
}
