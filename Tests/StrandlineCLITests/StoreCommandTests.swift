import Foundation
import StrandlineStorage
import Testing

@Suite("The commands inspect, verify and dump")
struct StoreCommandTests {
  /// A store whose windows are open, with a batch per 200 rows.
  private func makeStore(_ tool: CommandLineTool, _ more: String...) throws {
    try tool.run("generate", "--rows", "2000", "--pages", "30", "--output", tool.path("in.ndjson"))
    let arguments = [
      "count", "--input", tool.path("in.ndjson"), "--time", "at", "--key", "page", "--key", "status", "--window", "1m",
      "--delay", "1m", "--sum", "bytes", "--batch-rows", "200", "--leave-open", "--output", tool.path("out.ndjson"),
      "--checkpoint", tool.path("store"),
    ]
    let run = try tool.run(arguments + more)
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test("inspect shows batches, offsets, state, log and recovery", arguments: ["snapshot", "log"])
  func inspect(_ mode: String) throws {
    try withTool { tool in
      try makeStore(tool, "--state", mode)
      let text = try tool.run("inspect", tool.path("store"))
      #expect(text.status == 0)
      for word in ["batches", "watermark", "partitions", "state", "log", "floor", "recovery", "restore:", "go on:"] {
        #expect(text.output.contains(word), "\(word)")
      }
      let json = try tool.run("inspect", tool.path("store"), "--json").json()
      #expect(json["rows_read"] as? Int == 2000)
      #expect(json["last_batch"] as? Int ?? 0 >= 9)
      let records = try #require(json["records"] as? [String: Int])
      #expect((records[mode == "log" ? "delta" : "snapshot"] ?? 0) >= 8)
    }
  }

  @Test(
    "dump gives the state's rows in order, for the newest batch and for an earlier one", arguments: ["snapshot", "log"])
  func dump(_ mode: String) throws {
    try withTool { tool in
      try makeStore(tool, "--state", mode, "--retain", "100")
      let latest = try CommandLineTool.rows(try tool.run("dump", tool.path("store")).output)
      #expect(latest.reduce(0) { $0 + ($1["count"] as? Int ?? 0) } == 2000)
      #expect(Set(latest[0].keys) == ["page", "status", "window_start", "window_end", "count", "sum_bytes"])
      let order = latest.map { row in
        [row["window_end"] as? String ?? "", row["page"] as? String ?? "", "\(row["status"] as? Int ?? 0)"]
      }
      #expect(order == order.sorted { $0.lexicographicallyPrecedes($1) })
      let earlier = try tool.run("dump", tool.path("store"), "--batch", "4")
      let rows = try CommandLineTool.rows(earlier.output).reduce(0) { $0 + ($1["count"] as? Int ?? 0) }
      #expect(rows > 0 && rows < 2000 && rows % 200 == 0, "\(rows) \(earlier.errors)")
      let unknown = try tool.run("dump", tool.path("store"), "--batch", "999", "--json")
      #expect(unknown.status == 6)
      #expect(try unknown.errorJSON()["code"] as? String == "mismatch")
    }
  }

  @Test("verify passes a whole store, and names file and offset of a flipped bit")
  func verify() throws {
    try withTool { tool in
      try makeStore(tool)
      let whole = try tool.run("verify", tool.path("store"), "--json")
      #expect(whole.status == 0, "\(whole.errors)")
      #expect((try whole.json()["digests"] as? Int ?? 0) > 0)
      let segment = try #require(
        try FileManager.default.contentsOfDirectory(atPath: tool.path("store")).filter { $0.hasSuffix(".log") }.max())
      let path = tool.path("store/\(segment)")
      var bytes = try #require(FileManager.default.contents(atPath: path))
      bytes[600] ^= 4
      try bytes.write(to: URL(fileURLWithPath: path))
      let damaged = try tool.run("verify", tool.path("store"), "--json")
      #expect(damaged.status == 1)
      let error = try damaged.errorJSON()
      #expect(error["code"] as? String == "corruption")
      #expect((error["file"] as? String)?.hasSuffix(segment) == true)
      #expect(error["offset"] is Int)
      #expect(try tool.run("inspect", tool.path("store")).status == 1)
      #expect(try tool.run("dump", tool.path("store")).status == 1)
    }
  }

