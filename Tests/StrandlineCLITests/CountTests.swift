import Foundation
import StrandlineStorage
import Testing

/// What every run over the sample says of the plan.
private let plan = ["--time", "at", "--key", "page", "--window", "10s", "--delay", "5s", "--sum", "bytes"]

@Suite("The command count")
struct CountTests {
  /// Counts the sample independently: pages and windows of the rows that aren't late.
  private func oracle(_ text: String) throws -> [String: [Int]] {
    let format = ISO8601DateFormatter()
    format.formatOptions = [.withInternetDateTime]
    var groups: [String: [Int]] = [:]
    var latest = Int.min
    for row in try CommandLineTool.rows(text) {
      let at = try #require(row["at"] as? String)
      let whole = try #require(format.date(from: String(at.prefix(19)) + "Z"))
      let fraction = Int((at.dropFirst(20).prefix { $0.isNumber } + "000000").prefix(6)) ?? 0
      let micros = Int(whole.timeIntervalSince1970) * 1_000_000 + (at.contains(".") ? fraction : 0)
      latest = max(latest, micros)
      let start = micros / 10_000_000 * 10_000_000
      if start + 10_000_000 <= latest - 5_000_000 { continue }
      let name = "\(try #require(row["page"] as? String)) \(start / 1_000_000)"
      let bytes = try #require(row["bytes"] as? Int)
      groups[name, default: [0, 0]][0] += 1
      groups[name, default: [0, 0]][1] += bytes
    }
    return groups
  }

