import Foundation
import StrandlineStorage
import Testing

@Suite("The command fork")
struct ForkTests {
  private func count(_ tool: CommandLineTool, _ output: String, _ store: String, _ more: [String] = []) -> [String] {
    [
      "count", "--input", tool.path("in.ndjson"), "--time", "at", "--key", "page", "--window", "10s", "--delay", "2s",
      "--sum", "bytes", "--batch-rows", "200", "--output", tool.path(output), "--checkpoint", tool.path(store),
      "--retain", "100",
    ] + more
  }

  /// The text of all parts of a directory, in order.
  private func parts(_ tool: CommandLineTool, _ directory: String) throws -> String {
    try FileManager.default.contentsOfDirectory(atPath: tool.path(directory)).sorted()
      .map { tool.text("\(directory)/\($0)") }.joined()
  }

  @Test("makes a checkpoint that goes on exactly, and cuts a file of output back", arguments: ["snapshot", "log"])
  func file(_ mode: String) throws {
    try withTool { tool in
      try tool.run("generate", "--rows", "3000", "--step", "20ms", "--pages", "20", "--output", tool.path("in.ndjson"))
      let first = try tool.run(count(tool, "out.ndjson", "store", ["--state", mode]))
      #expect(first.status == 0, "\(first.errors)")
      let right = tool.text("out.ndjson")
      for (batch, name) in [(7, "a"), (12, "b")] {
        let fork = try tool.run(
          "fork", tool.path("store"), "--batch", "\(batch)", tool.path(name), "--shards", "4", "--json")
        #expect(fork.status == 0, "\(fork.errors)")
        let said = try fork.json()
        #expect(said["batch"] as? Int == batch && said["repeated_from"] as? Int == batch + 1)
        #expect((said["repeated_rows"] as? Int ?? 0) > 0)
        #expect(try tool.run("verify", tool.path(name)).status == 0)
        #expect(
          try tool.run("dump", tool.path(name)).output
            == tool.run("dump", tool.path("store"), "--batch", "\(batch)").output)
        let again = try tool.run(count(tool, "out.ndjson", name, ["--json"]))
        #expect(again.status == 0, "\(again.errors)")
        #expect(try again.json()["rows_this_run"] as? Int == said["repeated_rows"] as? Int)
        #expect(tool.text("out.ndjson") == right)
      }
    }
  }

  @Test("names the parts of output that are to be removed")
  func directory() throws {
    try withTool { tool in
      try tool.run("generate", "--rows", "3000", "--step", "20ms", "--pages", "20", "--output", tool.path("in.ndjson"))
      #expect(try tool.run(count(tool, "out", "store")).status == 0)
      let right = try parts(tool, "out")
      let fork = try tool.run("fork", tool.path("store"), "--batch", "8", tool.path("new"))
      #expect(fork.status == 0, "\(fork.errors)")
      let early = try tool.run(count(tool, "out", "new"))
      #expect(
        early.status == 6 && early.errors.contains("remove the parts of output of batch 9 and later"), "\(early.errors)"
      )
      let names = fork.output.split(separator: "\n").filter { $0.hasPrefix("remove: ") }.map { $0.dropFirst(8) }
      #expect(names.count > 2)
      for name in names { try FileManager.default.removeItem(atPath: tool.path("out/\(name)")) }
      let again = try tool.run(count(tool, "out", "new"))
      #expect(again.status == 0, "\(again.errors)")
      #expect(try parts(tool, "out") == right)
    }
  }

  @Test("salvages a damaged checkpoint by the command that its refusal names")
  func damaged() throws {
    try withTool { tool in
      try tool.run("generate", "--rows", "3000", "--step", "20ms", "--pages", "20", "--output", tool.path("in.ndjson"))
      #expect(try tool.run(count(tool, "out.ndjson", "store", ["--state", "log"])).status == 0)
      let right = tool.text("out.ndjson")
      let segment = try #require(
        try FileManager.default.contentsOfDirectory(atPath: tool.path("store")).first { $0.hasSuffix(".log") })
      var bytes = try #require(FileManager.default.contents(atPath: tool.path("store/\(segment)")))
      // Somewhere in the records behind the first, which is a snapshot.
      let records = bytes.indices.filter { $0 % 8 == 0 && bytes[$0...].starts(with: Data("SRLC".utf8)) }
      bytes[records[6] + 40] ^= 1
      try bytes.write(to: URL(fileURLWithPath: tool.path("store/\(segment)")))
      let refused = try tool.run(count(tool, "out.ndjson", "store"))
      #expect(refused.status == 1)
      let command = try #require(refused.errors.split(separator: "`").first { $0.hasPrefix("strandline fork") })
      let words = command.split(separator: " ").map(String.init)
      #expect(words[2] == tool.path("store") && words.last == "NEWSTORE")
      let fork = try tool.run(words.dropFirst().dropLast() + [tool.path("new")])
      #expect(fork.status == 0, "\(fork.errors)")
      #expect(try tool.run(count(tool, "out.ndjson", "new")).status == 0)
      #expect(tool.text("out.ndjson") == right)
    }
  }

  @Test("refuses a directory that is in use, a batch that is gone, and a checkpoint that isn't there")
  func refused() throws {
    try withTool { tool in
      try tool.run("generate", "--rows", "500", "--pages", "20", "--output", tool.path("in.ndjson"))
      #expect(try tool.run(count(tool, "out.ndjson", "store")).status == 0)
      let into = { (target: String, batch: String) in
        try tool.run("fork", tool.path("store"), "--batch", batch, tool.path(target), "--json")
      }
      #expect(try into("store", "latest").status == 6)
      let gone = try into("new", "999")
      #expect(gone.status == 6 && gone.errors.contains("can be"))
      #expect(try tool.run("fork", tool.path("nowhere"), "--batch", "latest", tool.path("new")).status == 5)
      #expect(try tool.run("fork", tool.path("store"), tool.path("new")).status == 64)
      #expect(try into("new", "latest").status == 0)
      #expect(try into("new", "latest").status == 6)
    }
  }
}
