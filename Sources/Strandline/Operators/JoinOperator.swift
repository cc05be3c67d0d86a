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
struct JoinOperator: StreamOperator {
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

  mutating func take(_ batch: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    let late = context.late.count
    let batch = context.takeOnTime(batch)
    for index in late..<context.late.count { context.late[index] = alone(context.late[index], input) }
    if batch.columns.count == 0 { return }
    do {
      let rows = try arrivals(batch, input, &context)
      if rows.count == 0 { return }
      let (pairs, columns) = try pairs(of: rows, input, context)
      var matched = [Bool](repeating: false, count: rows.count)
      for row in pairs.arrivals { matched[Int(row)] = true }
      let first = pairs.firstMatches(of: sides[1 - input])
      switch kind {
      case .inner, .left, .right, .full: giveColumns(columns, times(of: pairs, rows, input), &context)
      case .semi where input == 0:
        let chosen = (0..<Int32(rows.count)).filter { matched[Int($0)] }
        let columns = rows.columns.map { $0.gathered(chosen) }
        giveColumns(columns, chosen.map { rows.times[Int($0)] }, &context)
      case .semi:
        giveColumns(
          try first.keptColumns(sides[0], context.state.states[sides[0].state]), first.keptTimes(sides[0]), &context)
      case .anti: break
      }
      for (pane, rows) in first.byPane {
        sides[1 - input].match(rows.map { first.entries[$0] }, pane: pane, &context.state)
      }
      // A row of which it is known that it comes out, or never will, isn't kept.
      let isDecided = kind.isOneSided && input == 0
      let chosen = (0..<Int32(rows.count)).filter { !isDecided || !matched[Int($0)] }
      try sides[input].keep(rows, chosen, matched: matched, &context.state)
    } catch let error as StreamError {
      throw error
    } catch let error as StateError {
      throw StreamError(error)
    } catch {
      throw StreamError(.row, "a row can't be computed: \(error)")
    }
  }

  /// Rows of a side as they come out without the other one.
  private func alone(_ rows: ColumnBatch, _ side: Int) -> ColumnBatch {
    ColumnBatch(outputSchema, columns: alone(sides[side].kept.map { rows.columns[$0] }, side, count: rows.count))
  }

  private func alone(_ columns: [Column], _ side: Int, count: Int) -> [Column] {
    if kind.isOneSided { return columns }
    let missing = sides[1 - side].schema.fields.map { Column.nulls($0.type, count: count) }
    return side == 0 ? columns + missing : missing + columns
  }

  /// The rows of a side that can match; those with a null in their key come out at once, where rows without a pair do.
  private mutating func arrivals(
    _ batch: RowBatch, _ input: Int, _ context: inout OperatorContext
  ) throws -> JoinRows {
    let side = sides[input]
    let (batch, values) = try context.values(of: side.keys, batch)
    var keys = values
    var positions = batch.selection.positions
    if keys.contains(where: \.hasNulls) {
      var (whole, missing): ([Int32], [Int32]) = ([], [])
      for row in 0..<positions.count {
        if keys.contains(where: { $0.isNull(row) }) { missing.append(Int32(row)) } else { whole.append(Int32(row)) }
      }
      if keeps(input) {
        let rows = missing.map { positions[Int($0)] }
        giveAlone(
          side.kept.map { batch.columns.columns[$0].gathered(rows) }, rows.map { batch.time(of: $0) }, input, &context)
      }
      keys = keys.map { $0.gathered(whole) }
      positions = whole.map { positions[Int($0)] }
    }
    return JoinRows(
      times: positions.map { batch.time(of: $0) }, ordinals: positions.map { batch.ordinal(of: $0) }, keyColumns: keys,
      keys: context.state.states[side.state].keys(keys, as: side.layout, rows: positions.count),
      columns: side.kept.map { batch.columns.columns[$0].gathered(positions) })
  }

  /// The pairs of rows that arrive, and their columns where they are needed.
  private func pairs(
    of rows: JoinRows, _ input: Int, _ context: OperatorContext
  ) throws -> (JoinPairs, [Column]) {
    let offsets = within.map { input == 0 ? $0 : -$0.upperBound ... -$0.lowerBound }
    let other = sides[1 - input]
    let pairs = JoinPairs(rows, with: other, offsets: offsets)
    if pairs.count == 0 || kind.isOneSided && condition == nil { return (pairs, []) }
    let kept = try pairs.keptColumns(other, context.state.states[other.state])
    let arrived = rows.columns.map { $0.gathered(pairs.arrivals) }
    let columns = input == 0 ? arrived + kept : kept + arrived
    guard let condition else { return (pairs, columns) }
    let selection = try condition.select(ColumnBatch(pairSchema, columns: columns), .all(pairs.count))
    return (pairs.gathered(selection), columns.map { $0.gathered(selection) })
  }

  /// The time of a pair is that of its later row.
  private func times(of pairs: JoinPairs, _ rows: JoinRows, _ input: Int) -> [Int64] {
    zip(pairs.arrivals, pairs.keptTimes(sides[1 - input])).map { max(rows.times[Int($0)], $1) }
  }

  private func keeps(_ side: Int) -> Bool { side == 0 ? kind.keepsLeft : kind.keepsRight }

  private mutating func giveColumns(_ columns: [Column], _ times: [Int64], _ context: inout OperatorContext) {
    if times.isEmpty { return }
    let before = context.watermarkBefore
    let (mark, isBelow) = before.subtractingReportingOverflow(outputDelay)
    context.emit(
      RowBatch(
        ColumnBatch(outputSchema, columns: columns), times: isTimed ? Column(.timestamp, words: times) : nil,
        mark: before == .max ? before : isBelow ? .min : mark))
  }

  /// Gives rows of one side that have no pair.
  private mutating func giveAlone(
    _ columns: [Column], _ times: [Int64], _ side: Int, _ context: inout OperatorContext
  ) {
    giveColumns(alone(columns, side, count: times.count), times, &context)
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
    giveAlone(columns, times, side, &context)
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

  var keeps: String? {
    within == nil
      ? "all rows of both sides, until the input ends"
      : "rows of both sides, until the watermark is beyond all that could match them"
  }
}

extension RowBatch {
  /// The time of a row; zero in a stream without event time.
  func time(of row: Int32) -> Int64 { times?.time(of: Int(row)) ?? 0 }
}
