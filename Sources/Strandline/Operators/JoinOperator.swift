import StrandlineBytes
import StrandlineColumns
import StrandlineState

/// Joins two streams: pairs of rows with equal keys whose times are near enough.
///
/// # Overview
/// A row that arrives is compared with what the other side keeps, then kept itself. A pair comes out at once. A row without
/// one comes out, where the kind asks for it, when its pane closes: then the watermark of both sides has passed every time at
/// which a row could still match it, so nothing that comes later contradicts it.
///
/// # Invariants
/// The left side is the operator's first input and its first keyed state.
struct JoinOperator: TwoPhaseOperator {
  let name = "join"
  let kind: JoinKind
  /// How much later than the left row the right one may be; nil for any time.
  let within: ClosedRange<Int64>?
  /// Over the columns of pairs, all that is kept.
  let condition: BoundExpression?
  let pairSchema: Schema
  let outputSchema: Schema
  let isTimed: Bool
  let outputDelay: Int64
  var sides: [JoinSide]

  init(
    kind: JoinKind, within: ClosedRange<Int64>?, condition: BoundExpression?, sides: [JoinSide], isTimed: Bool,
    outputDelay: Int64
  ) {
    self.kind = kind
    self.within = within
    self.condition = condition
    self.sides = sides
    self.isTimed = isTimed
    self.outputDelay = outputDelay
    pairSchema = JoinPlan.pairs(sides[0].schema, sides[1].schema)
    outputSchema = JoinPlan.schema(sides[0].schema, sides[1].schema, kind: kind)
  }

  /// The rows that can be pairs, and where they are to be found.
  func partial(
    _ rows: RowBatch, from input: Int, _ context: inout OperatorContext
  ) throws(StreamError) -> [JoinRows] {
    let late = context.late.count
    let batch = context.takeOnTime(rows)
    for index in late..<context.late.count { context.late[index] = alone(context.late[index], input) }
    if batch.columns.count == 0 { return [] }
    let side = sides[input]
    let (part, keys) = try context.values(of: side.keys, batch)
    let count = part.columns.count
    if count == 0 { return [] }
    var isKeyless: [Bool]?
    if keys.contains(where: \.hasNulls) {
      isKeyless = (0..<count).map { row in keys.contains { $0.isNull(row) } }
    }
    let rows = 0..<Int32(count)
    return [
      JoinRows(
        times: part.times?.times.words ?? Array(repeating: 0, count: count),
        ordinals: rows.map { part.ordinal(of: $0) }, keyColumns: keys,
        keys: context.state.states[side.state].keys(keys, as: side.layout, rows: count),
        columns: side.kept.map { part.columns.columns[$0] }, isKeyless: isKeyless)
    ]
  }

  mutating func merge(
    _ parts: [JoinRows], from input: Int, _ context: inout OperatorContext
  ) throws(StreamError) {
    if parts.isEmpty { return }
    do {
      let meetings = try meet(parts, input, context)
      for meeting in meetings { give(meeting.columns, meeting.times, &context) }
      if sides[1 - input].isTracked {
        for meeting in meetings { try match(meeting.pairs, 1 - input, &context) }
      }
      try sides[input].keep(meetings.flatMap(\.kept), &context.state, on: context.workers)
    } catch let error as StreamError {
      throw error
    } catch let error as StateError {
      throw StreamError(error)
    } catch {
      throw StreamError(.row, "a row can't be computed: \(error)")
    }
  }

  /// What rows that arrive come to with those that the other side keeps.
  private func meet(
    _ parts: [JoinRows], _ input: Int, _ context: OperatorContext
  ) throws -> [JoinMeeting] {
    var work = parts.map { (rows: $0, result: Result<JoinMeeting, any Error>?.none) }
    let hasEnded = context.endedInputs[1 - input]
    context.workers.forEach(&work) { [self, states = context.state] (_, item) in
      item.result = Result { [rows = item.rows] in
        try JoinMeeting(rows, input, self, hasEnded: hasEnded, states)
      }
    }
    return try work.compactMap { try $0.result?.get() }
  }

