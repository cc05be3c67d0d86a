import ArgumentParser
import StrandlineRecovery

/// What a drill does.
struct DrillOptions: ParsableArguments {
  @Option(help: "How often the run is killed.")
  var kills = 20

  @Option(help: "What the random draws of data and instants begin with.")
  var seed: UInt64 = 7

  @Option(help: "The rows of the input.")
  var rows = 400_000

  @Option(help: "The keys of the input.")
  var keys = 1000

  @Option(help: "The files of the input; each is a partition.")
  var partitions = 4

  @Option(help: "The rows that a batch takes of a partition.")
  var batch = 500

  @Option(help: "When a batch becomes durable: batch, group:10ms or none.")
  var durability = DurabilityArgument.batch

  @Option(help: "What a commit holds: snapshot, log or auto.")
  var state = CheckpointMode.auto

  @Option(help: "One file, or a directory of parts.")
  var outputKind = CountChild.OutputKind.file

  @Option(help: ArgumentHelp("Keep everything in this directory, which must not exist.", valueName: "dir"))
  var dir: String?

  @Flag(help: "Print the verdict as JSON.")
  var json = false

  // A mistake in the runs that are killed: the drill has to find it.
  @Option(help: .hidden)
  var plant: Fault?

  // How much the runs that are killed rest per batch; measured unless given.
  @Option(help: .hidden)
  var pace: DurationArgument?

  func validate() throws {
    guard kills >= 0, rows > 0, keys > 0, partitions > 0, batch > 0 else {
      throw ValidationError("The numbers are at least 1.")
    }
    if plant == .publishEarly && outputKind != .parts {
      throw ValidationError("--plant publish-early needs --output-kind parts: a file has no moment of publishing.")
    }
  }
}

extension CountChild.OutputKind: ExpressibleByArgument {}
