// readme: begin
import Strandline
import StrandlineTestKit

/// Cuts the power at every call that a run makes, recovers whatever a disk may then hold, and compares.
func rehearseTraffic(_ requests: [WebRequest]) throws -> DrillReport {
  let subject = DrillSubject(rows: [requests], batch: 20) { (requests: Stream<WebRequest>) in
    requests.eventTime(\.time, delay: .seconds(60))
      .grouped(by: { $0.path }, in: .tumbling(.minutes(1)))
      .aggregate(Traffic.self) {
        .init(
          path: $0.key, window: $0.window, requests: .count, failures: .count(where: $0.row.status >= 500),
          bytes: .sum($0.row.bytes))
      }
  }
  return try DiskDrill(subject).run()
}
// readme: end

import StrandlineLog
import StrandlineStorage
import Testing

@Suite("The rehearsal of the README")
struct RehearseExampleTests {
  private let requests = (0..<30).map { index in
    WebRequest(
      path: "/\(index % 3)", status: index % 7 == 0 ? 503 : 200, bytes: index % 5 == 0 ? nil : Int64(index),
      time: Timestamp(secondsSince1970: index * 40))
  }

  @Test("stands there word for word")
  func verbatim() throws {
    let example = try ReadmeText.example(in: #filePath)
    #expect(try ReadmeText.readme.contains("```swift\n\(example)\n```"))
  }

  @Test("finds nothing wrong with the example's stream")
  func passes() throws {
    let report = try rehearseTraffic(requests)
    #expect(report.violations == [])
    #expect(report.distinct > 20)
  }

  @Test("finds a log that isn't synced")
  func findsFault() throws {
    var subject = DrillSubject(rows: [requests], batch: 20) { (requests: Stream<WebRequest>) in
      requests.eventTime(\.time, delay: .seconds(60))
        .grouped(by: { $0.path }, in: .tumbling(.minutes(1)))
        .aggregate(Traffic.self) {
          .init(path: $0.key, window: $0.window, requests: .count, failures: .count, bytes: .sum($0.row.bytes))
        }
    }
    subject.options.log.skipsSync = true
    #expect(try !DiskDrill(subject).run().isGood)
  }
}
