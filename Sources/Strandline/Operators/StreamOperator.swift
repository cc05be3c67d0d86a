import StrandlineColumns
import StrandlineLog
import StrandlineState

/// A step of a running plan: takes rows, changes its state, gives rows.
///
/// # Overview
/// In a batch an operator is given rows any number of times (`take`), and then told once that the rows of the batch are
/// complete, with the watermark of its input after them (`endBatch`). Whatever it gives (`OperatorContext/emit`) goes to the
/// next operator before that one's batch ends. So rows come before the watermark that follows from them.
///
/// # Invariants
/// What an operator keeps beyond its keyed states follows from them (`restored` computes it again), or is in `progress`.
///
/// # After a crash
/// A new operator of the same plan is given its keyed states, its progress and the watermark of its input.
protocol StreamOperator: Sendable {
  /// The kind of operator, in a word or two.
  var name: String { get }

  /// Takes rows of one of its inputs.
  ///
  /// - Throws: `StreamError` `.row` for rows that can't be computed, `.overflow`.
  mutating func take(_ rows: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError)

  /// Takes what its own first phase has made of rows (`TwoPhaseOperator`).
  mutating func take(
    parts: [any Sendable], from input: Int, _ context: inout OperatorContext
  ) throws(StreamError)

  /// Ends a batch: windows that end by the watermark close, what changed is given away.
  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError)

  /// Begins a run: with nothing, or behind `restored`.
  mutating func begin(_ context: inout OperatorContext)

  /// Takes up what a commit holds: the keyed states are in the context, and so is the watermark.
  mutating func restored(_ progress: [UInt8], _ context: inout OperatorContext) throws(StreamError)

  /// Whether it keeps anything that no shard owns.
  var keepsProgress: Bool { get }

  /// What it keeps that no shard owns, as bytes.
  var progress: [UInt8] { get }

  /// How far the event times of the rows that it gives may lie behind the watermark of its input, in microseconds.
  var outputDelay: Int64 { get }

  /// When it wants a batch although no row comes, in Unix microseconds; nil for never.
  var nextAlarm: Int64? { get }

  /// Bytes of what it keeps beside its keyed states.
  var memoryBytes: Int { get }

  /// Whether its batch isn't over yet: `endBatch` is to be called again.
  var hasMore: Bool { get }

  /// What it does, in words, for `explain`: its name unless there is more to say.
  var summary: String { get }

  /// What is kept, in words, for `explain`; nil for an operator without state.
  var keeps: String? { get }

  /// How rows come together for it from the workers, in words, for `explain`; nil where they needn't.
  var exchange: String? { get }

  /// Whether what it gives depends on which rows are in which batch: in a run of one batch its batch ends with the input.
  var dependsOnBatches: Bool { get }

  /// What of the result depends on the order in which rows come, for `explain`; nil for nothing.
  var dependsOnOrder: String? { get }

  /// How many of the first columns of such rows (`rows`) say which group it is; nil for its keys and two more.
  var identifyingColumns: Int? { get }

  /// Groups of one of its keyed states as rows that say everything of them: the keys, two columns that say when, and values.
  ///
  /// - Parameter state: 0 for the first of its keyed states.
  func rows(of groups: GroupRows, state: Int) throws(StreamError) -> ColumnBatch
}

extension StreamOperator {
  mutating func take(
    parts: [any Sendable], from input: Int, _ context: inout OperatorContext
  ) throws(StreamError) {}
  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError) {}
  mutating func restored(_ progress: [UInt8], _ context: inout OperatorContext) throws(StreamError) {}
  mutating func begin(_ context: inout OperatorContext) {}
  var keepsProgress: Bool { false }
  var progress: [UInt8] { [] }
  var outputDelay: Int64 { 0 }
  var nextAlarm: Int64? { nil }
  var memoryBytes: Int { 0 }
  var hasMore: Bool { false }
  var summary: String { name }
  var keeps: String? { nil }
  var exchange: String? { nil }
  var dependsOnBatches: Bool { false }
  var dependsOnOrder: String? { nil }
  var identifyingColumns: Int? { nil }

  func rows(of groups: GroupRows, state: Int) throws(StreamError) -> ColumnBatch {
    var fields: [Field] = []
    var columns: [Column] = []
    func append(_ name: String, _ column: Column) {
      fields.append(Field(name, column.type, nullable: true))
      columns.append(column)
    }
    for (index, key) in groups.keys.enumerated() { append("key_\(index + 1)", key) }
    append("pane", Column(.timestamp, words: groups.panes))
    append("state", Column(.int64, words: Array(repeating: Int64(state), count: groups.count)))
    for (index, words) in groups.words.enumerated() { append("word_\(index + 1)", Column(.int64, words: words)) }
    for (index, blobs) in groups.blobs.enumerated() {
      append("bytes_\(index + 1)", Column(.int64, words: blobs.map { Int64($0.count) }))
    }
    return ColumnBatch(Schema(fields), columns: columns)
  }
}

