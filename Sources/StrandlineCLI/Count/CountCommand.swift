import ArgumentParser
import Strandline
import StrandlineLog
import StrandlineRecovery
import StrandlineStorage

/// `strandline count`: windowed counts over files or standard input.
struct CountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count",
    abstract: "Count rows per key and window of event time, and compute sums, extremes and means.",
    discussion: """
      Output columns are the keys, window_start, window_end, count, and one per --sum, --min, --max and --avg. Rows come \
      ordered by window and key, and don't depend on the size of batches or on crashes. The same command over the same \
      checkpoint goes on where the last run stopped.

      Examples:
        strandline count --input 'logs/*.ndjson' --time at --key path --key status \\
          --window 1m --delay 60s --sum bytes \\
          --output counts.ndjson --checkpoint checkpoints/requests
        strandline count --input sales.csv --time day --window 1d --avg price:double
        strandline count --input 'shop/*.csv' --time at --window day --zone Europe/Berlin
        tail -f app.log | strandline count --input - --time ts --time-unit ms \\
          --key level --window 10s --emit changes
        strandline count --input 'in/*.csv' --follow --time t --key host \\
          --window 5m --output out/ --checkpoint checkpoints/hosts \\
          --durability group:10ms
      """)

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "What is computed") var plan: PlanOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Checkpoint") var store: CheckpointArguments
  @OptionGroup(title: "The run") var run: RunOptions

  func validate() throws {
    if let checkpoint = store.checkpoint, let out = output.output, isIn(out, checkpoint) || isIn(checkpoint, out) {
      throw ValidationError(
        "--output and --checkpoint need places of their own, neither inside the other: \(out), \(checkpoint).")
    }
    if let idle = run.idleAfter {
      guard input.follow else { throw ValidationError("--idle-after needs --follow: other files end.") }
      guard idle.nanos > 0 else { throw ValidationError("--idle-after is longer than nothing, such as 30s.") }
    }
    if run.memoryLimit != nil && (input.follow || store.checkpoint != nil) {
      throw ValidationError(
        "--memory-limit is for inputs that end and are computed at once: leave out --follow and --checkpoint.")
    }
    if let late = output.late, late == output.output || late == store.checkpoint {
      throw ValidationError("--late needs a path of its own: \(late) is the output or the checkpoint.")
    }
    guard let rejects = run.rejects else { return }
    for taken in [output.output, output.late, store.checkpoint].compactMap({ $0 })
    where isIn(rejects, taken) {
      throw ValidationError("--rejects needs a file of its own: \(taken) is the output or the checkpoint.")
    }
  }

  private func isIn(_ path: String, _ directory: String) -> Bool {
    path == directory || path.hasPrefix(directory.hasSuffix("/") ? directory : "\(directory)/")
  }

  func run() async throws {
    try await Failure.reporting(json: run.json) {
      if run.explain { return try Console.print(makeJob(output.unopened()).explanation()) }
      if store.dryRun { return try preview() }
      var job = try makeJob(output.sinks())
      if run.fault == .rewind { job = Fault.rewinding(job) }
      if store.checkpoint == nil && !run.quiet && !run.json {
        Console.note("no --checkpoint: the state is in memory alone, and is gone with the process")
      }
      let stop = StopSignal()
      let signals = TerminationSignals(stop, isQuiet: run.quiet)
      let watch = try CountProgress(run, follows: input.follow)
      let started = SystemClock.monotonicNanos()
      let report = try await job.run(checkpoint: store.checkpoint, options: engineOptions(), stop: stop) {
        watch.update($0)
      }
      try withExtendedLifetime(signals) {
        try watch.end(
          report, nanos: SystemClock.monotonicNanos() - started, wasStopped: stop.isStopped,
          reportsOnOutput: !output.isStandardOutput)
      }
      // What is late is counted and not added: when that is much of the input, it is rarely meant.
      if report.rowsLate > report.rowsRead / 10 && output.late == nil && !run.quiet && !run.json {
        Console.note(
          "\(Quantities.grouped(report.rowsLate)) of \(Quantities.grouped(report.rowsRead)) rows were late: --delay says how far "
            + "behind the latest row others may be, --late where late rows go")
      }
    }
  }

  /// Says what opening the checkpoint would come to.
  private func preview() throws {
    let job = try makeJob(output.unopened())
    let found = try job.preview(checkpoint: store.checkpoint ?? "", options: engineOptions())
    if run.json {
      try Console.print(CountReport.json(found).description)
    } else {
      for line in found.lines { try Console.print(line) }
    }
    if let refusal = found.refusal { throw refusal }
  }

  private func makeJob(_ output: CountSinks) throws -> StreamJob {
    let condition = try CountPlan.condition(plan.condition)
    var types = try ColumnTypes(plan, condition: condition)
    let schema = try types.schema(input, checkpoint: store.checkpoint)
    if !run.quiet { for note in types.notes { Console.note(note) } }
    var plan = try CountPlan.plan(plan, schema, condition: condition)
    plan.writesLate = output.late != nil
    let decoding = DecodingOptions(timeUnit: self.plan.timeUnit)
    let source: any Source
    if input.isStandardInput {
      source = StandardInputSource(schema, format: input.textFormat, decoding: decoding)
    } else {
      source = FileSource(
        schema, patterns: input.input,
        options: FileSource.Options(
          format: input.textFormat, decoding: decoding, follows: input.follow, isSeries: input.series))
    }
    var sink = output.result
    if let pace = run.pace { sink = PacedSink(sink: sink, nanos: pace.nanos) }
    let job = StreamJob(plan: plan, sources: [source], sink: sink, lateSink: output.late, follows: input.follow)
    try job.check()
    return job
  }

  private func engineOptions() -> EngineOptions {
    var options = EngineOptions()
    options.limits = BatchLimits(rows: run.batchRows, bytes: run.batchBytes)
    options.workers = run.workers
    options.memoryLimit = run.memoryLimit?.bytes
    options.spillDirectory = run.spillDirectory
    options.durability = store.durability.durability
    options.mode = store.state
    options.shardCount = store.shards
    options.retainedBatches = store.retain
    options.recoveryBudgetNanos = store.recoveryBudget?.nanos
    options.onRowError = run.onError == .fail ? .fail : .skip(rejects: run.rejects)
    options.leavesOpen = run.leaveOpen
    options.mustExist = store.mustExist
    options.pollNanos = input.poll.nanos
    options.idleNanos = run.idleAfter?.nanos
    if let bytes = run.segmentBytes { options.log.segmentCapacity = bytes }
    run.fault?.plant(in: &options)
    return options
  }
}
