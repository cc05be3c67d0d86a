import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
import StrandlineStorage
import StrandlineTestKit
import Testing

/// What is kept per sensor.
private struct Seen: ProcessState {
  var readings: Int64 = 0
  var values: [Int64] = []

  static var members: [StateMember<Seen>] { [.value("readings", \.readings), .list("values", \.values)] }
}

@Record private struct Signal: Hashable {
  var sensor: String?
  var what: String
  var number: Int64
}

/// Operators over keys, each as a subject of drills.
private enum KeyedSubject: String, CaseIterable, CustomTestStringConvertible {
  case process, pattern, top

  var testDescription: String { rawValue }

  func subject(_ readings: Readings) -> DrillSubject {
    var subject = DrillSubject(rows: readings.rows, batch: readings.batch) { stream($0) }
    subject.options.mode = .log
    subject.options.shardCount = 2
    subject.options.retainedBatches = 2
    subject.options.log.segmentCapacity = 4 << 10
    return subject
  }

  private func stream(_ rows: Stream<Reading>) -> Stream<Signal> {
    let keyed = rows.eventTime(\.time, delay: .microseconds(Readings.delay)).keyed(by: { $0.sensor })
    switch self {
    case .process:
      return keyed.process(Signal.self, state: Seen.self, name: "seen", timeToLive: .seconds(2)) {
        sensor, rows, state, context in
        state.readings += Int64(rows.count)
        state.values = (state.values + rows.map(\.value)).suffix(3)
        context.timers.set("silent", at: context.time + .milliseconds(400))
      } onTimer: { sensor, timer, state, context in
        context.emit(Signal(sensor: sensor, what: timer.name, number: state.readings + state.values.reduce(0, +)))
        if state.readings > 3 { state = Seen() }
      }
    case .pattern:
      let pattern = Pattern<Reading>.begin("low") { $0.value < 0 }.oneOrMore().greedy()
        .followedBy("high") { $0.value > 300 }.within(.seconds(2))
      return keyed.matching(pattern, skip: .pastLastRow).select(Signal.self) { match in
        Signal(sensor: match.key, what: "rise", number: match.rows.reduce(0) { $0 + $1.value })
      }
    case .top:
      return keyed.top(2, by: { [.descending($0.value)] }, retracting: true)
        .select(Signal.self) { .init(sensor: $0.row.sensor, what: Expr("rank"), number: $0.row.value) }
    }
  }
}

@Suite("Operators over keys, on a disk that loses power")
struct KeyedCrashTests {
  private static let seed: UInt64 = 17

  @Test("lose nothing, double nothing and invent nothing", arguments: KeyedSubject.allCases)
  fileprivate func matrix(_ keyed: KeyedSubject) throws {
    let readings = Readings(seed: Self.seed, batches: 12, batch: 3, sensors: 4, step: 200_000)
    let subject = keyed.subject(readings)
    let run = try UndisturbedRun(subject)
    #expect(run.batches.last?.rowsWritten ?? 0 >= 5, "seed \(Self.seed)")
    var limits = DrillLimits()
    limits.seed = Self.seed
    limits.exhaustiveParts = 2
    limits.samples = 1
    limits.finishEvery = 8
    let report = try DiskDrill(subject, limits: limits).run(clock: { 0 }, progress: { _ in })
    #expect(report.violations.isEmpty, "seed \(Self.seed)")
    #expect(report.distinct > 100)
  }
}
