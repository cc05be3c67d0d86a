import StrandlineColumns
import StrandlineLog
import StrandlineState

/// A plan at work: its operators, their states, and where their watermarks stand.
///
/// # Overview
/// Morsels of partitions go through the operators behind their source (`Dataflow+Morsels`). `endBatch` then ends the batch operator by
/// operator, each behind those whose rows it takes: an operator has seen all rows of a batch before its watermark moves.
///
/// # Invariants
/// An operator's watermark follows from those of the sources and never goes back.
struct Dataflow {
  var nodes: [CompiledPlan.Node]
  /// What is in front of the first operator that keeps anything, by source.
  let fronts: [SourceFront]
  /// The states of the plan without any groups, which know how many there are.
  private(set) var emptyState: StreamState
  private let states: [KeyedStatePlan]
  private let outputSchema: Schema
  /// Whether commits say more than the stream's watermark.
  let isExtended: Bool
  /// The watermarks of the sources after the last batch.
  private var sources: [Int64]
  /// The watermarks of the operators' inputs after the last batch.
  var watermarks: [Int64]
  /// The states, and what the batch in hand has come to.
  var context: OperatorContext
  private var result: [ColumnBatch] = []
  /// What morsels have come to and is not yet in the state of that operator.
  var merging: (node: Int, input: Int, parts: [any Sendable])?
  /// Whether late rows have an output of their own.
  let keepsLate: Bool
  /// The operators whose rows and groups are outside of memory.
  var spilled: [Int: SpilledInput] = [:]
  /// The operator whose parts are being computed.
  var computing: Int?
  /// The operator whose last batch isn't over yet, and will go on.
  private var unfinished: Int?
  /// The rows that operators have taken since somebody looked at the memory limit, while batches end.
  private var delivered: Int?
  /// Whether all of the input is one batch.
  private let isOneBatch: Bool
  /// The rows of a morsel.
  let rowsPerMorsel: Int

  init(_ plan: CompiledPlan, _ state: StreamState, keepsLate: Bool, isOneBatch: Bool, rowsPerMorsel: Int) {
    self.keepsLate = keepsLate
    self.isOneBatch = isOneBatch
    self.rowsPerMorsel = rowsPerMorsel
    nodes = plan.nodes
    fronts = plan.sources.map { SourceFront($0, plan.nodes) }
    emptyState = state.emptied()
    states = plan.states
    outputSchema = plan.outputSchema
    isExtended = plan.isExtended
    sources = Array(repeating: .min, count: plan.sources.count)
    watermarks = Array(repeating: .min, count: plan.nodes.count)
    context = OperatorContext(state)
  }

  /// Begins with nothing.
  mutating func begin() {
    for index in nodes.indices { nodes[index].operation.begin(&context) }
  }

  /// Takes up what a commit holds.
  ///
  /// - Parameters:
  ///   - sources: the watermarks of the sources after it.
  ///   - marks: those of the keyed states; empty where all have the stream's.
  /// - Throws: `StreamError` `.store` for progress that an operator can't read.
  mutating func restored(sources: [Int64], marks: [Int64], progress: [[UInt8]]) throws(StreamError) {
    self.sources = sources
    for index in nodes.indices {
      watermarks[index] = watermark(of: index, sources)
      // One that follows the input furthest ahead doesn't go back with that one's end.
      if let state = nodes[index].states.first, state < marks.count {
        watermarks[index] = max(watermarks[index], marks[state])
      }
      context.watermark = watermarks[index]
      context.watermarkBefore = watermarks[index]
      try nodes[index].operation.restored(index < progress.count ? progress[index] : [], &context)
      nodes[index].operation.begin(&context)
    }
  }

  /// Begins a batch.
  ///
  /// - Parameter now: its processing time, in Unix microseconds.
  mutating func beginBatch(_ batch: BatchID, now: Int64) {
    context.begin(batch.value, now: now)
    emptyState.expectGroups(of: context.state)
  }

  /// Gives rows to an operator, and what it gives to the next ones.
  mutating func deliver(
    _ rows: RowBatch, to consumer: (node: Int, input: Int)?
  ) throws(StreamError) {
    guard let consumer else {
      result.append(rows.compacted.columns)
      return
    }
    let node = consumer.node
    if spilled[node] != nil {
      try putElsewhere(rows, from: consumer.input, node: node)
    } else if try !deliverInMorsels(rows, to: consumer) {
      context.enter(entry(node))
      try nodes[node].operation.take(rows, from: consumer.input, &context)
      try forward(from: node)
    }
    guard let before = delivered else { return }
    delivered = before + rows.columns.count
    if before + rows.columns.count >= Self.rowsPerLook {
      delivered = 0
      try keepWithinLimit()
    }
  }

  private static let rowsPerLook = 65_536

  /// What an operator is told when rows come to it.
  func entry(_ node: Int) -> OperatorEntry {
    OperatorEntry(
      watermark: spilled[node]?.arrival ?? watermarks[node], keepsLate: keepsLate && nodes[node].writesLate,
      endedInputs: nodes[node].inputs.map { watermark(of: $0, sources) == .max })
  }

