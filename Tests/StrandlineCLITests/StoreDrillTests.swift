import Foundation
import StrandlineStorage
import Testing

@Suite("A drill of one's own store", .serialized)
struct StoreDrillTests {
  private func arguments(_ tool: CommandLineTool, _ more: String...) -> [String] {
    [
      "count", "--input", tool.path("in.ndjson"), "--time", "at", "--key", "page", "--window", "1d", "--delay", "10s",
      "--batch-rows", "100", "--output", tool.path("out.ndjson"), "--checkpoint", tool.path("store"), "--leave-open",
      "--json",
    ] + more
  }

  /// The bytes of every file of the store.
  private func contents(_ tool: CommandLineTool) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: tool.path("store")) {
      contents[name] = FileManager.default.contents(atPath: tool.path("store/\(name)"))
    }
    return contents
  }

  private func makeStore(_ tool: CommandLineTool, _ more: String...) throws {
    try tool.run("generate", "--rows", "2000", "--pages", "100", "--output", tool.path("in.ndjson"))
    #expect(try tool.run(arguments(tool) + more).status == 0)
  }

  @Test("predicts, measures and kills the recovery of a copy, and leaves the store as it is")
  func rehearses() throws {
    try withTool { tool in
      try makeStore(tool, "--state", "log")
      let before = try contents(tool)
      let run = try tool.run(
        "drill", "--store", tool.path("store"), "--mode", "kill", "--repeat", "2", "--kills", "3", "--json",
        "--html", tool.path("report.html"))
      #expect(run.status == 0, "\(run.output)\(run.errors)")
      let verdict = try run.json()
      #expect(verdict["recoveries"] as? Int == 2)
      let seen = try tool.run("inspect", tool.path("store"), "--json").json()
      #expect(verdict["groups"] as? Int == seen["groups"] as? Int)
      let recovery = try #require(verdict["recovery"] as? [String: Any])
      let predicted = try #require(recovery["predicted"] as? [String: Any])
      #expect((predicted["ms"] as? Double ?? 0) > 0)
      #expect((predicted["measured_ratio"] as? Double ?? 0) > 0)
      #expect(tool.text("report.html").contains("Predicted and measured"))
      #expect(try contents(tool) == before)
    }
  }

  @Test("damages copies of a store that a run is writing, and the run goes on")
  func live() throws {
    try withTool { tool in
      try tool.run("generate", "--rows", "2000", "--pages", "100", "--output", tool.path("in.ndjson"))
      let child = try tool.start(arguments(tool, "--follow"), tag: "live")
      try tool.wait("all rows") {
        try tool.run("inspect", tool.path("store"), "--json").output.contains("\"rows_read\":2000")
      }
      let run = try tool.run("drill", "--store", tool.path("store"), "--mode", "damage", "--for", "1s", "--json")
      #expect(run.status == 0, "\(run.output)\(run.errors)")
      #expect((try run.json()["tried"] as? Int ?? 0) > 0)
      try child.kill(.terminate)
      #expect(try tool.result(of: child, tag: "live").status == 0)
    }
  }

  @Test("finds a recovery that steps back and says nothing, and tries that damage again")
  func findsStepBack() throws {
    try withTool { tool in
      try makeStore(tool, "--state", "snapshot")
      let run = try tool.run(
        "drill", "--store", tool.path("store"), "--mode", "damage", "--for", "60s", "--plant", "step-back", "--json",
        "--dir", tool.path("kept"))
      #expect(run.status == 1, "\(run.output)\(run.errors)")
      let violations = try #require(try run.json()["violations"] as? [[String: String]])
      let words = try #require(violations.first?["again"]).split(separator: " ").map(String.init)
      #expect(words.contains("--only") && words.contains(tool.path("kept/copy")))
      let again = try tool.run(Array(words.dropFirst()) + ["--json"])
      #expect(again.status == 1, "\(again.output)\(again.errors)")
      let found = try #require(try again.json()["violations"] as? [[String: String]])
      #expect(found.map { $0["text"] } == [violations[0]["text"]])
    }
  }

  @Test("says where there is no store, and refuses what a copy can't show")
  func refuses() throws {
    try withTool { tool in
      let nowhere = ["drill", "--store", tool.path("nowhere")]
      for (arguments, status) in [
        (nowhere, Int32(5)), (nowhere + ["--mode", "disk"], 64), (["drill", "--only", "3:kl"], 64),
      ] {
        let run = try tool.run(arguments)
        #expect(run.status == status, "\(arguments): \(run.errors)")
      }
    }
  }
}
