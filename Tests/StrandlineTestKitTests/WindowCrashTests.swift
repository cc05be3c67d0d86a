import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineTestKit
import Testing

@Record private struct Part: Hashable {
  var sensor: String?
  var window: TimeWindow
  var change: Int64
  var readings: Int64
  var first: Int64
}

@Record private struct Whole: Hashable {
  var window: TimeWindow
  var parts: Int64
  var readings: Int64
}

@Record private struct Run: Hashable {
  var sensor: String?
  var readings: Int64
  var sum: Int64
}

/// Windows whose state is more than one pane of words, each as a subject of drills.
private enum WindowSubject: String, CaseIterable, CustomTestStringConvertible {
  case windowsOfWindows, sessions, slidingWithCorrections, rows, early

  var testDescription: String { rawValue }

  func subject(_ readings: Readings) -> DrillSubject {
    var subject =
      switch self {
      case .windowsOfWindows:
        DrillSubject(rows: readings.rows, batch: readings.batch) { (rows: Stream<Reading>) in
          totals(rows, .session(gap: .milliseconds(300)))
            .grouped(by: { _ in }, in: .tumbling(.seconds(2)))
            .aggregate(Whole.self) { .init(window: $0.window, parts: .count, readings: .sum($0.row.readings)) }
        }
      case .sessions:
        DrillSubject(rows: readings.rows, batch: readings.batch) { (rows: Stream<Reading>) in
          totals(rows, .session(gap: .milliseconds(300))).emit(.changes)
        }
      case .slidingWithCorrections:
        DrillSubject(rows: readings.rows, batch: readings.batch) { (rows: Stream<Reading>) in
          rows.eventTime(\.time, delay: .milliseconds(100))
            .grouped(by: { $0.sensor }, in: .sliding(.seconds(1), every: .milliseconds(300)))
            .aggregate(Part.self) {
              .init(
                sensor: $0.key, window: $0.window, change: $0.change, readings: .count, first: .first($0.row.value))
            }
            .allowedLateness(.milliseconds(700))
        }
      case .rows:
        DrillSubject(rows: readings.rows, batch: readings.batch) { (rows: Stream<Reading>) in
          rows.grouped(by: { $0.sensor }, in: .rows(3))
            .aggregate(Run.self) { .init(sensor: $0.key, readings: .count, sum: .sum($0.row.value)) }
        }
      case .early:
        DrillSubject(rows: readings.rows, batch: readings.batch) { (rows: Stream<Reading>) in
          rows.eventTime(\.time, delay: .zero).grouped(by: { $0.sensor }, in: .global)
            .aggregate(Run.self) { .init(sensor: $0.key, readings: .count, sum: .sum($0.row.value)) }
            .emit(.final, early: .every(batches: 3))
        }
      }
    subject.options.mode = .log
    subject.options.shardCount = 2
    subject.options.retainedBatches = 2
    subject.options.log.segmentCapacity = 4 << 10
    return subject
  }

  private func totals(_ rows: Stream<Reading>, _ window: Window) -> Stream<Total> {
    rows.eventTime(\.time, delay: .microseconds(Readings.delay)).grouped(by: { $0.sensor }, in: window)
      .aggregate(Total.self) {
        .init(sensor: $0.key, window: $0.window, readings: .count, sum: .sum($0.row.value), largest: .max($0.row.value))
      }
  }
}

@Suite("Windows of every kind, on a disk that loses power")
struct WindowCrashTests {
  private static let seed: UInt64 = 23

  @Test("lose nothing, double nothing and invent nothing", arguments: WindowSubject.allCases)
  fileprivate func matrix(_ window: WindowSubject) throws {
    let readings = Readings(seed: Self.seed, batches: 10, batch: 3, sensors: 4, step: 200_000)
    let subject = window.subject(readings)
    let run = try UndisturbedRun(subject)
    #expect(run.batches.last?.rowsWritten ?? 0 >= 3, "seed \(Self.seed)")
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