  /// Gives what an operator has given to the next one.
  mutating func forward(from node: Int) throws(StreamError) {
    for rows in try context.takeEmitted(by: node, of: nodes.count) { try deliver(rows, to: nodes[node].consumer) }
  }

  /// Ends a batch: moves the watermarks on, and returns the rows of the result.
  ///
  /// - Parameters:
  ///   - sources: the watermarks of the sources after it.
  ///   - hasEnded: whether the input has.
  mutating func endBatch(sources: [Int64], hasEnded: Bool) throws(StreamError) -> ColumnBatch {
    let first = unfinished.take()
    delivered = 0
    for index in nodes.indices.dropFirst(first ?? 0) where hasEnded || !goesOn(index) {
      try endBatch(of: index, sources, hasEnded: hasEnded)
      try keepWithinLimit()
      if unfinished != nil { break }
    }
    self.sources = sources
    delivered = nil
    context.state.endBatch(on: context.workers)
    defer { result.removeAll() }
    if result.count == 1 { return result[0] }
    for (index, field) in outputSchema.fields.enumerated() {
      let bytes = result.reduce(0) { $0 + $1.columns[index].bytes.count }
      guard bytes <= Int(Int32.max) else {
        throw StreamError(
          .overflow,
          "the rows that one batch gives have \(bytes) bytes of text in \(field.name), and a column holds 2 GiB: run with a memory limit, which gives them in pieces, or let a batch take fewer rows"
        )
      }
    }
    var rows = ColumnBatch(outputSchema)
    for batch in result { rows.append(contentsOf: batch) }
    return rows
  }

  private mutating func endBatch(of node: Int, _ sources: [Int64], hasEnded: Bool) throws(StreamError) {
    let before = watermarks[node]
    let reached = max(spilled[node]?.arrival ?? before, watermark(of: node, sources))
    if spilled[node] != nil {
      spilled[node]?.arrival = reached
      if !hasEnded { return }
      try computeParts(of: node)
      if spilled[node] == nil { watermarks[node] = reached } else { unfinished = node }
      return
    }
    watermarks[node] = reached
    repeat {
      (context.watermarkBefore, context.watermark) = (before, reached)
      try nodes[node].operation.endBatch(&context)
      try forward(from: node)
      if hasEnded && nodes[node].operation.hasMore && hasEnoughResult {
        unfinished = node
        return
      }
    } while nodes[node].operation.hasMore
  }

  /// Whether the last batch isn't over yet: there is more to be written than is in memory at once.
  var isUnfinished: Bool { unfinished != nil }

  /// Whether there is as much of the result as is in memory at once, where there is a limit.
  var hasEnoughResult: Bool {
    guard let most = context.spill?.resultBytes else { return false }
    return result.reduce(0) { $0 + $1.columns.reduce(0) { $0 + $1.memoryBytes } } >= most
  }

  /// Whether an operator's batch goes on until the input ends: its watermark stands still, and nobody is told what has changed.
  private func goesOn(_ node: Int) -> Bool { isOneBatch && nodes[node].operation.dependsOnBatches }

  /// Forgets what the batch has changed, when its record has its copy.
  mutating func forgetChanges() {
    for index in nodes.indices where !goesOn(index) {
      for state in nodes[index].states { context.state.states[state].beginBatch() }
    }
  }

  /// The watermark of an operator's input: what its producers have reached, less what they hold back.
  ///
  /// Where it is the largest of several, those that have ended don't count until all have.
  private func watermark(of node: Int, _ sources: [Int64]) -> Int64 {
    let inputs = nodes[node].inputs.map { watermark(of: $0, sources) }
    if nodes[node].policy == .minimum { return inputs.min() ?? .min }
    // One that has ended is ahead of none: the others go on at their own watermarks.
    return inputs.filter { $0 < .max }.max() ?? .max
  }

  /// The watermark of rows from there.
  private func watermark(of origin: CompiledPlan.Origin, _ sources: [Int64]) -> Int64 {
    switch origin {
    case .source(let source): return sources[source]
    case .node(let producer):
      let (reached, delay) = (watermarks[producer], nodes[producer].operation.outputDelay)
      if reached == .max { return reached }
      let (watermark, isBelow) = reached.subtractingReportingOverflow(delay)
      return isBelow ? .min : watermark
    }
  }

  /// What a commit says of the operators: the watermarks of their keyed states and their progress; nothing for a plan whose
  /// one state has the watermark of the stream.
  var record: (watermarks: [Int64], progress: [[UInt8]]) {
    guard isExtended else { return ([], []) }
    var marks: [Int64] = []
    for (node, watermark) in zip(nodes, watermarks) {
      marks += repeatElement(watermark, count: node.states.count)
    }
    return (marks, nodes.map(\.operation.progress))
  }

  /// When an operator wants a batch although no row comes, in Unix microseconds; nil for never.
  var nextAlarm: Int64? { nodes.indices.compactMap { goesOn($0) ? nil : nodes[$0].operation.nextAlarm }.min() }
}
