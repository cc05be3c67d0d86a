import StrandlineBytes
public import StrandlineLog
public import StrandlineState
public import StrandlineStorage

/// What recovery found and did.
public struct RecoveryReport: Sendable {
  /// The plan that was carried out; nil for a new store.
  public var plan: RecoveryPlan?
  /// What restoring the state took.
  public var figures = RestoreFigures()
  /// Reading the facts: every record and checksum of the log.
  public var factsNanos: UInt64 = 0
  /// Everything from the lock to the first batch.
  public var nanos: UInt64 = 0
  /// What of the plan is another than at the last opening, and was carried over.
  public var planChanges: [String] = []
  /// Where the torn tail was put.
  public var quarantined: String?

  /// A report of nothing found.
  public init() {}
}

extension CheckpointStore {
  /// Opens a store for writing, or makes one, and restores its state.
  ///
  /// Nothing on the disk is changed before the state has been restored and its digest compared.
  ///
  /// - Parameters:
  ///   - state: makes an empty state for that many shards and that hash seed.
  ///   - approve: is asked before anything is changed, and throws to leave the store as it is.
  /// - Returns: the store, the state, and what was found.
  /// - Throws: `LogError` `.locked`, `.corruption`, `.mismatch` for a changed plan, `.noStore`, `.unsupportedFormat`,
  ///   `.storage`.
  public static func open(
    _ directory: any Directory, options: CheckpointOptions, state makeState: (Int, UInt64) -> StreamState,
    restored: inout StreamState?, report: inout RecoveryReport,
    approve: (RecoveryPlan) throws(LogError) -> Void = { (_: RecoveryPlan) throws(LogError) in }
  ) throws(LogError) -> CheckpointStore {
    let started = options.clock()
    let lock: any DirectoryLock
    do {
      lock = try directory.lock(StoreNames.lock, owner: options.owner)
    } catch {
      throw error.code == .locked
        ? LogError(
          .locked, "the store \(directory.path) is in use: \(error.detail)", file: directory.path, cause: error)
        : LogError(error, "the store can't be locked")
    }
    var isOpen = false
    defer { if !isOpen { lock.release() } }
    let facts = try StoreFacts.gather(directory)
    guard let facts else {
      let store = try create(directory, lock, options)
      restored = makeState(store.shardCount, store.manifest.identity.hashSeed)
      isOpen = true
      report.nanos = options.clock() &- started
      return store
    }
    report.factsNanos = options.clock() &- started
    let difference = options.compare(facts.manifest.plan, options.plan)
    if let refusal = difference.refusal(directory.path) { throw refusal }
    try facts.manifest.requireShards(options.shardCount, directory.path)
    report.planChanges = difference.changes.map(\.text)
    let plan = try RecoveryPlanner.plan(facts, publishedThrough: options.publishedThrough)
    report.plan = plan
    var state = makeState(facts.manifest.identity.shardCount, facts.manifest.identity.hashSeed)
    var restorer = StateRestorer(directory, clock: options.clock)
    try restorer.restore(plan, into: &state)
    report.figures = restorer.figures
    try approve(plan)
    let store = try resume(plan, facts, directory, lock, options, startedAt: started, &report)
    restored = state
    isOpen = true
    report.nanos = options.clock() &- started
    return store
  }