  @Test("diff leads from the rows of one batch to those of another", arguments: ["snapshot", "log"])
  func diff(_ mode: String) throws {
    try withTool { tool in
      try makeStore(tool, "--state", mode, "--retain", "100")
      let state = { (batch: String) in
        Set(try tool.run("dump", tool.path("store"), "--batch", batch).output.split(separator: "\n").map(String.init))
      }
      let (before, after) = (try state("3"), try state("9"))
      let text = try tool.run("diff", tool.path("store"), "--from", "3", "--to", "9")
      #expect(text.status == 0, "\(text.errors)")
      let lines = text.output.split(separator: "\n")
      let added = Set(lines.filter { $0.hasPrefix("+ ") }.map { String($0.dropFirst(2)) })
      #expect(added.isSubset(of: after) && added.isDisjoint(with: before))
      #expect(lines.contains { $0.hasPrefix("~ {\"page\"") && $0.contains("} {\"count\"") && $0.contains("} -> {") })
      #expect(text.errors.contains("\(added.count) added"))
      var applied = before
      let objects = try tool.run("diff", tool.path("store"), "--from", "3", "--to", "9", "--json")
      for line in objects.output.split(separator: "\n") {
        let object = try CommandLineTool.object(String(line))
        let parts = line.dropLast().split(separator: "\"after\":")
        let old = parts[0].components(separatedBy: "\"before\":").dropFirst().first.map {
          $0.hasSuffix(",") ? String($0.dropLast()) : $0
        }
        #expect(["added", "closed", "changed"].contains(object["change"] as? String))
        if let old { #expect(applied.remove(old) != nil, "\(old)") }
        if object["after"] != nil { applied.insert(String(parts[1])) }
      }
      #expect(applied == after)
      #expect(objects.output.split(separator: "\n").count == lines.count)
      #expect(try tool.run("diff", tool.path("store"), "--from", "9", "--to", "latest").status == 0)
      let gone = try tool.run("diff", tool.path("store"), "--from", "3", "--to", "999")
      #expect(gone.status == 6 && gone.errors.contains("can be"))
    }
  }

  @Test("a damaged snapshot of a shard is damage to verify, and survived and reported by everything else")
  func degraded() throws {
    try withTool { tool in
      try makeStore(tool, "--state", "log", "--shards", "2")
      let segment = try #require(
        try FileManager.default.contentsOfDirectory(atPath: tool.path("store")).filter { $0.hasSuffix(".log") }.max())
      let path = tool.path("store/\(segment)")
      var bytes = try #require(FileManager.default.contents(atPath: path))
      // A record of a batch ends with its snapshots; padding is zero.
      let records = bytes.indices.filter { $0 % 8 == 0 && bytes[$0...].starts(with: Data("SRLC".utf8)) }
      let next = records[records.count - 2]
      let last = try #require(bytes[..<next].lastIndex { $0 != 0 })
      bytes[last] ^= 8
      try bytes.write(to: URL(fileURLWithPath: path))
      let dump = try tool.run("dump", tool.path("store"))
      #expect(dump.status == 0, "\(dump.errors)")
      let verify = try tool.run("verify", tool.path("store"), "--json")
      #expect(verify.status == 1)
      #expect(try verify.json()["ok"] as? Bool == false)
      #expect(try (verify.json()["degraded"] as? [[String: Any]])?.first?["file"] as? String == segment)
      #expect(try verify.errorJSON()["code"] as? String == "degraded")
      #expect(verify.errors.contains("recovery survives it"))
      #expect(try tool.run("inspect", tool.path("store")).output.contains("degraded: the snapshot of shard"))
      #expect(try tool.run("inspect", tool.path("store"), "--json").json()["degraded"] is [Any])
    }
  }

  @Test("a live store can be looked at while a run writes it")
  func live() throws {
    try withTool { tool in
      try tool.run("generate", "--rows", "2000", "--output", tool.path("in.ndjson"))
      let child = try tool.start([
        "count", "--input", tool.path("in.ndjson"), "--time", "at", "--key", "page", "--window", "1m", "--batch-rows",
        "20", "--pace", "20ms", "--output", tool.path("out.ndjson"), "--checkpoint", tool.path("store"), "--quiet",
      ])
      try tool.wait("the store") { FileManager.default.fileExists(atPath: tool.path("store/MANIFEST")) }
      for _ in 0..<5 {
        for command in ["inspect", "verify", "dump"] {
          let look = try tool.run(command, tool.path("store"), "--json")
          #expect(look.status == 0, "\(command): \(look.errors)")
        }
      }
      #expect(try child.isRunning())
      try child.kill(.kill)
      _ = try child.wait()
    }
  }
}