/// What an operator may touch while it runs.
struct OperatorContext {
  /// The keyed states of the plan; an operator knows the numbers of its own.
  var state: StreamState
  /// Where operators put what they keep beyond a memory limit; nil without one.
  var spill: SpillSpace?
  /// Who works on large batches.
  var workers = Workers.one
  /// The watermark of the operator's input: before the batch's rows in `take`, after them in `endBatch`.
  var watermark = Int64.min
  /// The watermark of the operator's input before the batch.
  var watermarkBefore = Int64.min
  /// The processing time of the batch, in Unix microseconds: the same for all of its rows, and in its commit.
  var now: Int64 = 0
  /// The number of the batch.
  var batch: UInt64 = 0
  /// Whether a source has brought rows, in this batch.
  var hasRows = false
  /// The clock of the partition whose rows are being taken.
  var clock = PartitionClock()
  /// Rows of the partition that can't be used, by their places in what was read.
  var refused: [RefusedRow] = []
  /// Rows that no window took, in this batch.
  var lateRows: UInt64 = 0
  /// Whether the rows of each input have ended: before the batch none was to come any more.
  var endedInputs: [Bool] = []
  /// Whether somebody wants late rows.
  var keepsLate = false
  /// Late rows of this batch, if somebody wants them.
  var late: [ColumnBatch] = []
  /// Panes that were closed, in this batch.
  var panesClosed = 0
  /// What the operator has given and no other has taken yet, and whether it has made those rows.
  private var emitted: [(rows: RowBatch, isMade: Bool)] = []
  /// Rows that each operator has made, in this batch.
  private var rowsMade: [Int64] = []

  init(_ state: StreamState) {
    self.state = state
  }

  /// Gets ready for rows that come to an operator.
  mutating func enter(_ entry: OperatorEntry) {
    watermark = entry.watermark
    watermarkBefore = entry.watermark
    keepsLate = entry.keepsLate
    endedInputs = entry.endedInputs
  }

  /// What the first phase of a morsel may touch: the same batch, and states without groups.
  ///
  /// - Parameter empty: the states of the plan, without groups.
  func forMorsel(_ empty: StreamState) -> OperatorContext {
    var context = OperatorContext(empty)
    (context.now, context.batch) = (now, batch)
    return context
  }

  /// Takes up what the first phase of a morsel has found of late rows.
  mutating func takeLate(of morsel: OperatorContext) {
    lateRows += morsel.lateRows
    late += morsel.late
  }

  /// Notes that rows are late.
  mutating func note(late rows: [Int32], of columns: ColumnBatch) {
    lateRows += UInt64(rows.count)
    guard keepsLate, !rows.isEmpty else { return }
    late.append(ColumnBatch(columns.schema, columns: columns.columns.map { $0.gathered(rows) }))
  }

  /// Takes out the rows whose time is before their mark, and notes them as late: for operators without windows of their own.
  ///
  /// No mark is before the operator's own watermark, but where that follows the input that is furthest ahead.
  ///
  /// - Returns: the other selected rows, and nothing else.
  mutating func takeOnTime(_ rows: RowBatch) -> RowBatch {
    let selected = rows.compacted
    guard let stamped = selected.times else { return selected }
    let least = watermarkBefore
    if let mark = stamped.commonMark, stamped.range.lowerBound >= max(mark, least) { return selected }
    let marks = stamped.marks
    let words = stamped.times.words
    let late = (0..<Int32(words.count)).filter { words[Int($0)] < max(marks[Int($0)], least) }
    if late.isEmpty { return selected }
    note(late: late, of: selected.columns)
    return selected.gathered(.rows((0..<Int32(words.count)).filter { words[Int($0)] >= max(marks[Int($0)], least) }))
  }

  /// Gives rows that the operator has made, all of them selected, to the next one.
  mutating func emit(_ rows: RowBatch) {
    if rows.selection.count > 0 { emitted.append((rows, true)) }
  }

  /// Gives rows to the next operator that still are those that came, each with its number.
  mutating func pass(_ rows: RowBatch) {
    if rows.selection.count > 0 { emitted.append((rows, false)) }
  }

  /// Begins a batch.
  mutating func begin(_ batch: UInt64, now: Int64) {
    self.batch = batch
    self.now = now
    lateRows = 0
    late.removeAll()
    panesClosed = 0
    hasRows = false
    workers = .one
    rowsMade.removeAll()
  }

  /// Takes what an operator has given since the last call.
  ///
  /// Rows that it has made are numbered in the order in which it gave them, over all batches: by the batch (34 bits), then by
  /// operators, then one by one (28 bits together), so that nothing depends on how operators take turns within a batch. The bit
  /// above all of these keeps them apart from the rows of partitions.
  ///
  /// - Parameter count: how many operators the plan has.
  mutating func takeEmitted(by node: Int, of count: Int) throws(StreamError) -> [RowBatch] {
    if emitted.isEmpty { return [] }
    if rowsMade.count < count { rowsMade = Array(repeating: 0, count: count) }
    defer { emitted.removeAll() }
    let bits = Int64(28 - (Int.bitWidth - (count - 1).leadingZeroBitCount))
    var taken: [RowBatch] = []
    for (rows, isMade) in emitted {
      var rows = rows
      if isMade {
        let inBatch = Int64(node) << bits &+ rowsMade[node]
        rows.ordinal = 1 << 62 | (Int64(truncatingIfNeeded: batch << 28) & (1 << 62 - 1)) &+ inBatch
        rows.places = nil
        rowsMade[node] += Int64(rows.columns.count)
      }
      taken.append(rows)
    }
    guard rowsMade[node] <= 1 << bits else {
      throw StreamError(
        .overflow,
        "an operator of \(count) has made \(rowsMade[node]) rows in one batch, and \(1 << bits) can be told apart: let a batch take fewer rows"
      )
    }
    return taken
  }
}

/// What an operator is told of the batch when rows come to it.
struct OperatorEntry: Sendable {
  /// The watermark of its input before the batch.
  var watermark: Int64
  /// Whether somebody wants its late rows.
  var keepsLate: Bool
  /// Whether the rows of each input have ended.
  var endedInputs: [Bool]
}
