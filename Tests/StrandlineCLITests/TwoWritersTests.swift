import Foundation
import StrandlineStorage
import Testing

@Suite("Two writers of one store", .serialized)
struct TwoWritersTests {
  /// When the stopped writer wakes.
  enum Waking: String, CaseIterable {
    case whileTheNewOwnerWorks
    case afterTheNewOwnerHasEnded
  }

  private static let stop = SystemSignal(number: 19)
  private static let goOn = SystemSignal(number: 18)

  private func arguments(_ tool: CommandLineTool, output: String, _ more: String...) -> [String] {
    [
      "count", "--input", tool.path("in.ndjson"), "--time", "at", "--key", "page", "--window", "200ms", "--delay",
      "10s",
      "--sum", "bytes", "--batch-rows", "50", "--output", tool.path(output), "--json",
    ] + more
  }

  private func lastBatch(_ tool: CommandLineTool) throws -> Int {
    let seen = try tool.run("inspect", tool.path("store"), "--json")
    return seen.status == 0 ? try seen.json()["last_batch"] as? Int ?? -1 : -1
  }

  private func output(_ tool: CommandLineTool, _ name: String) throws -> String {
    if name.hasSuffix(".ndjson") { return tool.text(name) }
    let parts = try FileManager.default.contentsOfDirectory(atPath: tool.path(name)).sorted()
    #expect(parts.allSatisfy { $0.hasPrefix("part-") }, "\(parts)")
    return parts.map { tool.text("\(name)/\($0)") }.joined()
  }

  @Test(
    "one that was stopped, and whose lock was removed, acknowledges and publishes nothing when it wakes",
    arguments: ["out.ndjson", "parts"], Waking.allCases)
  func stoppedWriter(_ name: String, _ waking: Waking) throws {
    try withTool { tool in
      try tool.run("generate", "--rows", "3000", "--step", "10ms", "--pages", "30", "--output", tool.path("in.ndjson"))
      #expect(try tool.run(arguments(tool, output: "right.ndjson")).status == 0)
      let right = tool.text("right.ndjson")
      let store = ["--checkpoint", tool.path("store")]
      let first = try tool.start(
        arguments(tool, output: name) + store + ["--pace", "30ms", "--trace", tool.path("first.trace")], tag: "first")
      try tool.wait("some batches with rows") { try lastBatch(tool) >= 25 }
      try first.kill(Self.stop)
      let refused = try tool.run(arguments(tool, output: name) + store)
      #expect(refused.status == 4, "\(refused.errors)")
      #expect(refused.errors.contains("pid \(first.id)"))
      let acknowledged = tool.text("first.trace")
      try FileManager.default.removeItem(atPath: tool.path("store/LOCK"))
      let paces = waking == .whileTheNewOwnerWorks
      let second = try tool.start(
        arguments(tool, output: name) + store + (paces ? ["--pace", "30ms"] : []), tag: "second")
      let before = try lastBatch(tool)
      if paces {
        try tool.wait("batches of the new owner") { try lastBatch(tool) >= before + 3 }
      } else {
        #expect(try tool.result(of: second, tag: "second").status == 0)
      }
      try first.kill(Self.goOn)
      let woken = try tool.result(of: first, tag: "first")
      #expect(woken.status == 4, "\(woken.errors)")
      #expect(woken.errors.contains("taken over"), "\(woken.errors)")
      // It may have stood behind a look at the lock: that batch was committed before the lock was removed.
      #expect(tool.text("first.trace").split(separator: "\n").count <= acknowledged.split(separator: "\n").count + 1)
      let ended = try tool.result(of: second, tag: "second")
      #expect(ended.status == 0, "\(ended.errors)")
      let verified = try tool.run("verify", tool.path("store"))
      #expect(verified.status == 0, "\(verified.errors)")
      #expect(try output(tool, name) == right)
      let again = try tool.run(arguments(tool, output: name) + store)
      #expect(again.status == 0, "\(again.errors)")
      #expect(try again.json()["rows_this_run"] as? Int == 0)
    }
  }
}
