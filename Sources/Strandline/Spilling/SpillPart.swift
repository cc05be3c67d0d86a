import StrandlineBytes
import StrandlineColumns
import StrandlineState

/// What an operator has outside of memory of some shards: groups as they were, and rows that it has still to take.
struct SpillPart: Sendable {
  /// What a block holds.
  enum Content: Sendable {
    /// Groups of a shard of one of the operator's keyed states.
    case groups(state: Int, shard: Int)
    /// Rows of one of its inputs.
    case rows(input: Int)
  }

  let shards: Range<Int>
  private(set) var contents: [Content] = []
  private(set) var file: SpillFile?
  /// The columns of the inputs, as far as rows have come from them.
  private var schemas: [Schema?] = []
  /// Rows that are still to be written, by the input.
  private var waiting: [RowsBlock?] = []

  private init(_ shards: Range<Int>) {
    self.shards = shards
  }

  /// How many parts shards are cut into at once.
  private static let parts = 16

  /// Parts of equal size of so many shards, a power of two.
  static func cut(_ shards: Range<Int>) -> [SpillPart] {
    let size = max(1, shards.count / parts)
    return stride(from: shards.lowerBound, to: shards.upperBound, by: size).map { SpillPart($0..<$0 + size) }
  }

  /// The number of blocks of groups, which are in front of all rows.
  var groups: Int { contents.prefix { if case .groups = $0 { true } else { false } }.count }

  /// The columns of an input's rows.
  func schema(of input: Int) -> Schema {
    (input < schemas.count ? schemas[input] : nil) ?? Schema([])
  }

  /// Adds groups of a shard.
  mutating func append(
    _ groups: RawSpan, state: Int, shard: Int, to space: inout SpillSpace
  ) throws(StreamError) {
    try write(groups, .groups(state: state, shard: shard), &space)
  }

  /// Adds rows of an input.
  mutating func append(_ rows: RowsBlock, input: Int, to space: inout SpillSpace) throws(StreamError) {
    if rows.count == 0 { return }
    while waiting.count <= input {
      waiting.append(nil)
      schemas.append(nil)
    }
    if waiting[input] == nil {
      waiting[input] = rows
      schemas[input] = rows.columns.schema
    } else {
      waiting[input]?.append(rows)
    }
    if waiting[input].map(\.bytes) ?? 0 >= space.blockBytes { try flush(input, &space) }
  }

  /// Writes the rows that are still to be written.
  mutating func finish(_ space: inout SpillSpace) throws(StreamError) {
    for input in waiting.indices { try flush(input, &space) }
  }

  private mutating func flush(_ input: Int, _ space: inout SpillSpace) throws(StreamError) {
    guard let rows = waiting[input] else { return }
    waiting[input] = nil
    var writer = ByteWriter()
    rows.encode(into: &writer)
    try write(writer.rawSpan, .rows(input: input), &space)
  }

  private mutating func write(_ bytes: RawSpan, _ content: Content, _ space: inout SpillSpace) throws(StreamError) {
    if file == nil { file = try space.makeFile() }
    guard var own = file.take() else { return }
    try space.write(bytes, to: &own)
    file = own
    contents.append(content)
  }
}

extension [SpillPart] {
  /// Gives rows to the parts of their shards.
  ///
  /// - Parameter shardOf: the shard of a hash.
  mutating func append(
    _ rows: RowsBlock, hashes: [UInt64], input: Int, to space: inout SpillSpace, shardOf: (UInt64) -> Int
  ) throws(StreamError) {
    guard let first else { return }
    var places = [[Int32]](repeating: [], count: count)
    for (row, hash) in hashes.enumerated() {
      places[(shardOf(hash) - first.shards.lowerBound) / first.shards.count].append(Int32(row))
    }
    for (part, rowsOfPart) in places.enumerated() where !rowsOfPart.isEmpty {
      // No block becomes much larger than a block is.
      let most = Swift.max(1, space.blockBytes * rows.count / Swift.max(1, rows.bytes))
      for start in stride(from: 0, to: rowsOfPart.count, by: most) {
        let some = Array<Int32>(rowsOfPart[start..<Swift.min(start + most, rowsOfPart.count)])
        try self[part].append(rows.gathered(some), input: input, to: &space)
      }
    }
  }

  /// Gives encoded groups of a shard to its part.
  mutating func append(
    _ groups: RawSpan, state: Int, shard: Int, to space: inout SpillSpace
  ) throws(StreamError) {
    guard let part = firstIndex(where: { $0.shards.contains(shard) }) else { return }
    try self[part].append(groups, state: state, shard: shard, to: &space)
  }

  /// Writes the groups of a keyed state to the parts of their shards. Linear in the groups.
  mutating func append(_ state: KeyedState, number: Int, to space: inout SpillSpace) throws(StreamError) {
    var writer = ByteWriter()
    for part in indices {
      for shard in self[part].shards where state.groups(ofShard: shard) > 0 {
        writer.removeAll(keepingCapacity: true)
        state.encode(shard: shard, into: &writer)
        try self[part].append(writer.rawSpan, state: number, shard: shard, to: &space)
      }
    }
  }

  /// Writes the rows that are still to be written.
  mutating func finish(_ space: inout SpillSpace) throws(StreamError) {
    for part in indices { try self[part].finish(&space) }
  }
}
