import ArgumentParser
import StrandlineStorage

/// `strandline demo`: the main job, killed half-way.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Count page views, kill the run half-way, start it again, and compare with a run that was left alone.",
    discussion: """
      Everything is written below one directory, which is emptied first if a demo made it.

      Examples:
        strandline demo
        strandline demo --rows 10000000
      """)

  @Option(help: "The rows of the sample.")
  var rows = 2_000_000

  @Option(help: "What the random draws begin with.")
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Where everything is written.", valueName: "dir"))
  var dir = "checkpoints/demo"

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    if rows < 1 { throw ValidationError("--rows is at least 1.") }
  }

  func run() async throws {
    try await Failure.reporting(json: json) {
      var demo = Demo(rows: rows, seed: seed, directory: dir, isQuiet: json)
      let result = try demo.run()
      if json { try Console.print(result.description) }
    }
  }
}
