import ArgumentParser
import StrandlineStorage

/// `strandline drill-recover`: recovers the copy of a store in a process of its own, for drills.
struct RecoverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drill-recover", abstract: "Recover a copy of a checkpoint, and say what it took.",
    shouldDisplay: false)

  @Argument(help: "The directory of the copy, which is changed as by a run.")
  var store: String

  func run() async throws {
    try await Failure.reporting(json: false) {
      try Console.print(try StoreRecovery(try PosixDirectory.open(path: store)).json.description)
    }
  }
}
