import Foundation
import Testing

@Suite("count --dry-run")
struct DryRunTests {
  private func count(_ tool: CommandLineTool, _ more: String...) -> [String] {
    [
      "count", "--input", tool.path("in.ndjson"), "--time", "at", "--key", "page", "--window", "10s", "--batch-rows",
      "100", "--leave-open", "--output", tool.path("out/rows.ndjson"), "--checkpoint", tool.path("store"),
    ] + more
  }

  /// Names, sizes and times of everything in the tool's directory but what the commands print.
  private func snapshot(_ tool: CommandLineTool) throws -> [String] {
    let files = FileManager.default.enumerator(atPath: tool.directory)
    var lines: [String] = []
    while let name = files?.nextObject() as? String {
      if name.hasSuffix(".out") || name.hasSuffix(".err") { continue }
      let facts = try FileManager.default.attributesOfItem(atPath: tool.path(name))
      let content = FileManager.default.contents(atPath: tool.path(name))?.hashValue ?? 0
      lines.append("\(name) \(content) \(facts[.modificationDate] ?? "")")
    }
    return lines.sorted()
  }

  /// Runs the command with and without --json, and expects nothing to have changed.
  private func dryRun(_ tool: CommandLineTool, _ more: [String] = [], status: Int32) throws -> (String, [String: Any]) {
    let before = try snapshot(tool)
    let text = try tool.run(count(tool, "--dry-run") + more)
    let json = try tool.run(count(tool, "--dry-run", "--json") + more)
    #expect(text.status == status && json.status == status, "\(text.errors)")
    #expect(try snapshot(tool) == before)
    return (text.output, try json.json())
  }

  @Test("says what would be done: make, recover, cut, carry over or refuse; and does nothing")
  func says() throws {
    try withTool { tool in
      try tool.run("generate", "--rows", "1000", "--pages", "20", "--output", tool.path("in.ndjson"))
      let new = try dryRun(tool, status: 0)
      #expect(new.0.contains("a new store would be made at \(tool.path("store"))"))
      #expect(new.1["would"] as? String == "make")
      #expect(try dryRun(tool, ["--must-exist"], status: 5).1["would"] as? String == "refuse")

      #expect(try tool.run(count(tool)).status == 0)
      let whole = try dryRun(tool, status: 0)
      for word in ["store: ", "restore: ", "redo: ", "go on: "] { #expect(whole.0.contains(word)) }
      #expect(whole.0.contains("bytes of snapshots") && (whole.1["snapshot_bytes"] as? Int ?? 0) > 0)
      #expect(whole.1["would"] as? String == "recover" && (whole.1["last_batch"] as? Int ?? 0) >= 9)

      let changed = try dryRun(tool, ["--delay", "5s"], status: 6)
      #expect(changed.0.contains("plan: delay: 0s → 5s (refused)"))
      #expect(changed.1["code"] as? String == "mismatch")
      #expect(try dryRun(tool, ["--shards", "2"], status: 6).0.contains("fork"))
      let kept = try dryRun(tool, ["--avg", "page:int64"], status: 6)
      #expect(kept.0.contains("refused"))

      // The last record torn, and then one before it damaged.
      let segment = try #require(
        try FileManager.default.contentsOfDirectory(atPath: tool.path("store")).filter { $0.hasSuffix(".log") }.max())
      let path = tool.path("store/\(segment)")
      let bytes = try #require(FileManager.default.contents(atPath: path))
      let records = bytes.indices.filter { $0 % 8 == 0 && bytes[$0...].starts(with: Data("SRLC".utf8)) }
      let damage = { (place: Int) in
        var copy = bytes
        copy[place] ^= 1
        try copy.write(to: URL(fileURLWithPath: path))
      }
      try damage(records[records.count - 1] + 20)
      let torn = try dryRun(tool, status: 0)
      #expect(torn.0.contains("cut: \(segment)"))
      #expect(torn.1["torn_tail"] is String)
      try damage(records[2] + 20)
      let damaged = try dryRun(tool, status: 1)
      #expect(damaged.0.contains("refuse: ") && damaged.0.contains("strandline fork"))
      #expect(damaged.1["code"] as? String == "corruption")
    }
  }
}
