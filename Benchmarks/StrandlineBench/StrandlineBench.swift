import ArgumentParser
import StrandlineStorage

/// The measurements, and what they are made of.
@main
struct StrandlineBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strandline-bench",
    abstract: "Measures Strandline, makes the events of benchmarks, and runs what oracles check.",
    subcommands: [
      MeasureCommand.self, CompareCommand.self, CountCommand.self, NexmarkCommand.self, OracleCommand.self,
    ],
    defaultSubcommand: MeasureCommand.self)

  static func main() {
    SystemProcess.keepFreedMemory()
    main(nil)
  }
}
