import StrandlineColumns
import StrandlineState

/// Orders the rows of each batch, and keeps the first of them.
///
/// # Overview
/// In the first phase some rows are put in order by themselves, which makes a run of them. When the batch ends the runs are merged by
/// ranges of keys, which are found by samples of all runs: each worker merges what all runs have in a range, and the ranges follow each
/// other. Rows of equal keys come by their ordinals, so nothing depends on what runs and ranges there are.
struct SortOperator: TwoPhaseOperator, SpillingOperator {
  let name = "order"
  let order: BoundOrdering
  let limit: Int?
  let schema: Schema
  /// The rows of the batch so far.
  private var runs: [SortedRows] = []
  /// Rows of the batch that are outside of memory.
  private var spilled: [SpilledRun] = []
  /// What these are on their way to, and how many of the rows are still wanted.
  private var merging: (runs: SpilledMerge, left: Int)?

  init(order: BoundOrdering, limit: Int?, schema: Schema) {
    self.order = order
    self.limit = limit
    self.schema = schema
  }

  var summary: String {
    "order: "
      + zip(order.expressions, order.descending).map { "\($1 ? "descending" : "ascending") \($0.expression)" }
      .joined(separator: ", ") + (limit.map { "; the first \($0)" } ?? "")
  }
  var dependsOnBatches: Bool { true }
  var exchange: String? { "each worker puts rows in order; what is in order is merged by ranges" }

  /// The rows of a run, at most, unless a morsel has more.
  private static let rowsPerRun = 32_768
  /// With a limit, so many runs are made one.
  private static let mostRuns = 32
  /// The rows of what is merged at once, at most, and their bytes, roughly.
  private static let (rowsPerPiece, bytesPerPiece) = (65_536, 64 << 20)

  func partial(
    _ rows: RowBatch, from input: Int, _ context: inout OperatorContext
  ) throws(StreamError) -> [SortedRows] {
    let (rows, values) = try context.values(of: order.expressions, rows)
    let count = rows.columns.count
    if count == 0 { return [] }
    let parts = max(1, count / Self.rowsPerRun)
    var work = (0..<parts).map { part in
      (rows: count * part / parts..<count * (part + 1) / parts, run: SortedRows(schema))
    }
    context.workers.forEach(&work) { [order, limit] (_, part) in
      part.run = rows.sorted(part.rows, by: values, descending: order.descending, limit: limit)
    }
    return work.map(\.run)
  }

  mutating func merge(
    _ parts: [SortedRows], from input: Int, _ context: inout OperatorContext
  ) throws(StreamError) {
    runs += parts
    if let limit, runs.count > Self.mostRuns {
      runs = [SortedRows.merged(runs, runs.map { 0..<$0.count }, schema: schema, limit: limit)]
    }
  }

  var memoryBytes: Int { runs.reduce(0) { $0 + $1.memoryBytes } }
  var hasMore: Bool { merging != nil }

  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError) {
    if merging == nil && spilled.isEmpty {
      let sorted = runs
      runs.removeAll()
      return try merged(sorted, context.workers) { rows throws(StreamError) in give(rows, &context) }
    }
    if merging == nil {
      try spill(&context)
      merging = (SpilledMerge(spilled, order, schema), limit ?? .max)
      spilled.removeAll()
    }
    guard let space = context.spill, var (runs, left) = merging else { return }
    var bytes = 0
    merging = nil
    while left > 0, let rows = try runs.next(space) {
      give(rows.first(left), &context)
      left -= min(left, rows.count)
      bytes += rows.memoryBytes
      if bytes >= space.resultBytes {
        merging = (runs, left)
        return
      }
    }
  }

  /// Writes the rows of the batch so far as one run, and makes one of many such runs.
  mutating func spill(_ context: inout OperatorContext) throws(StreamError) {
    let sorted = runs
    runs.removeAll()
    guard !sorted.isEmpty, var space = context.spill else { return }
    var run = SpilledRun(try space.makeFile())
    try merged(sorted, context.workers) { rows throws(StreamError) in try run.append(rows, to: &space) }
    spilled.append(run)
    // Each of them has a block in memory, and an open file.
    let most = min(max(4, space.limit / 4 / space.blockBytes), 64)
    while let level = spilled.last?.level, spilled.count(where: { $0.level == level }) >= most {
      var runs = SpilledMerge(spilled.filter { $0.level == level }, order, schema)
      var one = SpilledRun(try space.makeFile(), level: level + 1)
      var left = limit ?? .max
      while left > 0, let rows = try runs.next(space) {
        try one.append(rows.first(left), to: &space)
        left -= min(left, rows.count)
      }
      spilled.removeAll { $0.level == level }
      spilled.append(one)
    }
    context.spill = space
  }

  /// Merges runs by ranges, each worker some of them, and gives what becomes of these in their order.
  private func merged(
    _ sorted: [SortedRows], _ workers: Workers, _ body: (SortedRows) throws(StreamError) -> Void
  ) throws(StreamError) {
    let total = sorted.reduce(0) { $0 + $1.count }
    if total == 0 { return }
    let bytes = sorted.reduce(0) { $0 + $1.memoryBytes }
    let rows = max(1, min(Self.rowsPerPiece, Self.bytesPerPiece / max(1, bytes / total)))
    let pieces = SortedRows.pieces(of: sorted, rows: rows)
    var left = limit ?? total
    let atOnce = workers.count * 2
    for start in stride(from: 0, to: pieces.count, by: atOnce) where left > 0 {
      var work = pieces[start..<min(start + atOnce, pieces.count)].map { (piece: $0, rows: SortedRows(schema)) }
      workers.forEach(&work) { [schema] (_, item) in
        item.rows = SortedRows.merged(sorted, item.piece, schema: schema)
      }
      for item in work {
        try body(item.rows.first(left))
        left -= min(left, item.rows.count)
      }
    }
  }

  private func give(_ rows: SortedRows, _ context: inout OperatorContext) {
    if rows.count == 0 { return }
    var out = RowBatch(rows.columns, times: nil, mark: context.watermarkBefore)
    if !rows.times.isEmpty {
      out.times = RowTimes(Column(.timestamp, words: rows.times), marks: .each(rows.marks))
    }
    context.emit(out)
  }
}

extension RowBatch {
  /// Some of the rows, in order: of rows that are all selected.
  ///
  /// - Parameter values: what they are ordered by.
  fileprivate func sorted(_ rows: Range<Int>, by values: [Column], descending: [Bool], limit: Int?) -> SortedRows {
    let part = Selection.rows(rows.map { Int32($0) })
    let stamped = rows.count == columns.count ? times : times?.gathered(part)
    return SortedRows(
      sorting: SortKeys(values.map { $0.part(rows) }, descending: descending), columns.part(rows),
      times: stamped?.times.words ?? [], marks: stamped?.marks ?? [],
      ordinals: rows.map { ordinal(of: Int32($0)) }, limit: limit)
  }
}
