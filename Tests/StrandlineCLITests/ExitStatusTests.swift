import Foundation
import StrandlineStorage
import Testing

@Suite("Exit codes")
struct ExitStatusTests {
  private let plan = ["--time", "t", "--time-unit", "s", "--key", "k", "--window", "10s"]
  private let row = "{\"t\":1,\"k\":\"a\"}\n"

  private func count(_ tool: CommandLineTool, _ more: String...) -> [String] {
    ["count", "--input", tool.path("in.ndjson"), "--output", tool.path("out.ndjson"), "--json"] + plan + more
  }

  @Test(
    "a wrong command line is 64",
    arguments: [
      ["count", "--input", "x", "--time", "t", "--key", "k", "--window", "60"],
      ["count", "--time", "t", "--key", "k", "--window", "60s"],
      ["count", "--input", "x", "--time", "t", "--key", "k:text", "--window", "60s"],
      ["count", "--input", "x", "--time", "t", "--window", "1m", "--durability", "sometimes"],
      ["dump", "store", "--batch", "last"], ["nothing"],
    ])
  func usage(_ arguments: [String]) throws {
    try withTool { tool in
      let run = try tool.run(arguments)
      #expect(run.status == 64)
      #expect(!run.errors.isEmpty)
    }
  }

  @Test("a row that can't be read is 3, with file and offset, or is set aside")
  func badRow() throws {
    try withTool { tool in
      try tool.write(row + "{\"t\":\n" + row, to: "in.ndjson")
      let failed = try tool.run(count(tool))
      #expect(failed.status == 3)
      let error = try failed.errorJSON()
      #expect(error["code"] as? String == "row")
      #expect(error["file"] as? String == tool.path("in.ndjson"))
      #expect(error["offset"] as? Int == row.utf8.count)
      let skipped = try tool.run(count(tool, "--on-error", "skip", "--rejects", tool.path("bad.ndjson")))
      #expect(skipped.status == 0, "\(skipped.errors)")
      #expect(try skipped.json()["rows_refused"] as? Int == 1)
      #expect(try CommandLineTool.rows(tool.text("bad.ndjson")).first?["offset"] as? Int == row.utf8.count)
    }
  }

  @Test("a store that somebody has open is 4")
  func locked() throws {
    try withTool { tool in
      try tool.write(row, to: "in.ndjson")
      let child = try tool.start(count(tool, "--follow", "--checkpoint", tool.path("store")))
      try tool.wait("the first batch") {
        try tool.run("inspect", tool.path("store"), "--json").output.contains("\"rows_read\":1")
      }
      let second = try tool.run(count(tool, "--follow", "--checkpoint", tool.path("store")))
      #expect(second.status == 4)
      #expect(second.errors.contains("pid \(child.id)"))
      try child.kill(.terminate)
      #expect(try tool.result(of: child).status == 0)
    }
  }

  @Test("a missing input or store is 5")
  func missing() throws {
    try withTool { tool in
      #expect(try tool.run(count(tool)).status == 5)
      #expect(try tool.run("inspect", tool.path("nowhere")).status == 5)
      try tool.write(row, to: "in.ndjson")
      #expect(try tool.run(count(tool, "--must-exist", "--checkpoint", tool.path("nowhere"))).status == 5)
    }
  }

  @Test("a plan that can't be carried out or isn't the store's is 6, with the difference")
  func refused() throws {
    try withTool { tool in
      try tool.write(row, to: "in.ndjson")
      #expect(try tool.run(count(tool, "--sum", "k")).status == 6)
      #expect(try tool.run(count(tool, "--where", "t <")).status == 6)
      #expect(try tool.run(count(tool, "--checkpoint", tool.path("store"), "--leave-open")).status == 0)
      let other = try tool.run(count(tool, "--checkpoint", tool.path("store"), "--delay", "5s"))
      #expect(other.status == 6)
      #expect(other.errors.contains("delay: 0s → 5s"))
      let shards = try tool.run(count(tool, "--checkpoint", tool.path("store"), "--leave-open", "--shards", "32"))
      #expect(shards.status == 6)
      #expect(shards.errors.contains("fork \(tool.path("store")) --batch latest --shards 32"))
    }
  }

  @Test("a job that has ended is refused over new input with 6")
  func finished() throws {
    try withTool { tool in
      try tool.write(row, to: "in-1.ndjson")
      let arguments =
        ["count", "--input", tool.path("in-*.ndjson"), "--output", tool.path("out.ndjson"), "--json"] + plan
        + ["--checkpoint", tool.path("store")]
      #expect(try tool.run(arguments).status == 0)
      // Nothing new: there is nothing to do, and nothing wrong.
      #expect(try tool.run(arguments).status == 0)
      try tool.write(row, to: "in-2.ndjson")
      let again = try tool.run(arguments)
      #expect(again.status == 6)
      #expect(try again.errorJSON()["code"] as? String == "finished")
      #expect(again.errors.contains("leave-open"))
    }
  }

  @Test("a second signal ends the process at once")
  func secondSignal() throws {
    try withTool { tool in
      try tool.write(row, to: "in.ndjson")
      // The rest after the batch is longer than the test waits.
      let child = try tool.start(count(tool, "--follow", "--checkpoint", tool.path("store"), "--pace", "1h"))
      try tool.wait("the first batch") {
        try tool.run("inspect", tool.path("store"), "--json").output.contains("\"rows_read\":1")
      }
      try child.kill(.interrupt)
      try tool.wait("the answer to the signal") { tool.text("run.err").contains("SIGINT") }
      try child.kill(.interrupt)
      #expect(try tool.result(of: child).status == 130)
    }
  }
}