  private static func create(
    _ directory: any Directory, _ lock: any DirectoryLock, _ options: CheckpointOptions
  ) throws(LogError) -> CheckpointStore {
    let started = options.clock()
    try checkAbsence(directory, options)
    let identity = StoreIdentity(
      hashSeed: options.random(), shardCount: options.shardCount ?? CheckpointOptions.defaultShardCount,
      fingerprint: PlanDifference.fingerprint(options.plan))
    let manifest = Manifest(
      store: StoreID(high: options.random(), low: options.random()), epoch: Epoch(1), identity: identity,
      plan: options.plan, segments: [])
    try ManifestFile.replace(manifest, in: directory, holding: lock)
    let log = try CommitLog.begin(
      in: directory, lock: lock, manifest: manifest, sealed: [], number: 1, last: SequenceNumber(0), chain: 0,
      carrying: [], options: options.log)
    // What is made durable here is what every opening makes durable: so this disk's share is known from the beginning.
    var speeds = RecoverySpeeds()
    speeds.fixedNanos = Double(options.clock() &- started)
    return try CheckpointStore(
      log: log, history: SnapshotHistory(shardCount: identity.shardCount, retained: options.retainedBatches),
      lock: lock, options: options, shardCount: identity.shardCount, last: nil, unpublished: [],
      backlog: RecoveryBacklog(shardCount: identity.shardCount), speeds: speeds)
  }

  /// Makes sure that a directory without a manifest may become a new store.
  static func checkAbsence(_ directory: any Directory, _ options: CheckpointOptions) throws(LogError) {
    guard !options.mustExist else {
      throw LogError(.noStore, "there is no store at \(directory.path)", file: directory.path)
    }
    try StoreFacts.requireNoSegments(directory)
  }

  private static func remove(_ leftovers: [String], _ directory: any Directory) throws(LogError) {
    do {
      for name in leftovers { try directory.remove(name) }
    } catch {
      throw LogError(error, "a leftover can't be removed")
    }
  }

  /// Carries out the part of a plan that writes.
  private static func resume(
    _ plan: RecoveryPlan, _ facts: StoreFacts, _ directory: any Directory, _ lock: any DirectoryLock,
    _ options: CheckpointOptions, startedAt started: UInt64, _ report: inout RecoveryReport
  ) throws(LogError) -> CheckpointStore {
    var manifest = facts.manifest
    manifest.epoch = manifest.epoch.next
    // The identity stays that of the plan by which the store was made: the segments have it, too.
    manifest.plan = options.plan
    let own = "MANIFEST-\(manifest.epoch).tmp"
    // Before the manifest is replaced: a writer that has lost the store may be just before its rename, and would put its own
    // in the place of the new one.
    try remove(plan.remove.filter { ManifestFile.isTemporary($0) && $0 != own }, directory)
    try ManifestFile.replace(manifest, in: directory, holding: lock)
    if let tail = plan.tail {
      report.quarantined = try Quarantine.keep(tail, of: directory, epoch: manifest.epoch)
    }
    try remove(plan.remove.filter { !ManifestFile.isTemporary($0) }, directory)
    var carried: [CommitLog.CarriedRecord] = []
    for record in plan.carry {
      carried.append(
        CommitLog.CarriedRecord(
          header: record.header, payload: try SegmentScanner.payload(of: record, in: directory)))
    }
    var history = SnapshotHistory(
      shardCount: manifest.identity.shardCount, retained: options.retainedBatches)
    var backlog = RecoveryBacklog(shardCount: manifest.identity.shardCount)
    for batch in facts.batches {
      history.note(batch.sequence, batch.sections)
      backlog.note(batch.sections)
    }
    let unpublished = plan.publish.map { ($0.batch, $0.sequence) }
    let log = try CommitLog.begin(
      in: directory, lock: lock, manifest: manifest, sealed: plan.sealed, number: plan.highestSegment + 1,
      last: plan.sealedThrough, chain: plan.sealedChain, carrying: carried,
      keepFrom: min(history.neededFrom, unpublished.first?.1 ?? SequenceNumber(.max)), options: options.log)
    var speeds = RecoverySpeeds()
    report.nanos = options.clock() &- started
    speeds.learn(from: report, logBytes: facts.usedBytes)
    return try CheckpointStore(
      log: log, history: history, lock: lock, options: options, shardCount: manifest.identity.shardCount,
      last: plan.last?.batch, unpublished: unpublished,
      backlog: backlog, speeds: speeds)
  }
}
