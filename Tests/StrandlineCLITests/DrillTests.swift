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
      #expect(verdict["tried"] as? Int == 6)
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
      let violations = try #require(try run.json()["violations"] as? [[String: String]])
      #expect(violations.first?["again"]?.contains("--plant \(plant[0])") == true)
    }
  }

  @Test("crashes of a simulated disk are recovered, in either way to keep state", arguments: ["snapshot", "log"])
  func disk(_ state: String) throws {
    try withTool { tool in
      let page = tool.path("report.html")
      let run = try tool.run(tiny("disk", "--state", state, "--html", page, "--json"))
      #expect(run.status == 0, "\(run.output)\(run.errors)")
      let verdict = try run.json()
      #expect(verdict["ok"] as? Bool == true)
      #expect((verdict["distinct"] as? Int ?? 0) > 20)
      let html = tool.text("report.html")
      #expect(html.contains("<p class=\"verdict good\">") && html.hasSuffix("</html>\n"))
      #expect(!html.contains("http"), "nothing is fetched")
    }
  }

  @Test("damage of a store is refused or survived")
  func damage() throws {
    try withTool { tool in
      let run = try tool.run(tiny("damage", "--for", "3s", "--json"))
      #expect(run.status == 0, "\(run.output)\(run.errors)")
      #expect((try run.json()["tried"] as? Int ?? 0) > 20)
    }
  }

  @Test("a disk that is full at any call ends runs with an error, and loses nothing")
  func fullDisk() throws {
    try withTool { tool in
      let run = try tool.run(tiny("full-disk", "--output-kind", "parts", "--json"))
      #expect(run.status == 0, "\(run.output)\(run.errors)")
      #expect((try run.json()["tried"] as? Int ?? 0) > 20)
      let planted = try tool.run(tiny("full-disk", "--output-kind", "parts", "--plant", "publish-early", "--json"))
      #expect(planted.status == 1, "\(planted.output)\(planted.errors)")
    }
  }

  @Test("a log that isn't synced is found, and the command that a violation names shows it again")
  func replays() throws {
    try withTool { tool in
      let run = try tool.run(tiny("disk", "--plant", "no-sync", "--json"))
      #expect(run.status == 1, "\(run.output)\(run.errors)")
      let violations = try #require(try run.json()["violations"] as? [[String: String]])
      let again = try #require(violations.first?["again"])
      let words = again.split(separator: " ").map(String.init)
      #expect(words.prefix(2) == ["strandline", "drill"] && words.contains("--only"))
      let second = try tool.run(Array(words.dropFirst()) + ["--json"])
      #expect(second.status == 1, "\(second.output)\(second.errors)")
      let found = try #require(try second.json()["violations"] as? [[String: String]])
      #expect(found == [violations[0]])
    }
  }

  private func tiny(_ mode: String, _ more: String...) -> [String] {
    ["drill", "--mode", mode, "--rows", "60", "--keys", "4", "--batch", "10", "--depth", "0", "--samples", "2"]
      + ["--exhaustive", "3"] + more
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
