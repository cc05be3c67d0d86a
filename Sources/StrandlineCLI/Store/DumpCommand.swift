import ArgumentParser
import Strandline
import StrandlineColumns
import StrandlineState
import StrandlineStorage

/// `strandline dump`: the rows of the state after a batch.
struct DumpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump",
    abstract: "Print the state after a batch as JSON lines: the groups of all open windows.",
    discussion: """
      A row has the keys, window_start, window_end and the aggregates, in the order of window and key. How many earlier \
      batches can be restored is up to --retain of the run that wrote them; inspect names those in the log.

      Examples:
        strandline dump checkpoints/requests
        strandline dump checkpoints/requests --batch 120 | head
      """)

  @OptionGroup var arguments: StoreArguments

  @Option(help: "The number of a batch, or latest.")
  var batch = BatchArgument.latest

  func run() async throws {
    try await Failure.reporting(json: arguments.json) {
      let access = try StoreAccess(path: arguments.store)
      let state = try access.state(through: batch.batch).state
      for number in state.states.indices {
        if state.states.count > 1 {
          Console.note("state \(number + 1) of \(state.states.count): \(access.plan.stateNames[number])")
        }
        let rows = try access.plan.rows(of: state, number: number)
        let encoder = JSONLinesEncoder(schema: rows.schema)
        var bytes: [UInt8] = []
        encoder.append(rows, to: &bytes)
        // Unsafe: what a byte is made of is itself, so all of it is initialised.
        try StandardOutput.write(unsafe bytes.span.bytes)
      }
    }
  }
}
