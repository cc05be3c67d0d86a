import StrandlineBytes
import StrandlineColumns
import StrandlineState

/// What an operator has outside of memory, while its watermark stands still.
struct SpilledInput: Sendable {
  /// Where its watermark stands until the input ends.
  let watermark: Int64
  /// Where it would stand: by that rows are late.
  var arrival: Int64
  /// Rows and groups by their shards, until the input ends; then those that are still to be computed.
  var parts: [SpillPart]
}

/// Keeping within a memory limit.
///
/// # Overview
/// When operators keep more than the limit, the one that keeps the most puts it elsewhere: an order writes what it has as a sorted run; an
/// operator over keys writes its groups, and from then on all rows that come to it, by parts of the shards (Grace hash: Kitsuregawa,
/// Tanaka, Moto-oka, 1983). When the input has ended it is given one part after the other: the groups, the rows, the end. A part that
/// still is too large is cut again.
///
/// # Invariants
/// An operator whose rows are elsewhere keeps nothing, and its watermark stands still, until the input ends.
extension Dataflow {
  /// Bytes of what an operator keeps.
  private func memoryBytes(of node: Int) -> Int {
    nodes[node].states.reduce(nodes[node].operation.memoryBytes) { $0 + context.state.states[$1].memoryBytes }
  }

  /// Bytes of what all operators keep.
  var keptBytes: Int { nodes.indices.reduce(0) { $0 + memoryBytes(of: $1) } }

  /// Has operators put elsewhere what they keep beyond the limit.
  ///
  /// - Returns: whether that worked: it can fail for the sake of the operator alone whose parts are being computed.
  /// - Throws: `StreamError` `.plan` when what is kept can't be put elsewhere, `.store` when writing fails.
  @discardableResult
  mutating func keepWithinLimit() throws(StreamError) -> Bool {
    guard let limit = context.spill?.limit else { return true }
    while true {
      let bytes = nodes.indices.map { memoryBytes(of: $0) }
      let total = bytes.reduce(0, +)
      if total <= limit { return true }
      let able = nodes.indices.filter { $0 != computing && bytes[$0] > 0 && canSpill($0) }
      guard let largest = able.max(by: { bytes[$0] < bytes[$1] }) else {
        if computing != nil { return false }
        throw beyond(limit, bytes)
      }
      try spill(largest)
      guard memoryBytes(of: largest) < bytes[largest] else { throw beyond(limit, bytes) }
    }
  }

  private func beyond(_ limit: Int, _ bytes: [Int]) -> StreamError {
    let largest = bytes.indices.max { bytes[$0] < bytes[$1] } ?? 0
    return StreamError(
      .plan,
      "operators keep \(bytes.reduce(0, +)) bytes, and the memory limit is \(limit): of these, \(bytes[largest]) are of '\(nodes[largest].operation.summary)', which can't be put elsewhere; raise the limit, or have fewer keys or shorter windows open at a time"
    )
  }

  private func canSpill(_ node: Int) -> Bool {
    if nodes[node].operation is any SpillingOperator { return true }
    guard let operation = nodes[node].operation as? any PartitionedOperator else { return false }
    // Whatever follows the largest watermark of several streams would find the rows of this one late.
    return operation.canBePartitioned && spilled[node] == nil && !nodes.contains { $0.policy == .maximum }
  }

  private mutating func spill(_ node: Int) throws(StreamError) {
    if var operation = nodes[node].operation as? any SpillingOperator {
      try operation.spill(&context)
      nodes[node].operation = operation
      return
    }
    guard var space = context.spill.take() else { return }
    defer { context.spill = space }
    var parts = SpillPart.cut(0..<context.state.shardCount)
    for state in nodes[node].states { try parts.append(context.state.states[state], number: state, to: &space) }
    spilled[node] = SpilledInput(watermark: watermarks[node], arrival: watermarks[node], parts: parts)
    try empty(node)
  }

  /// Has an operator forget all that it keeps.
  private mutating func empty(_ node: Int) throws(StreamError) {
    for state in nodes[node].states { context.state.states[state] = context.state.states[state].emptied() }
    try nodes[node].operation.restored(nodes[node].operation.progress, &context)
  }

