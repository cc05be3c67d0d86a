// readme: begin
import Strandline

@Record
struct WebRequest {
  var path: String
  var status: Int64
  var bytes: Int64?
  @Column("at") var time: Timestamp
}

@Record
struct Traffic {
  var path: String
  var window: TimeWindow
  var requests: Int64
  var failures: Int64
  var bytes: Int64?
}

/// Requests per path and minute, each minute written once when it is complete.
func countTraffic(_ input: String, _ output: String, checkpoint: String) async throws -> RunReport {
  let traffic = Stream(WebRequest.self, from: .jsonLines(input))
    .eventTime(\.time, delay: .seconds(60))
    .filter { $0.path != "/health" }
    .grouped(by: { $0.path }, in: .tumbling(.minutes(1)))
    .aggregate(Traffic.self) {
      .init(
        path: $0.key, window: $0.window, requests: .count, failures: .count(where: $0.row.status >= 500),
        bytes: .sum($0.row.bytes))
    }
  return try await traffic.write(to: .jsonLines(output)).run(checkpoint: checkpoint)
}
// readme: end

import StrandlineStorage
import Testing

@Suite("The example of the README")
struct ReadmeExampleTests {
  private let folder: TemporaryFolder
  private let store: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    store = try TemporaryFolder()
  }

  @Test("stands there word for word")
  func verbatim() throws {
    #expect(try ReadmeText.readme.contains("```swift\n\(try ReadmeText.example(in: #filePath))\n```"))
    let changed = try ReadmeText.example(in: #filePath).replacing("seconds(60)", with: "seconds(61)")
    #expect(try !ReadmeText.readme.contains(changed), "one digit makes it another text")
  }

  @Test("counts what its files hold, and goes on with nothing to do when it is run again")
  func runs() async throws {
    let directory = try PosixDirectory.open(path: folder.path)
    let rows = [
      #"{"at":"2015-05-17T10:05:03Z","path":"/a","status":200,"bytes":10}"#,
      #"{"at":"2015-05-17T10:05:59Z","path":"/a","status":503}"#,
      #"{"at":"2015-05-17T10:05:09Z","path":"/health","status":200,"bytes":1}"#,
      #"{"at":"2015-05-17T10:06:00Z","path":"/a","status":200,"bytes":7}"#,
      #"{"at":"2015-05-17T10:05:30Z","path":"/b","status":200,"bytes":null}"#,
    ]
    let input = try directory.open("requests.ndjson", .create)
    try input.write(Array((rows.joined(separator: "\n") + "\n").utf8), at: 0)
    try input.close()
    let paths = ["requests.ndjson", "traffic.ndjson"].map { "\(folder.path)/\($0)" }
    let report = try await countTraffic(paths[0], paths[1], checkpoint: store.path)
    #expect(report.rowsRead == 5 && report.rowsLate == 0 && report.isFinished)
    let expected = """
      {"path":"/a","window_start":"2015-05-17T10:05:00Z","window_end":"2015-05-17T10:06:00Z","requests":2,"failures":1,"bytes":10}
      {"path":"/b","window_start":"2015-05-17T10:05:00Z","window_end":"2015-05-17T10:06:00Z","requests":1,"failures":0,"bytes":null}
      {"path":"/a","window_start":"2015-05-17T10:06:00Z","window_end":"2015-05-17T10:07:00Z","requests":1,"failures":0,"bytes":7}

      """
    #expect(try ReadmeText.text(paths[1]) == expected)
    let again = try await countTraffic(paths[0], paths[1], checkpoint: store.path)
    #expect(again.rowsThisRun == 0 && again.isFinished)
    #expect(try ReadmeText.text(paths[1]) == expected)
  }
}
