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
      nothing. Damage ends it with exit code 1, the file and the offset. It works on a live checkpoint, whose torn end is \
      not damage.

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
      if arguments.json {
        let json: JSONValue = [
          "ok": .bool(true), "segments": .int(access.facts.segments.count), "batches": .int(report.records),
          "digests": .int(report.digests), "state_bytes": .int(report.bytes),
          "last_batch": JSONValue(report.plan.last?.batch.value), "torn_tail": JSONValue(tail?.reason),
        ]
        try Console.print(json.description)
        return
      }
      try Console.print(
        "whole: \(Quantities.count(access.facts.segments.count, "segment", "segments")), "
          + "\(Quantities.count(report.records, "batch", "batches")), "
          + "\(Quantities.count(report.digests, "digest", "digests")) computed from nothing, "
          + "\(Quantities.bytes(report.bytes)) of state read")
      if let tail {
        try Console.print(
          "a torn tail above the floor, which recovery cuts: \(tail.segment) at byte \(tail.offset): \(tail.reason)")
      }
    }
  }
}
