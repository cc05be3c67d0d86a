import StrandlineBytes
import StrandlineLog
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineRecovery

/// How a test opens a store.
struct StoreSettings {
  var mode = CheckpointMode.auto
  var shards = 4
  /// Whether the number of shards is asked for.
  var saysShards = true
  var segmentCapacity = 8 << 10
  var retained = 1
  var durability = Durability.batch
  var plan = "rows by key\nwindow 1 ms"
  var owner = "pid 1"
  var mustExist = false
  var smallestSlice = 1024
  var recoveryBudgetNanos: UInt64?

  var options: CheckpointOptions {
    let clock = StepClock()
    let words = StepClock()
    var options = CheckpointOptions(
      plan: plan, clock: { clock.next() }, random: { words.next() &* 0x9E37_79B9_7F4A_7C15 })
    options.mode = mode
    options.shardCount = saysShards ? shards : nil
    options.log.segmentCapacity = segmentCapacity
    options.retainedBatches = retained
    options.durability = durability
    options.owner = owner
    options.mustExist = mustExist
    options.smallestSlice = smallestSlice
    options.recoveryBudgetNanos = recoveryBudgetNanos
    return options
  }
}

/// An open store with its state, driven by a workload.
struct Session: ~Copyable {
  var store: CheckpointStore
  var state: StreamState
  let report: RecoveryReport

  init(_ directory: any Directory, _ settings: StoreSettings = StoreSettings()) throws {
    var report = RecoveryReport()
    var state: StreamState?
    store = try CheckpointStore.open(
      directory, options: settings.options, state: emptyState, restored: &state, report: &report)
    // An opened store without a state would fail every test.
    self.state = state ?? emptyState(1, 0)
    self.report = report
  }

  /// The next batch's number.
  var next: Int { store.lastBatch.map { Int($0.value) + 1 } ?? 0 }

  /// Commits a batch and makes it durable.
  @discardableResult
  mutating func commit(_ number: Int, of workload: Workload) throws -> CheckpointStore.Receipt {
    let receipt = try write(number, of: workload)
    try store.sync()
    store.published(before: BatchID(UInt64(number) + 1))
    return receipt
  }

  /// Commits a batch without a sync.
  @discardableResult
  mutating func write(_ number: Int, of workload: Workload) throws -> CheckpointStore.Receipt {
    try workload.apply(number, to: &state)
    return try store.commit(BatchID(UInt64(number)), workload.record(number, state), state: state)
  }

  /// Commits batches up to, not including, a number.
  mutating func run(_ workload: Workload, upTo end: Int) throws {
    for number in next..<end { try commit(number, of: workload) }
  }
}

/// An empty state of the tests' plan.
@Sendable func emptyState(_ shards: Int, _ seed: UInt64) -> StreamState {
  StreamState([Workload.plan], shardCount: shards, seed: seed)
}

/// Expects a state to be what the oracle says it is after a batch.
func expect(
  _ state: borrowing StreamState, isAfter number: Int, of workload: Workload, _ comment: Comment? = nil,
  at location: SourceLocation = #_sourceLocation
) throws {
  #expect(Workload.groups(state) == workload.batches[number].expected, comment, sourceLocation: location)
  #expect(state.digest == (try workload.digest(after: number)), comment, sourceLocation: location)
  #expect(state.recomputedDigest() == state.digest, comment, sourceLocation: location)
  #expect(state.groupCount == workload.batches[number].expected.count, comment, sourceLocation: location)
}

/// Opens a copy of a store and expects it to go on behind a batch.
func expectRecovers(
  _ directory: any Directory, to number: Int, of workload: Workload, _ settings: StoreSettings = StoreSettings(),
  _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation
) throws {
  let session = try Session(directory, settings)
  #expect(session.next == number + 1, comment, sourceLocation: location)
  try expect(session.state, isAfter: number, of: workload, comment, at: location)
}

/// Every file of a directory and its subdirectories.
func contents(_ directory: any Directory) throws -> [String: [UInt8]] {
  var files: [String: [UInt8]] = [:]
  for entry in try directory.entries() {
    if entry.kind == .directory {
      for (name, bytes) in try contents(try directory.subdirectory(entry.name, create: false)) {
        files["\(entry.name)/\(name)"] = bytes
      }
    } else {
      files[entry.name] = try bytes(entry.name, directory)
    }
  }
  return files
}

/// The bytes of a file.
func bytes(_ name: String, _ directory: any Directory) throws -> [UInt8] {
  let file = try directory.open(name, .readOnly)
  return try file.read(at: 0, count: try file.size())
}

/// Overwrites bytes of a file.
func patch(_ name: String, _ directory: any Directory, at offset: Int, _ bytes: [UInt8]) throws {
  try directory.open(name, .readWrite).write(bytes, at: offset)
}

/// Turns bits of one byte of a file.
func flip(_ name: String, _ directory: any Directory, at offset: Int, _ mask: UInt8 = 1) throws {
  let file = try directory.open(name, .readWrite)
  let old = try file.read(at: offset, count: 1)
  try file.write([old[0] ^ mask], at: offset)
}

/// The facts of a store, which must be there.
func facts(_ directory: any Directory) throws -> StoreFacts {
  try #require(try StoreFacts.gather(directory))
}

/// All records of a store in order.
func records(_ directory: any Directory) throws -> [ScannedRecord] {
  try facts(directory).segments.flatMap { try $0.scan.get().records }
}

/// A part of a record, and where in its segment its frame is.
struct FramePlace {
  var kind: StateSection.Kind
  var shard: Int
  var place: Range<Int>
}

/// The parts of a record.
func frames(of record: ScannedRecord, _ directory: any Directory) throws -> [FramePlace] {
  guard record.header.kind.isBatch else { return [] }
  var decompressor = try ZstdDecompressor()
  let payload = try SegmentScanner.payload(of: record, in: directory)
  let commit = try CommitRecord(decoding: payload.rawSpan, withSections: true, decompressor: &decompressor)
  var places: [FramePlace] = []
  var end = record.offset + RecordHeader.size + payload.count
  for section in commit.sections.reversed() {
    places.append(FramePlace(kind: section.kind, shard: section.shard, place: end - section.frame.count..<end))
    end -= section.frame.count
  }
  return places.reversed()
}

/// Expects a store to be refused with a code, and nothing of it to have changed.
@discardableResult
func expectRefused(
  _ directory: any Directory, _ code: LogError.Code, _ settings: StoreSettings = StoreSettings(),
  _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation
) throws -> LogError? {
  let before = try contents(directory)
  var refusal: LogError?
  do {
    _ = try Session(directory, settings)
    Issue.record("the store was opened", sourceLocation: location)
  } catch let error as LogError {
    #expect(error.code == code, "\(error) \(comment?.rawValue ?? "")", sourceLocation: location)
    refusal = error
  }
  #expect(try contents(directory) == before, comment, sourceLocation: location)
  return refusal
}

/// A record's header with its checksum made right again.
func resealed(_ header: [UInt8]) -> [UInt8] {
  var writer = ByteWriter()
  writer.raw(header)
  writer.setUInt32(CRC32C.checksum(Array(header[8...])), at: 4)
  return writer.bytes
}
