import ArgumentParser
import StrandlineLog
import StrandlineRecovery
import StrandlineStorage

/// `strandline verify`: reads everything that a store holds.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check every checksum, chain and digest of a checkpoint.",
    discussion: """
      Every record is read, the chain is followed, and the state after every batch is rebuilt and its digest computed from \
      nothing. Damage ends it with exit code 1, the file and the offset, also a damaged snapshot of a shard, which recovery \
      survives. It works on a live checkpoint, whose torn end is not damage.

      Examples:
        strandline verify checkpoints/requests
        strandline verify checkpoints/requests --json
      """)

  @OptionGroup var arguments: StoreArguments

  func run() async throws {
    try await Failure.reporting(json: arguments.json) {
      let access = try StoreAccess(path: arguments.store)
      let showsLine = !arguments.json && StandardOutput.isErrorTerminal
      let report = try access.reader.verify(access.facts, empty: access.emptyState) { done, all in
        if showsLine { Console.progress("\(Quantities.grouped(done)) of \(Quantities.grouped(all)) batches") }
      }
      if showsLine { Console.endProgress() }
      let tail = report.plan.tail
      let degraded = report.plan.degraded
      if arguments.json {
        let json: JSONValue = [
          "ok": .bool(degraded.isEmpty), "segments": .int(access.facts.segments.count), "batches": .int(report.records),
          "digests": .int(report.digests), "state_bytes": .int(report.bytes),
          "last_batch": JSONValue(report.plan.last?.batch.value), "torn_tail": JSONValue(tail?.reason),
          "degraded": .array(degraded.map(\.json)),
        ]
        try Console.print(json.description)
        return try Self.fail(degraded, access.facts.path)
      }
      try Console.print(
        "\(degraded.isEmpty ? "whole" : "degraded"): \(Quantities.count(access.facts.segments.count, "segment", "segments")), "
          + "\(Quantities.count(report.records, "batch", "batches")), "
          + "\(Quantities.count(report.digests, "digest", "digests")) computed from nothing, "
          + "\(Quantities.bytes(report.bytes)) of state read")
      if let tail {
        try Console.print(
          "a torn tail above the floor, which recovery cuts: \(tail.segment) at byte \(tail.offset): \(tail.reason)")
      }
      try Self.fail(degraded, access.facts.path)
    }
  }

  /// Damage is damage, also where recovery survives it.
  private static func fail(_ degraded: [DegradedSnapshot], _ path: String) throws {
    guard let first = degraded.first else { return }
    for snapshot in degraded.dropFirst() { Console.note("error: \(snapshot.text)") }
    throw Failure(
      .damage, code: "degraded",
      "\(first.text); recovery survives it with an older snapshot and the log, and the next snapshot of the shard heals it",
      file: "\(path)/\(first.segment)", offset: first.offset)
  }
}

extension DegradedSnapshot {
  /// The damage as an object.
  var json: JSONValue {
    [
      "shard": .int(shard), "batch": JSONValue(batch.value), "record": JSONValue(sequence.value),
      "file": .string(segment), "offset": .int(offset),
    ]
  }
}
