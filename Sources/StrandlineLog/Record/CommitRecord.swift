/// What a batch's record holds beside its header: where the input stands, what the state is or became, what the sink said.
///
/// Everything that no shard owns is in every record, so that the newest record alone says where to go on.
public struct CommitRecord: Sendable, Hashable {
  /// The partitions in the order in which they were first seen.
  public var partitions: [PartitionRecord] = []
  /// The stream's watermark after the batch, in microseconds; `Int64.min` while nothing is known.
  public var watermark: Int64 = .min
  /// Rows read so far: good, late and refused ones.
  public var rowsRead: UInt64 = 0
  /// Rows read so far that no window took.
  public var rowsLate: UInt64 = 0
  /// Rows read so far that were errors and were passed over.
  public var rowsRefused: UInt64 = 0
  /// Rows written so far.
  public var rowsWritten: UInt64 = 0
  /// The rows that this batch read.
  public var batchRows: UInt64 = 0
  /// The panes that this batch closed.
  public var panesClosed: UInt64 = 0
  /// The groups after the batch.
  public var groups: UInt64 = 0
  /// The groups that the batch changed.
  public var groupsChanged: UInt64 = 0
  /// The digest of the state after the batch.
  public var digest: UInt128 = 0
  /// Whether the bounded input ended with this batch and every window was closed.
  public var isFinished = false
  /// The sink's receipt for the rows that the batch wrote; nil when it wrote none.
  public var receipt: [UInt8]?
  /// The sink's position after the batch.
  public var sinkPosition: [UInt8] = []
  /// Output is known to be published before this batch.
  public var publishedBefore = BatchID(0)
  /// When the batch was committed, Unix microseconds; informative only.
  public var committedAt: Int64 = 0
  /// The watermarks of the keyed states after the batch, by their number; empty where all are the stream's.
  public var watermarks: [Int64] = []
  /// The watermarks of the sources after the batch, by their number; empty where there is one, whose watermark is the stream's.
  public var sourceWatermarks: [Int64] = []
  /// What operators keep that no shard owns, by their number; empty where none keeps anything.
  public var operators: [[UInt8]] = []
  /// The parts of the state.
  public var sections: [StateSection] = []

  /// An empty record.
  public init() {}

  /// The version that its payload is written with: readers that don't know what it holds must refuse it.
  public var writtenVersion: UInt8 { sections.isEmpty ? payloadVersion : RecordHeader.planesVersion }

  /// The least version that has all it says, but for how words of its state are held.
  public var payloadVersion: UInt8 {
    if isExtended || countsMalformed { return RecordHeader.operatorsVersion }
    return sections.contains { $0.kind.isSlice } ? RecordHeader.slicedVersion : RecordHeader.formatVersion
  }

  /// Whether it says of partitions how many of their rows were malformed.
  var countsMalformed: Bool { partitions.contains { $0.malformed != 0 } }

  /// Whether it says something of several operators or sources.
  var isExtended: Bool {
    !watermarks.isEmpty || !sourceWatermarks.isEmpty || !operators.isEmpty || partitions.contains { $0.source != 0 }
  }
}

/// A part of the state in a record: a compressed frame, with a checksum of its own.
public struct StateSection: Sendable, Hashable {
  /// What the part holds.
  public enum Kind: UInt8, Sendable, Hashable {
    /// Every group of every shard.
    case snapshot = 1
    /// Every group of one shard, after the batch.
    case shardSnapshot = 2
    /// The groups of one shard that the batch changed, with their new words.
    case shardDelta = 3
    /// The first slice of a snapshot of one shard that takes several records, after the batch.
    case firstSlice = 4
    /// A further slice, after its own batch, which is a later one.
    case middleSlice = 5
    /// The last slice.
    case lastSlice = 6

    /// Whether it is a slice of a snapshot that takes several records.
    public var isSlice: Bool { rawValue >= Self.firstSlice.rawValue }

    /// Whether older parts and the log behind them say the same, so that recovery can do without this one.
    public var isReplaceable: Bool { self == .shardSnapshot || isSlice }
  }

  /// What the part holds.
  public var kind: Kind
  /// The operator whose state it is.
  public var operatorID: Int
  /// The shard; 0 for `snapshot`.
  public var shard: Int
  /// The bytes before compression.
  public var rawLength: Int
  /// The zstd frame; empty when a record was read without its sections.
  public var frame: [UInt8]
  /// Whether its checksum doesn't hold, in a record that is read in spite of that; the frame is then empty.
  public var isDamaged = false

  /// A part of the state.
  public init(kind: Kind, operatorID: Int, shard: Int, rawLength: Int, frame: [UInt8]) {
    self.kind = kind
    self.operatorID = operatorID
    self.shard = shard
    self.rawLength = rawLength
    self.frame = frame
  }
}

/// Where one partition stands after a batch.
public struct PartitionRecord: Sendable, Hashable {
  /// Whether a partition takes part in the stream's watermark.
  public enum Status: UInt8, Sendable, Hashable {
    /// More rows may come.
    case active = 1
    /// No more rows will come.
    case finished = 2
    /// No rows came for a while; the stream's watermark doesn't wait for it.
    case idle = 3
  }

  /// The name, such as a file's path.
  public var name: String
  /// What tells the partition's content from another's; its source says how.
  public var identity: [UInt8]
  /// The next offset to read: bytes of a file, elements of a sequence.
  public var offset: UInt64
  /// The rows read so far.
  public var rows: UInt64
  /// Those of them that could not be decoded.
  public var malformed: UInt64 = 0
  /// The largest event time so far.
  public var maximumTime: Int64?
  /// The stream's watermark when the partition joined.
  public var joinedAt: Int64
  /// Whether it takes part in the watermark.
  public var status: Status
  /// The number of its source in the plan.
  public var source = 0

  /// Where a partition stands.
  public init(
    name: String, identity: [UInt8], offset: UInt64, rows: UInt64, maximumTime: Int64?, joinedAt: Int64,
    status: Status
  ) {
    self.name = name
    self.identity = identity
    self.offset = offset
    self.rows = rows
    self.maximumTime = maximumTime
    self.joinedAt = joinedAt
    self.status = status
  }
}