  /// Puts rows elsewhere that come to an operator whose rows are.
  mutating func putElsewhere(_ rows: RowBatch, from input: Int, node: Int) throws(StreamError) {
    guard let operation = nodes[node].operation as? any PartitionedOperator, var own = spilled[node],
      var space = context.spill
    else { return }
    context.enter(entry(node))
    let (rows, hashes) = try operation.arrivals(rows, from: input, &context)
    if hashes.isEmpty { return }
    spilled[node] = nil
    let state = context.state.states[nodes[node].states.lowerBound]
    try own.parts.append(RowsBlock(rows, least: own.arrival), hashes: hashes, input: input, to: &space) {
      state.shard(ofHash: $0)
    }
    spilled[node] = own
    context.spill = space
  }

  /// Computes parts of an operator whose input has ended, until there is enough to be written.
  mutating func computeParts(of node: Int) throws(StreamError) {
    guard var own = spilled.removeValue(forKey: node) else { return }
    computing = node
    defer {
      computing = nil
      if !own.parts.isEmpty { spilled[node] = own }
    }
    if var space = context.spill.take() {
      defer { context.spill = space }
      try own.parts.finish(&space)
    }
    while let part = own.parts.popLast() {
      own.parts += try compute(part, of: node, own.watermark)
      if hasEnoughResult { return }
    }
  }

  /// Gives an operator its groups and rows of some shards, and their end.
  ///
  /// - Returns: the parts that it had to be cut into instead.
  private mutating func compute(
    _ part: SpillPart, of node: Int, _ watermark: Int64
  ) throws(StreamError) -> [SpillPart] {
    try empty(node)
    for number in part.contents.indices {
      try give(part, number, to: node, watermark)
      if try keepWithinLimit() { continue }
      guard part.shards.count > 1 else {
        throw StreamError(
          .plan,
          "one of \(context.state.shardCount) parts of '\(nodes[node].operation.summary)' keeps \(memoryBytes(of: node)) bytes, and the memory limit is \(context.spill?.limit ?? 0): raise the limit, or the number of shards"
        )
      }
      return try cut(part, behind: number, of: node)
    }
    (context.watermarkBefore, context.watermark) = (watermark, .max)
    context.keepsLate = keepsLate && nodes[node].writesLate
    try nodes[node].operation.endBatch(&context)
    try forward(from: node)
    try empty(node)
    return []
  }

  /// Gives an operator a block of a part.
  private mutating func give(
    _ part: SpillPart, _ number: Int, to node: Int, _ watermark: Int64
  ) throws(StreamError) {
    guard let file = part.file, let space = context.spill else { return }
    switch part.contents[number] {
    case .groups(let state, let shard):
      let bytes = try space.read(number, of: file)
      do throws(StateError) {
        try context.state.states[state].put(bytes.span.rawSpan, ofShard: shard)
      } catch {
        throw StreamError(.store, "groups that did not fit into memory are damaged: \(error); run again")
      }
      // What an operator finds its groups by follows from these.
      if number + 1 == part.groups {
        try nodes[node].operation.restored(nodes[node].operation.progress, &context)
      }
    case .rows(let input):
      for rows in try space.rows(number, of: file, part.schema(of: input)).batches {
        // Its inputs have ended, but not all of their rows have come to it.
        context.enter(
          OperatorEntry(
            watermark: watermark, keepsLate: keepsLate && nodes[node].writesLate,
            endedInputs: nodes[node].inputs.map { _ in false }))
        try nodes[node].operation.take(rows, from: input, &context)
        try forward(from: node)
      }
    }
  }

  /// Cuts a part whose first blocks an operator has taken.
  private mutating func cut(
    _ part: SpillPart, behind number: Int, of node: Int
  ) throws(StreamError) -> [SpillPart] {
    guard let file = part.file, var space = context.spill.take(),
      let operation = nodes[node].operation as? any PartitionedOperator
    else { return [] }
    defer { context.spill = space }
    var parts = SpillPart.cut(part.shards)
    for state in nodes[node].states { try parts.append(context.state.states[state], number: state, to: &space) }
    let state = context.state.states[nodes[node].states.lowerBound].emptied()
    try empty(node)
    for next in part.contents.indices.dropFirst(number + 1) {
      switch part.contents[next] {
      case .groups(let number, let shard):
        let bytes = try space.read(next, of: file)
        try parts.append(bytes.span.rawSpan, state: number, shard: shard, to: &space)
      case .rows(let input):
        for rows in try space.rows(next, of: file, part.schema(of: input)).batches {
          (context.watermark, context.watermarkBefore) = (.min, .min)
          let (rows, hashes) = try operation.arrivals(rows, from: input, &context)
          try parts.append(RowsBlock(rows, least: .min), hashes: hashes, input: input, to: &space) {
            state.shard(ofHash: $0)
          }
        }
      }
    }
    try parts.finish(&space)
    return parts
  }
}