  /// Notes which kept rows have matched; of a semi join they come out when they first do.
  private mutating func match(
    _ pairs: JoinPairs, _ side: Int, _ context: inout OperatorContext
  ) throws {
    let first = pairs.firstMatches(of: sides[side])
    if kind == .semi {
      give(
        try first.keptColumns(sides[side], context.state.states[sides[side].state]), first.keptTimes(sides[side]),
        &context)
    }
    for (pane, pairs) in first.byPane {
      sides[side].match(pairs.map { first.kept[$0] }, pane: pane, &context.state)
    }
  }

  /// Rows of a side as they come out without the other one.
  func alone(_ rows: ColumnBatch, _ side: Int) -> ColumnBatch {
    ColumnBatch(outputSchema, columns: alone(sides[side].kept.map { rows.columns[$0] }, side, count: rows.count))
  }

  private func alone(_ columns: [Column], _ side: Int, count: Int) -> [Column] {
    if kind.isOneSided { return columns }
    let missing = sides[1 - side].schema.fields.map { Column.nulls($0.type, count: count) }
    return side == 0 ? columns + missing : missing + columns
  }

  /// Whether rows of a side come out that have no pair.
  func keeps(_ side: Int) -> Bool { side == 0 ? kind.keepsLeft : kind.keepsRight }

  private func give(_ columns: [Column], _ times: [Int64], _ context: inout OperatorContext) {
    if times.isEmpty { return }
    let before = context.watermarkBefore
    let (mark, isBelow) = before.subtractingReportingOverflow(outputDelay)
    context.emit(
      RowBatch(
        ColumnBatch(outputSchema, columns: columns), times: isTimed ? Column(.timestamp, words: times) : nil,
        mark: before == .max ? before : isBelow ? .min : mark))
  }

  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError) {
    for side in sides.indices {
      let state = sides[side].state
      let closing = context.state.states[state].panes(endingBy: context.watermark)
      if closing.isEmpty { continue }
      if keeps(side) { try giveUnmatched(closing, side, &context) }
      context.state.states[state].close(through: context.watermark)
      for pane in closing { sides[side].panes[pane] = nil }
      context.panesClosed += closing.count
    }
  }

  private mutating func giveUnmatched(
    _ closing: [Int64], _ side: Int, _ context: inout OperatorContext
  ) throws(StreamError) {
    let groups = context.state.states[sides[side].state].rows(of: closing)
    let blob = RowBlob(sides[side].schema)
    var columns = blob.columns
    var times: [Int64] = []
    do throws(StateError) {
      for row in 0..<groups.count where groups.words[1][row] == 0 {
        try blob.decode(groups.blobs[0][row], into: &columns)
        times.append(groups.words[0][row])
      }
    } catch {
      throw StreamError(error)
    }
    give(alone(columns, side, count: times.count), times, &context)
  }

  // MARK: - Commits

  mutating func restored(_ progress: [UInt8], _ context: inout OperatorContext) throws(StreamError) {
    do {
      if !progress.isEmpty {
        // Older commits count rows here, which nothing needs.
        var reader = ByteReader(progress.span.rawSpan)
        for _ in 0...sides.count { _ = try reader.count(limit: 1 << 62) }
        try reader.finish()
      }
      for side in sides.indices { try sides[side].restore(context.state) }
    } catch {
      throw StreamError(.store, "what the commit says of a join can't be read: \(error)")
    }
  }

  var summary: String {
    let keys = zip(sides[0].keys, sides[1].keys).map { "\($0.expression) = \($1.expression)" }
    var text = "\(kind.rawValue) join on \(keys.joined(separator: " and "))"
    if let within {
      let (low, high) = (PlanComparison.duration(within.lowerBound), PlanComparison.duration(within.upperBound))
      text += ", the right row \(low) to \(high) later"
    }
    if let condition { text += ", where \(condition.expression)" }
    return text
  }

  var exchange: String? {
    "rows of both sides to their shards, by hash of \(sides[0].keys.words) = \(sides[1].keys.words)"
  }

  var keeps: String? {
    within == nil
      ? "all rows of both sides, until the other side ends"
      : "rows of both sides, until the watermark is beyond all that could match them"
  }
}
