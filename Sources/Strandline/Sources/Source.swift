public import StrandlineColumns
public import StrandlineLog

/// How much of a partition a batch takes.
public struct BatchLimits: Sendable, Hashable {
  /// The most rows of a partition; at least 1.
  public var rows: Int
  /// The most bytes of a partition; a row that is longer is taken all the same.
  public var bytes: Int

  /// Limits of that many rows and bytes.
  public init(rows: Int = 65_536, bytes: Int = 16 << 20) {
    self.rows = rows
    self.bytes = bytes
  }
}

/// What reading a partition came to.
public enum PartitionProgress: Sendable, Hashable {
  /// Rows were read, and there may be more at once.
  case more
  /// There is nothing to read now; there may be later.
  case waiting
  /// There will never be more.
  case finished
}

/// What is known of a row that can't be used.
public struct RowProblem: Sendable, Hashable {
  /// The partition.
  public var partition: String
  /// The byte or element at which the row begins.
  public var offset: Int
  /// The bytes of the row; 0 where that isn't known.
  public var length: Int
  /// What is wrong, without the row's content.
  public var reason: String
}

extension RowProblem {
  /// What a decoder says of a row of a partition.
  init(_ error: RowError, partition: String) {
    let column = error.column.map { "\($0): " } ?? ""
    self.init(partition: partition, offset: error.offset, length: error.length, reason: column + error.reason)
  }
}

/// A source of partitions: what a plan reads, made when a run begins.
///
/// A source is replayable: after a restart, a partition read from a committed offset gives the same rows in the same
/// order, or says that it can't.
public protocol Source: Sendable {
  /// The columns of the source.
  var schema: Schema { get }

  /// About how many bytes its rows have, as far as that can be told without reading them; nil where it can't.
  var approximateBytes: Int? { get }

  /// Opens the source for some of its columns.
  ///
  /// - Parameter recovered: where the partitions of the last commit stand; empty for a new store.
  /// - Throws: `StreamError` `.source` when a recovered partition is no longer what it was.
  func open(columns: Schema, recovered: [PartitionRecord]) throws(StreamError) -> any SourceReader
}

extension Source {
  /// A source of which that can't be told.
  public var approximateBytes: Int? { nil }
}

/// An open source.
public protocol SourceReader: AnyObject {
  /// The partitions that were not there at the last call, in a stable order; at the first call, all of them, with the
  /// recovered ones first and in their order.
  func discover() throws(StreamError) -> [any PartitionReader]
}

/// An open partition.
///
/// `read` moves on; `record` says where the partition stands, to be committed with the rows that were read.
public protocol PartitionReader: AnyObject {
  /// The name, such as a file's path.
  var name: String { get }
  /// What tells the partition's content from another's, as of the current offset.
  var identity: [UInt8] { get }
  /// The next offset to read.
  var offset: UInt64 { get }

  /// Reads rows into an empty batch.
  ///
  /// - Parameters:
  ///   - problems: takes the rows that can't be decoded, in order.
  /// - Throws: `StreamError` `.source`.
  func read(
    _ limits: BatchLimits, into batch: inout ColumnBatch, problems: inout [RowProblem]
  ) throws(StreamError) -> PartitionProgress

  /// Reads what a batch takes without decoding it; what `read` would do is left to ``RawMorsel/decode()``.
  ///
  /// - Parameters:
  ///   - limits: the most rows and bytes. A blank line counts as a row here, so there may be fewer.
  ///   - morselBytes: the bytes from which on a morsel ends with the row.
  /// - Returns: nil where rows can't be told apart before they are decoded, or are not text; then nothing was read, and `read`
  ///   goes on from the same place.
  /// - Throws: `StreamError` `.source`.
  func readMorsels(_ limits: BatchLimits, morselBytes: Int) throws(StreamError) -> MorselBlock?

  /// Whether there is more to read although the partition was read to its end.
  var hasGrown: Bool { get }

  /// The offsets at which rows of the last read begin, and their lengths; fewer, or none, where that isn't known.
  ///
  /// - Parameter rows: positions in the last batch, ascending.
  func locate(rows: [Int]) -> [(offset: Int, length: Int)]

  /// What the last read was of: the partition, or one of its files; offsets of rows are those in it.
  var lastName: String { get }

  /// The bytes of a row, for the file of rejected rows; nil where they can't be had again.
  func bytes(at offset: Int, count: Int) -> [UInt8]?
}

extension PartitionReader {
  /// Rows of a source that isn't text are not decoded.
  public func readMorsels(_ limits: BatchLimits, morselBytes: Int) throws(StreamError) -> MorselBlock? { nil }
  /// A partition that is one thing.
  public var lastName: String { name }
  /// A partition that can't grow.
  public var hasGrown: Bool { false }
  /// Rows of a source that isn't text have no bytes of their own.
  public func locate(rows: [Int]) -> [(offset: Int, length: Int)] { [] }
  /// Rows of a source that isn't text have no bytes of their own.
  public func bytes(at offset: Int, count: Int) -> [UInt8]? { nil }
}
