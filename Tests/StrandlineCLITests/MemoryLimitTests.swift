import Foundation
import Testing

@testable import StrandlineCLI

@Suite("A memory limit on the command line")
struct MemoryLimitTests {
  @Test(
    "is a number with a unit",
    arguments: [("512MB", 512_000_000), ("64MiB", 1 << 26), ("2GB", 2_000_000_000), ("1KiB", 1024), ("7B", 7)])
  func amounts(_ text: String, _ bytes: Int) {
    #expect(BytesArgument(argument: text)?.bytes == bytes)
  }

  @Test("is refused where it says nothing", arguments: ["", "512", "MB", "-1MB", "0MB", "1 MB", "9999999999999GB"])
  func refused(_ text: String) {
    #expect(BytesArgument(argument: text) == nil)
  }

  @Test("changes the order of rows at most, and is told of")
  func rows() throws {
    try withTool { tool in
      try tool.run("generate", "--rows", "20000", "--pages", "5000", "--output", tool.path("in.ndjson"))
      let plan = [
        "count", "--input", tool.path("in.ndjson"), "--time", "at", "--key", "page", "--window", "1d", "--json",
      ]
      try tool.run(plan + ["--output", tool.path("a.ndjson")])
      let run = try tool.run(
        plan + [
          "--output", tool.path("b.ndjson"), "--memory-limit", "30kB", "--spill-directory", tool.directory,
          "--batch-rows", "1000",
        ])
      #expect(run.status == 0, "\(run.errors)")
      #expect(try run.json()["spilled_bytes"] as? Int ?? 0 > 0)
      let lines = ["a.ndjson", "b.ndjson"].map { tool.text($0).split(separator: "\n").sorted() }
      #expect(lines[0].count > 1000 && lines[0] == lines[1])
      #expect(!(try FileManager.default.contentsOfDirectory(atPath: tool.directory)).contains { $0.contains("spill") })
      for more in [["--follow"], ["--leave-open"], ["--checkpoint", tool.path("c")]] {
        #expect(try tool.run(plan + ["--memory-limit", "1MB"] + more).status == 64)
      }
      #expect(try tool.run(plan + ["--spill-directory", "/tmp"]).status == 64)
      let nowhere = try tool.run(plan + ["--memory-limit", "1kB", "--spill-directory", tool.path("nowhere")])
      #expect(nowhere.status == 5 && nowhere.errors.contains("nowhere"), "\(nowhere.errors)")
    }
  }
}
