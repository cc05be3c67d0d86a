import ArgumentParser
import Strandline
import StrandlineLog
import StrandlineStorage
import StrandlineTestKit

/// `strandline drill`: tries faults, and looks at what is left.
struct DrillCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drill",
    abstract: "Kill, crash and damage runs, recover them, and compare them with one that was left alone.",
    discussion: """
      Run it before you trust a deployment: on its machine, with its durability, over a copy of its checkpoint. After every \
      fault the checkpoint is recovered and compared; rows, their order and the numbers must be those of the undisturbed \
      run. Exit code 1 on any violation; each comes with the command that shows it again.

      Examples:
        strandline drill
        strandline drill --mode disk --state large --for 60s
        strandline drill --mode damage --html report.html
        strandline drill --mode full-disk --output-kind parts
        strandline drill --store checkpoints/requests --repeat 20
        strandline drill --kills 100 --state log --durability group:10ms --json
      """)

  @OptionGroup var options: DrillOptions

  func run() async throws {
    try await Failure.reporting(json: options.json) {
      let directory = options.dir ?? "/tmp/strandline-drill-\(SystemProcess.id)"
      guard try PosixDirectory.existing(directory) == nil else {
        throw Failure(.refused, code: "drill", "\(directory) is there already: name another directory", file: directory)
      }
      var result = try carryOut(in: directory)
      // The store may change; the copy that failed is kept.
      result.command = DrillReplay.command(
        options, store: options.store == nil || result.report.isGood ? options.store : "\(directory)/copy")
      try report(result)
      // What failed is kept to be looked at.
      if result.report.isGood && options.dir == nil {
        try PosixDirectory.removeAll(path: directory)
      } else if try PosixDirectory.existing(directory) != nil {
        Console.note("kept: \(directory)")
      }
      if !result.report.isGood { throw ExitCode(ExitStatus.damage.rawValue) }
    }
  }

  private func carryOut(in directory: String) throws -> DrillResult {
    if let store = options.store {
      let meter = DrillMeter("store", unit: "kills and damages", isQuiet: options.json)
      defer { meter.end() }
      var drill = StoreDrill(options, directory: directory, meter: meter)
      return try drill.run(store)
    }
    let mode = options.ownMode
    let meter = DrillMeter(mode.rawValue, unit: mode.unit.many, isQuiet: options.json)
    defer { meter.end() }
    switch mode {
    case .kill:
      var drill = KillDrill(options, directory: directory, meter: meter)
      return try drill.run()
    case .disk:
      let sample = try DrillSample(options)
      let drill = DiskDrill(limits: options.limits) { sample.subject(seed: $0) }
      return try carryOut(drill, meter)
    case .fullDisk:
      let subject = try DrillSample(options).subject(seed: options.seed)
      return try carryOut(ErrorDrill(subject, limits: options.limits, errors: [.noSpace]), meter)
    case .damage:
      let subject = try DrillSample(options).subject(seed: options.seed)
      return try carryOut(DamageDrill(subject, limits: options.limits, everyBit: options.everyBit), meter)
    }
  }

  private func carryOut(_ drill: some Drill, _ meter: DrillMeter) throws -> DrillResult {
    var meter = meter
    var report = DrillReport(mode: options.ownMode.rawValue)
    do {
      report = try drill.run(clock: { SystemClock.monotonicNanos() }) { meter.update($0) }
    } catch let error as StreamError {
      // The plan is ours, so what keeps it from being run is a finding, too.
      report.violations.append(DrillViolation("the drill can't go on: \(error)"))
    } catch let error as LogError {
      report.violations.append(DrillViolation("the drill can't go on: \(error)"))
    } catch {
      throw Failure(.refused, code: "drill", "\(error)")
    }
    return DrillResult(title: options.title, unit: options.ownMode.unit, report: report)
  }

  private func report(_ result: DrillResult) throws {
    if let html = options.html {
      let file = try TextFile(path: html)
      try file.append(Array(DrillPage(result).html.utf8))
      try file.close()
    }
    if options.json {
      try Console.print(DrillJSON.value(result).description)
    } else {
      for line in DrillText(result).lines { try Console.print(line) }
      if let html = options.html { Console.note("page: \(html)") }
    }
  }
}
