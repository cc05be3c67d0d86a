import ArgumentParser

/// `strandline inspect`: what a store holds, and what recovery would do with it.
struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a checkpoint holds, and what recovery would do with it.",
    discussion: """
      Batches, offsets, the watermark, the state, the log, the plan. Nothing is changed and no lock is taken, so it can be \
      asked while a run is at work.

      Examples:
        strandline inspect checkpoints/requests
        strandline inspect checkpoints/requests --json
      """)

  @OptionGroup var arguments: StoreArguments

  func run() async throws {
    try await Failure.reporting(json: arguments.json) {
      let summary = try StoreSummary(try StoreAccess(path: arguments.store))
      if arguments.json {
        try Console.print(summary.json.description)
      } else {
        for line in summary.lines { try Console.print(line) }
      }
    }
  }
}
