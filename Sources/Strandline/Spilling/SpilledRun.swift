import StrandlineBytes
import StrandlineColumns
import StrandlineState

/// Rows in order, outside of memory.
struct SpilledRun: Sendable {
  /// How many times its rows have been merged out of other such runs.
  let level: Int
  fileprivate private(set) var file: SpillFile

  init(_ file: SpillFile, level: Int = 0) {
    self.file = file
    self.level = level
  }

  /// Adds rows that come behind all others.
  mutating func append(_ rows: SortedRows, to space: inout SpillSpace) throws(StreamError) {
    if rows.count == 0 { return }
    let step = max(1, space.blockBytes * rows.count / max(1, rows.memoryBytes))
    var writer = ByteWriter()
    for start in stride(from: 0, to: rows.count, by: step) {
      writer.removeAll(keepingCapacity: true)
      rows.block(start..<min(start + step, rows.count)).encode(into: &writer)
      try space.write(writer.rawSpan, to: &file)
    }
  }
}

/// Runs outside of memory on their way to one order: of each, one block is in memory.
struct SpilledMerge: Sendable {
  private var cursors: [Cursor]
  private let order: BoundOrdering
  private let schema: Schema

  /// A run, and how far it has been read.
  private struct Cursor: Sendable {
    let run: SpilledRun
    var next = 0
    var rows: SortedRows
    var start = 0

    var hasMore: Bool { next < run.file.blocks.count }
    var isDone: Bool { start == rows.count && !hasMore }
  }

  init(_ runs: [SpilledRun], _ order: BoundOrdering, _ schema: Schema) {
    cursors = runs.map { Cursor(run: $0, rows: SortedRows(schema)) }
    self.order = order
    self.schema = schema
  }

  /// The next rows in order; nil when there are none.
  ///
  /// They reach up to the smallest of the last rows of the blocks that are in memory: what comes later in a run is behind that.
  mutating func next(_ space: SpillSpace) throws(StreamError) -> SortedRows? {
    for index in cursors.indices where cursors[index].start == cursors[index].rows.count && cursors[index].hasMore {
      cursors[index].rows = try read(cursors[index].next, of: cursors[index].run, space)
      cursors[index].next += 1
      cursors[index].start = 0
    }
    cursors.removeAll(where: \.isDone)
    if cursors.isEmpty { return nil }
    var bound: SortedRows?
    for cursor in cursors where cursor.hasMore {
      if bound.map({ cursor.rows.isBefore(cursor.rows.count - 1, $0, $0.count - 1) }) ?? true { bound = cursor.rows }
    }
    var piece: SortedRows.Piece = []
    for index in cursors.indices {
      let rows = cursors[index].rows
      let end = bound.map { rows.count(upTo: $0.count - 1, of: $0) } ?? rows.count
      piece.append(cursors[index].start..<max(cursors[index].start, end))
      cursors[index].start = piece[index].upperBound
    }
    return SortedRows.merged(cursors.map(\.rows), piece, schema: schema)
  }

  private func read(_ block: Int, of run: SpilledRun, _ space: SpillSpace) throws(StreamError) -> SortedRows {
    let rows = try space.rows(block, of: run.file, schema)
    do throws(ColumnsError) {
      // They have been computed before.
      let values = try order.expressions.evaluate(rows.columns, .all(rows.count))
      return SortedRows(
        sorted: SortKeys(values, descending: order.descending), rows.columns, times: rows.times, marks: rows.marks,
        ordinals: rows.ordinals)
    } catch {
      throw StreamError(.store, "rows that did not fit into memory are damaged: \(error); run again")
    }
  }
}
