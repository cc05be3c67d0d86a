import StrandlineColumns
import StrandlineState

/// Some rows of a partition on their way to the first operator that keeps anything.
///
/// # Overview
/// Morsels go through the operators in front of that one side by side, but for one step: the clock of a partition moves past
/// its morsels in their order. What is behind takes them in their order, too.
struct Morsel: Sendable {
  /// The number of the partition.
  let partition: Int
  /// The number of its source.
  let source: Int
  /// Where the rows come from.
  private let content: Content
  /// The number of rows, as soon as they are decoded.
  private(set) var count = 0
  /// Rows among them that could not be decoded.
  var problems: [RowProblem] = []
  /// The place of the first row among all rows of one event time.
  var ordinal: Int64 = 0
  /// The smallest and the largest event time.
  var range: ClosedRange<Int64>?
  /// The partition's clock in front of the rows, where it has moved past them before they were made.
  var clock: PartitionClock?
  /// The rows, as soon as they are made.
  var inHand: MorselRows

  /// What the rows are made of.
  enum Content: Sendable {
    /// A part of what was read at once.
    case rows(ColumnBatch, Range<Int>)
    /// A part of a text.
    case text(RawMorsel)
  }

  init(partition: Int, source: Int, _ content: Content, _ context: OperatorContext) {
    self.partition = partition
    self.source = source
    self.content = content
    inHand = MorselRows(context: context)
  }

  /// About how many rows there are.
  var size: Int {
    switch content {
    case .rows(_, let places): places.count
    case .text(let text): text.byteCount / Self.bytesPerRow
    }
  }

  /// The bytes of a row of text, roughly.
  static let bytesPerRow = 32

  /// Finds the range of the event times of rows that were read as columns and aren't made yet.
  ///
  /// - Parameter column: the number of the column of the event time.
  /// - Returns: whether that tells all: none of the times is null.
  mutating func measure(_ column: Int) -> Bool {
    guard case .rows(let whole, let places) = content, !whole.columns[column].hasNulls else { return false }
    count = places.count
    range = whole.columns[column].range(of: places)
    return true
  }

  /// Makes the rows.
  mutating func make() {
    let batch: ColumnBatch
    switch content {
    case .rows(let whole, let places): batch = whole.part(places)
    case .text(let text): (batch, problems) = text.decode()
    }
    count = batch.count
    if count == 0 { return }
    var rows = RowBatch(batch, times: nil, mark: .min, ordinal: ordinal)
    rows.isSource = true
    inHand.rows = rows
  }

  /// The offsets at which rows begin, and their lengths; fewer where that isn't known.
  func locate(_ rows: [RefusedRow], _ reader: any PartitionReader) -> [(offset: Int, length: Int)] {
    if rows.isEmpty { return [] }
    switch content {
    case .rows(_, let places): return reader.locate(rows: rows.map { places.lowerBound + Int($0.row) })
    case .text(let text): return text.locate(rows: rows.map { Int($0.row) })
    }
  }

  /// What the rows are of: the partition, or one of its files.
  func name(_ reader: any PartitionReader) -> String {
    switch content {
    case .rows: reader.lastName
    case .text(let text): text.partition
    }
  }

  /// The bytes of a row that can't be used; nil where they can't be had again.
  func bytes(at offset: Int, count: Int, _ reader: any PartitionReader) -> [UInt8]? {
    switch content {
    case .rows: reader.bytes(at: offset, count: count)
    case .text(let text): text.bytes(at: offset, count: count)
    }
  }
}

/// The operators between a source and the first one that keeps anything.
struct SourceFront: Sendable {
  /// The numbers of those in front of the event time.
  private(set) var before: [Int] = []
  /// The number of the one that gives rows their event time; nil in a stream without.
  private(set) var eventTime: Int?
  /// The numbers of those behind it, or of all of them.
  private(set) var behind: [Int] = []
  /// Where their rows go; nil for the result.
  private(set) var consumer: (node: Int, input: Int)?

  init(_ source: CompiledPlan.CompiledSource, _ nodes: [CompiledPlan.Node]) {
    consumer = source.consumer
    while let node = consumer?.node {
      if nodes[node].operation is EventTimeOperator {
        (before, behind) = (behind, [])
        eventTime = node
      } else if nodes[node].operation is any RowOperator {
        behind.append(node)
      } else {
        break
      }
      consumer = nodes[node].consumer
    }
  }
}
