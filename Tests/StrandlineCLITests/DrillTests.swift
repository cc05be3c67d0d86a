import Foundation
import Testing

@Suite("The drill and the demo", .serialized)
struct DrillTests {
  private let small = ["--rows", "8000", "--keys", "50", "--partitions", "2", "--batch", "200", "--json"]

  @Test(
    "kills at random instants lose, double and reorder nothing",
    arguments: [["--state", "snapshot"], ["--state", "log", "--output-kind", "parts", "--durability", "group:5ms"]])
  func passes(_ more: [String]) throws {
    try withTool { tool in
      let run = try tool.run(["drill", "--kills", "6", "--dir", tool.path("drill")] + small + more)
      #expect(run.status == 0, "\(run.output)\(run.errors)")
      let verdict = try run.json()
      #expect(verdict["kills"] as? Int == 6)
      #expect(verdict["ok"] as? Bool == true)
      for name in ["lost", "duplicated", "out_of_order", "wrong"] { #expect(verdict[name] as? Int == 0) }
    }
  }

  @Test(
    "a planted mistake is found",
    arguments: [["publish-early", "parts"], ["rewind", "file"]])
  func findsFaults(_ plant: [String]) throws {
    try withTool { tool in
      let run = try tool.run(
        ["drill", "--kills", "30", "--plant", plant[0], "--output-kind", plant[1], "--dir", tool.path("drill")] + small)
      #expect(run.status == 1, "\(run.output)\(run.errors)")
      let violations = try #require(try run.json()["violations"] as? [String])
      #expect(!violations.isEmpty)
    }
  }

  @Test("the demo's killed run ends with the undisturbed run's bytes")
  func demo() throws {
    try withTool { tool in
      let run = try tool.run("demo", "--rows", "20000", "--dir", tool.path("demo"), "--json")
      #expect(run.status == 0, "\(run.errors)")
      let result = try run.json()
      #expect(result["ok"] as? Bool == true)
      #expect((result["killed_at_rows"] as? Int ?? 0) >= 10_000)
      #expect(result["restored_batch"] is Int)
    }
  }
}
