public import ArgumentParser
import StrandlineStorage

/// The command `strandline`.
public struct StrandlineCommand: AsyncParsableCommand {
  /// What the command says of itself.
  public static let configuration = CommandConfiguration(
    commandName: "strandline",
    abstract: "Exactly-once counts over streams of events, kept in a checkpoint that survives kills and power cuts.",
    discussion: """
      Files, globs or standard input are read batch by batch and grouped by key and window of event time. Every batch is \
      committed together with the state that it left, so that a run that was killed goes on after its last batch, and its \
      output is byte for byte that of a run that was not.

      A first run:
        strandline generate --rows 1000000 --output views.ndjson
        strandline count --input views.ndjson --time at --key page \\
          --window 1m --delay 10s \\
          --output counts.ndjson --checkpoint checkpoints/views
        strandline inspect checkpoints/views

      Exit codes:
        0    done; also after Ctrl-C or SIGTERM, when the batch in hand is committed
        1    damage was found, or a drill or demo has failed
        3    a row can't be used (--on-error fail), or a result leaves its range
        4    the checkpoint is in use by another process, or was taken by one
        5    input, output or checkpoint can't be read or written
        6    the plan can't be carried out or isn't the checkpoint's, or its job
             has ended
        64   the command line is wrong
        130  ended at once by a second Ctrl-C (143: by a second SIGTERM)
      """,
    version: "0.1.0",
    subcommands: [
      CountCommand.self, InspectCommand.self, VerifyCommand.self, DumpCommand.self, DiffCommand.self, ForkCommand.self,
      GenerateCommand.self, DrillCommand.self, DemoCommand.self, RecoverCommand.self,
    ])

  /// The command without arguments of its own.
  public init() {}

  /// Runs the command with the arguments of the process.
  public static func main() async {
    // A reader that goes away is an error of a write, with an exit code, and not the end of the process.
    SystemProcess.ignoreBrokenPipes()
    SystemProcess.keepFreedMemory()
    // A file that reaches the limit of `ulimit -f`, likewise.
    SystemProcess.ignoreFileSizeLimits()
    await main(nil)
  }
}
