import ArgumentParser
import StrandlineTestKit

/// What a drill does.
struct DrillOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What is tried: kill, disk, damage or full-disk.",
      discussion: """
        kill: child processes, killed with SIGKILL at random instants. disk: a simulated disk crashes at every one of its \
        calls, and shows what a real one could show. damage: bits are turned and files cut. full-disk: no room is left at \
        every one of the calls. kill unless said otherwise; with --store all that can be done to a copy.
        """))
  var mode: DrillMode?

  @Option(
    help: ArgumentHelp(
      "Rehearse the recovery of a copy of this checkpoint, which is only read and may be in use.",
      discussion: "Recovery is predicted, then measured in fresh processes; then copies are killed and damaged.",
      valueName: "dir"))
  var store: String?

  @Option(help: "With --store: how often recovery is measured.")
  var `repeat` = 5

  @Option(help: "How often a process is killed: 20, with --store 10, unless given.")
  var kills: Int?

  @Option(
    name: .customLong("for"), help: "How long faults are tried, such as 60s; once through all of them unless given.")
  var time: DurationArgument?

  @Option(help: "What the random draws of data and faults begin with.")
  var seed: UInt64 = 7

  @Option(
    help: ArgumentHelp(
      "small, large, snapshot, log or auto.",
      discussion: """
        small: few keys, and every commit is a snapshot. large: many keys, and a commit is what changed, with rolling \
        snapshots of shards. snapshot, log and auto say what a commit is as `count --state` does, with few keys.
        """))
  var state = DrillState.small

  @Option(help: "The rows of the input: 400,000 for kill, 2,400 for disk and full-disk, 400 for damage.")
  var rows: Int?

  @Option(help: "The keys of the input: for kill 1,000, or 100,000 if large; 12 or 400; for damage 6 or 60.")
  var keys: Int?

  @Option(help: "The partitions of the input: 4 for kill, else 2.")
  var partitions: Int?

  @Option(help: "The rows that a batch takes of a partition: 500 for kill, else 20.")
  var batch: Int?

  @Option(help: "When a batch becomes durable: batch, group:10ms or none.")
  var durability = DurabilityArgument.batch

  @Option(help: "One file, or a directory of parts.")
  var outputKind = CountChild.OutputKind.file

  @Option(help: "How often recovery itself is interrupted, one inside the other: 0 to 3.")
  var depth = 1

  @Option(help: "Up to so many independent unsynced parts every combination of them is tried; of more, samples.")
  var exhaustive = 6

  @Option(help: "How many samples are drawn where not everything is tried.")
  var samples = 12

  @Flag(help: "With --mode damage: turn each bit of a byte, rather than one, another from byte to byte.")
  var everyBit = false

  @Option(help: ArgumentHelp("Try this one case, as a failing drill names it.", valueName: "case"))
  var only: String?

  @Option(help: ArgumentHelp("Keep everything in this directory, which must not exist.", valueName: "dir"))
  var dir: String?

  @Option(help: ArgumentHelp("Write the report as a page with plots, which needs nothing else.", valueName: "file"))
  var html: String?

  @Flag(help: "Print the report as JSON.")
  var json = false

  // A mistake in the runs that are tried: the drill has to find it.
  @Option(help: .hidden)
  var plant: Fault?

  // How much the runs that are killed rest per batch; measured unless given.
  @Option(help: .hidden)
  var pace: DurationArgument?

  func validate() throws {
    for number in [rows, keys, partitions, batch, kills.map { max($0, 1) }, `repeat`]
    where number.map({ $0 < 1 }) ?? false {
      throw ValidationError("The numbers are at least 1.")
    }
    // Over a copy of a store, kills are one part of several.
    if let kills, kills < (store == nil ? 1 : 0) {
      throw ValidationError("--kills is at least 1; 0 goes with --store.")
    }
    guard (0...3).contains(depth), (0...20).contains(exhaustive), samples >= 0 else {
      throw ValidationError("--depth is 0 to 3, --exhaustive 0 to 20, --samples not negative.")
    }
    if time.map({ $0.micros <= 0 }) ?? false { throw ValidationError("--for is longer than nothing.") }
    if only != nil && (mode == nil || mode == .kill) {
      throw ValidationError(
        "--only needs --mode disk, damage or full-disk: processes can't be stopped twice at one instant.")
    }
    if store != nil && (mode == .disk || mode == .fullDisk) {
      throw ValidationError("With --store the modes are kill and damage.")
    }
    try plant?.check(self)
  }

  /// The mode of a drill over an input of its own.
  var ownMode: DrillMode { mode ?? .kill }

  /// What is tried, in a line.
  var title: String {
    "\(ownMode.rawValue): \(Quantities.grouped(scale.rows)) rows, \(Quantities.grouped(scale.keys)) keys, "
      + "\(Quantities.count(scale.partitions, "partition", "partitions")), batches of \(scale.batch), "
      + "state \(state.rawValue), durability \(durability), \(outputKind.rawValue), seed \(seed)"
  }

  /// How much a drill inside this process tries.
  var limits: DrillLimits {
    var limits = DrillLimits()
    limits.exhaustiveParts = exhaustive
    limits.samples = samples
    limits.depth = depth
    limits.seed = seed
    limits.nanosMax = time?.nanos
    limits.only = only
    return limits
  }

  /// The size of the input.
  var scale: DrillScale {
    var scale = DrillScale(ownMode, state)
    scale.rows = rows ?? scale.rows
    scale.keys = keys ?? scale.keys
    scale.partitions = partitions ?? scale.partitions
    scale.batch = batch ?? scale.batch
    return scale
  }
}

extension CountChild.OutputKind: ExpressibleByArgument {}
