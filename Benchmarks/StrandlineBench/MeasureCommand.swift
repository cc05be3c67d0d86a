import ArgumentParser
import StrandlineStorage

/// Runs measurements and prints one JSON object for each.
struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Run measurements, and print one JSON object for each.",
    discussion: """
      cpu_s counts the whole process while the clock runs. Rows are made, and files written, before it starts. Build it \
      with -c release.

      EXAMPLES:
        strandline-bench --list
        strandline-bench --filter ysb
        strandline-bench --filter commit --directory /var/tmp/bench
      """)

  @Flag(help: "Print the names of the measurements.")
  var list = false

  @Option(help: "Only measurements whose name contains this.")
  var filter: String?

  @Option(help: "Where files are written and removed again.")
  var directory = ".build/bench"

  @Option(help: "Multiplies the rows of each measurement.")
  var scale = 1.0

  func run() throws {
    let all = Measurements.all
    if list {
      for measurement in all { print("\(measurement.name)  \(measurement.about)") }
      return
    }
    guard scale > 0 else { throw ValidationError("--scale is more than 0") }
    let chosen = all.filter { measurement in filter.map { measurement.name.contains($0) } ?? true }
    guard !chosen.isEmpty else { throw ValidationError("no measurement's name contains '\(filter ?? "")'") }
    let bench = try Bench(directory: directory, scale: scale)
    bench.reportMachine()
    for measurement in chosen { try measurement.run(bench) }
  }
}