  @Test("counts and sums are those of an independent count")
  func oracleAgrees() throws {
    try withTool { tool in
      try tool.run("generate", "--rows", "5000", "--step", "10ms", "--pages", "20", "--output", tool.path("in.ndjson"))
      let run = try tool.run(
        ["count", "--input", tool.path("in.ndjson"), "--output", tool.path("out.ndjson"), "--json"] + plan)
      #expect(run.status == 0, "\(run.errors)")
      var groups = try oracle(tool.text("in.ndjson"))
      let format = ISO8601DateFormatter()
      for row in try CommandLineTool.rows(tool.text("out.ndjson")) {
        let text = try #require(row["window_start"] as? String)
        let start = try #require(format.date(from: text))
        let name = "\(try #require(row["page"] as? String)) \(Int(start.timeIntervalSince1970))"
        let values = [try #require(row["count"] as? Int), try #require(row["sum_bytes"] as? Int)]
        #expect(groups.removeValue(forKey: name) == values)
      }
      #expect(groups.isEmpty)
      let report = try run.json()
      #expect(report["rows_read"] as? Int == 5000)
      #expect((report["rows_late"] as? Int ?? 0) > 0)
      #expect(report["finished"] as? Bool == true)
    }
  }

  @Test("files, standard input, small batches, parts, a glob and CSV give the same bytes")
  func waysAgree() throws {
    try withTool { tool in
      try tool.run("generate", "--rows", "3000", "--pages", "20", "--output", tool.path("in.ndjson"))
      let input = tool.path("in.ndjson")
      try tool.run(["count", "--input", input, "--output", tool.path("a.ndjson")] + plan)
      let right = tool.text("a.ndjson")
      #expect(!right.isEmpty)
      let typed = plan.map { $0 == "bytes" ? "bytes:int64" : $0 }
      #expect(try tool.run(["count", "--input", "-", "--quiet"] + typed, input: input).output == right)
      try tool.run(
        ["count", "--input", tool.path("in*.ndjson"), "--batch-rows", "7", "--durability", "none"]
          + ["--output", tool.path("b.ndjson"), "--checkpoint", tool.path("b")] + plan)
      #expect(tool.text("b.ndjson") == right)
      let many = ["count", "--input", input, "--batch-rows", "100", "--workers", "3"]
      try tool.run(many + ["--output", tool.path("parts")] + plan)
      let parts = try FileManager.default.contentsOfDirectory(atPath: tool.path("parts")).sorted()
      #expect(parts.map { tool.text("parts/\($0)") }.joined() == right)
      var csv = "bytes,at,page\n"
      for row in try CommandLineTool.rows(tool.text("in.ndjson")) {
        csv += "\(row["bytes"] as? Int ?? 0),\(row["at"] as? String ?? ""),\(row["page"] as? String ?? "")\n"
      }
      try tool.write(csv, to: "in.csv")
      try tool.run(["count", "--input", tool.path("in.csv"), "--output", tool.path("c.ndjson")] + plan)
      #expect(tool.text("c.ndjson") == right)
    }
  }

  @Test("compressed files are counted, their format and types known by their content and the rest of their name")
  func compressed() throws {
    try withTool { tool in
      // printf 't,k\n1,7\n2,8\n' | gzip -n | base64, and the same with zstd --no-check.
      let files = [
        "in.csv": "dCxrCjEsNwoyLDgK", "in.csv.gz": "H4sIAAAAAAAAAyvRyeYy1DHnMtKx4AIAGeG84gwAAAA=",
        "in.csv.zst": "KLUv/QBYYQAAdCxrCjEsNwoyLDgK",
      ]
      for (name, content) in files {
        try #require(Data(base64Encoded: content)).write(to: URL(fileURLWithPath: tool.path(name)))
        let run = try tool.run(
          "count", "--input", tool.path(name), "--time", "t", "--time-unit", "s", "--key", "k", "--window", "1m",
          "--quiet")
        #expect(run.output.split(separator: "\n").map { $0.prefix(7) } == ["{\"k\":7,", "{\"k\":8,"], "\(name)")
      }
      let followed = try tool.run(
        "count", "--input", tool.path("in.csv.gz"), "--time", "t", "--time-unit", "s", "--window", "1m", "--follow")
      #expect(followed.status != 0)
      #expect(followed.errors.contains("can't be followed"))
    }
  }

  @Test("a condition keeps rows, and extremes and means are computed")
  func conditions() throws {
    try withTool { tool in
      try tool.write(
        """
        {"t":10,"k":"a","n":5,"s":200}
        {"t":11,"k":"a","n":1,"s":500}
        {"t":12,"k":"a","n":2,"s":200}
        {"t":13,"k":null,"n":7,"s":200}

        """, to: "in.ndjson")
      let run = try tool.run(
        "count", "--input", tool.path("in.ndjson"), "--time", "t", "--time-unit", "s", "--key", "k", "--window", "1m",
        "--min", "n", "--max", "n", "--avg", "n", "--where", "s < 400", "--quiet")
      #expect(
        run.output == """
          {"k":null,"window_start":"1970-01-01T00:00:00Z","window_end":"1970-01-01T00:01:00Z","count":1,"min_n":7,"max_n":7,"avg_n":7.0}
          {"k":"a","window_start":"1970-01-01T00:00:00Z","window_end":"1970-01-01T00:01:00Z","count":2,"min_n":2,"max_n":5,"avg_n":3.5}

          """)
    }
  }

