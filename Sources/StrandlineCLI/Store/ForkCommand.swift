import ArgumentParser
import Strandline
import StrandlineLog
import StrandlineRecovery
import StrandlineStorage

/// `strandline fork`: a store that goes on from a batch of another one.
struct ForkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fork",
    abstract: "Make a checkpoint that goes on from a batch of another one.",
    discussion: """
      The other checkpoint is only read; it may be in use, or damaged elsewhere. The new one holds the state after the \
      batch, and the places in input and output that were committed with it. count with --checkpoint NEWSTORE, and \
      everything else as before, then computes the later batches again: it cuts a file of output back to where the \
      batch left it. Of a directory of output the parts of later batches have to be removed before; they are named. \
      An output goes on with one of the two checkpoints, not with both.

      Examples:
        strandline fork checkpoints/requests --batch 120 checkpoints/again
        strandline fork checkpoints/requests --batch latest --shards 64 checkpoints/wide
      """)

  @OptionGroup var arguments: StoreArguments

  @Argument(
    help: ArgumentHelp("The directory of the new checkpoint; it must be empty or missing.", valueName: "newstore"))
  var target: String

  @Option(help: "The number of a batch, or latest.")
  var batch: BatchArgument

  @Option(help: "The shards of the new checkpoint, a power of two; as many as before unless said.")
  var shards: Int?

  func validate() throws {
    if let shards, shards < 1 || shards > 4096 || shards & (shards - 1) != 0 {
      throw ValidationError("--shards is a power of two from 1 to 4096.")
    }
  }

  func run() async throws {
    try await Failure.reporting(json: arguments.json) {
      guard let source = try PosixDirectory.existing(arguments.store) else {
        throw LogError(.noStore, "there is no store at \(arguments.store)")
      }
      guard let manifest = try ManifestFile.read(source) else {
        throw LogError(.noStore, "there is no store at \(arguments.store): it has no \(Manifest.name)")
      }
      let plan = try StoredPlan(parsing: manifest.plan)
      var options = StoreForkOptions(
        clock: { SystemClock.monotonicNanos() }, random: { SystemRandom.uint64() })
      options.shardCount = shards
      options.owner = "pid \(SystemProcess.id)"
      let report = try StoreFork(of: source, options: options).make(
        from: batch.batch, into: try PosixDirectory.open(path: target, create: true), empty: plan.emptyState)
      let parts = parts(report, plan.sink)
      if arguments.json {
        try Console.print(json(report, parts).description)
      } else {
        for line in lines(report, parts) { try Console.print(line) }
      }
    }
  }

  /// The parts of output that belong to later batches.
  private func parts(_ report: StoreForkReport, _ sink: String?) -> [String] {
    guard let sink, sink.hasPrefix("parts ") else { return [] }
    return report.outputs.map { PartsSink.partName(of: $0, format: String(sink.dropFirst(6))) }
  }

  private func lines(_ report: StoreForkReport, _ parts: [String]) -> [String] {
    var lines = [
      "\(target) goes on behind batch \(report.batch), with \(Quantities.count(report.groups, "group", "groups")) in "
        + Quantities.bytes(report.bytes)
    ]
    if let repeated = report.repeated {
      let batches = repeated.upperBound.value - repeated.lowerBound.value + 1
      lines.append(
        "computed again: \(Quantities.count(batches, "batch", "batches")), \(repeated.lowerBound) to "
          + "\(repeated.upperBound), \(Quantities.count(report.repeatedRows, "row", "rows"))")
    }
    if let unpublished = report.unpublished {
      lines.append(
        "left behind: the output of batches \(unpublished.lowerBound) to \(unpublished.upperBound) may never have been "
          + "published; copy staged parts of it (.part-*.staged) away before the fork is opened, which removes them")
    }
    return lines + parts.map { "remove: \($0)" }
  }

  private func json(_ report: StoreForkReport, _ parts: [String]) -> JSONValue {
    [
      "path": .string(target), "store": .string("\(report.store)"), "batch": JSONValue(report.batch.value),
      "groups": .int(report.groups), "records": .int(report.records), "bytes": .int(report.bytes),
      "repeated_from": JSONValue(report.repeated?.lowerBound.value),
      "repeated_to": JSONValue(report.repeated?.upperBound.value), "repeated_rows": JSONValue(report.repeatedRows),
      "unpublished_from": JSONValue(report.unpublished?.lowerBound.value),
      "unpublished_to": JSONValue(report.unpublished?.upperBound.value),
      "remove": .array(parts.map { .string($0) }),
    ]
  }
}
