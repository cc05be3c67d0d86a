import ArgumentParser
import StrandlineStorage

/// `strandline drill`: kills runs and looks at what is left.
struct DrillCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drill",
    abstract: "Kill a run at random instants, start it again, and compare it with one that was left alone.",
    discussion: """
      The run is a child process, killed with SIGKILL. After every kill the checkpoint is verified from nothing; at the end \
      rows, their order and the numbers must be those of the undisturbed run. Exit code 1 on any violation.

      Examples:
        strandline drill --kills 20 --seed 7
        strandline drill --kills 100 --state log --output-kind parts
        strandline drill --rows 2000000 --keys 100000 --dir /tmp/drill --json
      """)

  @OptionGroup var options: DrillOptions

  func run() async throws {
    try await Failure.reporting(json: options.json) {
      let directory = options.dir ?? "/tmp/strandline-drill-\(SystemProcess.id)"
      guard try PosixDirectory.existing(directory) == nil else {
        throw Failure(.refused, code: "drill", "\(directory) is there already: name another directory", file: directory)
      }
      let showsLine = StandardOutput.isErrorTerminal && !options.json
      var drill = Drill(options, directory: directory) { line in
        if showsLine { Console.progress(line) } else if !options.json { Console.note(line) }
      }
      try drill.run()
      if showsLine { Console.endProgress() }
      if options.json {
        try Console.print(drill.verdict.json.description)
      } else {
        for line in drill.verdict.lines { try Console.print(line) }
      }
      // What failed is kept to be looked at.
      if drill.verdict.isGood && options.dir == nil {
        try PosixDirectory.removeAll(path: directory)
      } else {
        Console.note("kept: \(directory)")
      }
      if !drill.verdict.isGood { throw ExitCode(ExitStatus.damage.rawValue) }
    }
  }
}
