public import StrandlineLog
public import StrandlineStorage

/// What opening a store would come to, found without its lock and without changing anything.
public struct OpeningPreview: Sendable {
  /// The store's path.
  public var path: String
  /// What the store holds; nil where a new one would be made.
  public var facts: StoreFacts?
  /// How the plan differs from the store's.
  public var difference = PlanDifference([])
  /// What recovery would do; nil for a new store, and where it would be refused.
  public var plan: RecoveryPlan?
  /// Why the store would be refused; nil where it would be opened.
  public var refusal: LogError?

  /// Looks at the store in a directory.
  ///
  /// State is not restored, so a digest that doesn't hold isn't found; `verify` finds it.
  ///
  /// - Parameters:
  ///   - directory: nil where there is none yet.
  ///   - path: where it is or would be.
  public init(_ directory: (any Directory)?, path: String, options: CheckpointOptions) {
    self.path = path
    do throws(LogError) {
      guard let directory else {
        if options.mustExist { throw LogError(.noStore, "there is no store at \(path)", file: path) }
        return
      }
      guard try ManifestFile.read(directory) != nil else {
        try CheckpointStore.checkAbsence(directory, options)
        return
      }
      let facts = try StoreReader(directory, clock: options.clock).facts()
      self.facts = facts
      difference = options.compare(facts.manifest.plan, options.plan)
      if let refusal = difference.refusal(path) { throw refusal }
      try facts.manifest.requireShards(options.shardCount, path)
      plan = try RecoveryPlanner.plan(facts, publishedThrough: options.publishedThrough)
    } catch {
      refusal = error
    }
  }

  /// What would happen in words, a line per step.
  public var lines: [String] {
    var lines: [String] = []
    if let facts {
      let range = facts.batches.first.map { "batches \($0.batch) to \(facts.batches[facts.batches.count - 1].batch)" }
      lines.append("store: \(path), epoch \(facts.manifest.epoch), \(range ?? "no batches") in the log")
    } else if refusal == nil {
      lines.append("a new store would be made at \(path)")
    }
    for change in difference.changes {
      lines.append("plan: \(change.text)\(change.isCarriedOver ? " (carried over)" : " (refused)")")
    }
    if let plan {
      lines += plan.lines
      let work = plan.work
      lines.append("read: \(work.snapshotBytes) bytes of snapshots and \(work.redoBytes) of deltas, uncompressed")
    }
    if let refusal { lines.append("refuse: \(refusal)") }
    return lines
  }
}