  @Test("any aggregate is written as SQL, with a name or its own words")
  func aggregates() throws {
    try withTool { tool in
      try tool.write(
        """
        {"t":10,"k":"a","n":5,"s":200}
        {"t":11,"k":"b","n":1,"s":500}
        {"t":12,"k":"a","n":2,"s":200}

        """, to: "in.ndjson")
      let arguments = [
        "count", "--input", tool.path("in.ndjson"), "--time", "t", "--time-unit", "s", "--window", "1m", "--quiet",
      ]
      let run = try tool.run(
        arguments + [
          "--aggregate", "count(distinct k) as different", "--aggregate", "last(k)", "--aggregate",
          "top_k(n, 2) filter (where s = 200) AS top", "--aggregate", "stddev_pop(n)",
        ])
      #expect(
        run.output == """
          {"window_start":"1970-01-01T00:00:00Z","window_end":"1970-01-01T00:01:00Z","count":3,"different":2,"last(k)":"a","top":"[5,2]","stddev_pop(n)":1.699673171197595}

          """)
      for (text, word) in [("median(n)", "no aggregate median"), ("sum(k)", "not a number"), ("sum(n", "closed")] {
        let refused = try tool.run(arguments + ["--aggregate", text])
        #expect(refused.status == 6 && refused.errors.contains(word), "\(text): \(refused.errors)")
      }
    }
  }

  @Test("following reads what is appended and new files, and SIGTERM commits and exits with 0")
  func followsAndStops() throws {
    try withTool { tool in
      let line = { (second: Int) in "{\"t\":\(second),\"k\":\"a\"}\n" }
      try tool.write(line(1), to: "in-1.ndjson")
      let arguments = [
        "count", "--input", tool.path("in-*.ndjson"), "--follow", "--time", "t", "--time-unit", "s", "--key", "k",
        "--window", "10s", "--output", tool.path("out.ndjson"), "--checkpoint", tool.path("store"), "--json",
      ]
      let first = try tool.start(arguments)
      let rows = { () throws -> Int in
        let seen = try tool.run("inspect", tool.path("store"), "--json")
        return seen.status == 0 ? try seen.json()["rows_read"] as? Int ?? 0 : 0
      }
      try tool.wait("the first row") { try rows() == 1 }
      try tool.append(line(2) + line(35), to: "in-1.ndjson")
      try tool.wait("the appended rows") { try rows() == 3 }
      try first.kill(.terminate)
      let ended = try tool.result(of: first)
      #expect(ended.status == 0, "\(ended.errors)")
      #expect(try ended.json()["stopped"] as? Bool == true)
      #expect(tool.text("out.ndjson").contains("\"count\":2"))
      // The next run goes on with what came in the meantime.
      try tool.write(line(36), to: "in-2.ndjson")
      let second = try tool.start(arguments)
      try tool.wait("the new file") { try rows() == 4 }
      try second.kill(.terminate)
      #expect(try tool.result(of: second).status == 0)
    }
  }

  @Test("a killed run goes on and writes the same bytes")
  func killed() throws {
    try withTool { tool in
      try tool.run("generate", "--rows", "4000", "--pages", "50", "--output", tool.path("in.ndjson"))
      let arguments = ["count", "--input", tool.path("in.ndjson"), "--batch-rows", "100"] + plan
      try tool.run(arguments + ["--output", tool.path("right.ndjson")])
      let store = ["--output", tool.path("out.ndjson"), "--checkpoint", tool.path("store"), "--json"]
      let child = try tool.start(arguments + store + ["--pace", "40ms"])
      try tool.wait("some batches") {
        let seen = try tool.run("inspect", tool.path("store"), "--json")
        return seen.status == 0 ? try seen.json()["last_batch"] as? Int ?? 0 >= 3 : false
      }
      try child.kill(.kill)
      #expect(try child.wait() == .killed(.kill))
      let again = try tool.run(arguments + store)
      #expect(again.status == 0, "\(again.errors)")
      let recovery = try #require(try again.json()["recovery"] as? [String: Any])
      #expect((recovery["batch"] as? Int ?? 0) >= 3)
      #expect(try again.errorJSON()["event"] as? String == "recovered")
      #expect(tool.text("out.ndjson") == tool.text("right.ndjson"))
    }
  }

  @Test("windows that were left open go on with more input")
  func leavesOpen() throws {
    try withTool { tool in
      try tool.run("generate", "--rows", "3000", "--pages", "20", "--output", tool.path("all.ndjson"))
      let lines = tool.text("all.ndjson").split(separator: "\n", omittingEmptySubsequences: false)
      let arguments = { (input: String, output: String) in
        ["count", "--input", tool.path(input), "--output", tool.path(output)] + plan
      }
      try tool.run(arguments("all.ndjson", "right.ndjson"))
      try tool.write(lines[..<1000].joined(separator: "\n") + "\n", to: "part.ndjson")
      let store = ["--checkpoint", tool.path("store")]
      let first = try tool.run(arguments("part.ndjson", "out.ndjson") + store + ["--leave-open", "--json"])
      #expect(first.status == 0, "\(first.errors)")
      #expect(try first.json()["finished"] as? Bool == false)
      try tool.append(lines[1000...].joined(separator: "\n"), to: "part.ndjson")
      let second = try tool.run(arguments("part.ndjson", "out.ndjson") + store)
      #expect(second.status == 0, "\(second.errors)")
      #expect(tool.text("out.ndjson") == tool.text("right.ndjson"))
    }
  }
}
