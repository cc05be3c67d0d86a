import StrandlineColumns

extension StoredPlanParser {
  /// Reads a line of a join, a lookup or a deduplication; returns whether it was one.
  mutating func readPairing(_ line: inout PlanLine) throws(StreamError) -> Bool {
    if try readJoin(&line) { return true }
    if try readLookup(&line) { return true }
    if line.skip("same key ") {
      let key = try numbered(&line)
      try changeDeduplication(line) { $0.keys.append(key) }
      return true
    }
    guard line.skip("same within: ") else { return false }
    if line.skip("the delay") { return true }
    let within = try line.number()
    try line.expect(" us")
    try changeDeduplication(line) { $0.within = within }
    return true
  }

  private mutating func changeDeduplication(
    _ line: PlanLine, _ change: (inout DeduplicationPlan) -> Void
  ) throws(StreamError) {
    var deduplication = DeduplicationPlan(keys: [])
    switch plan.operation {
    case .deduplicate(let before)?: deduplication = before
    case nil: break
    default: throw line.unreadable("the stage does something else already")
    }
    change(&deduplication)
    plan.operation = .deduplicate(deduplication)
  }

  private mutating func readJoin(_ line: inout PlanLine) throws(StreamError) -> Bool {
    guard case .join(var join) = plan.input else { return false }
    if line.skip("join: ") {
      join.kind = try kind(&line)
    } else if line.skip("left key ") {
      join.keys.append(JoinKey(try numbered(&line), .literal(.null)))
    } else if line.skip("right key ") {
      guard !join.keys.isEmpty else { throw line.unreadable("the left key is missing") }
      join.keys[join.keys.count - 1].right = try numbered(&line)
    } else if line.skip("within: ") {
      let low = try line.number()
      try line.expect(" us to ")
      let high = try line.number()
      try line.expect(" us")
      guard low <= high else { throw line.unreadable("the bounds are the wrong way round") }
      join.within = low...high
    } else if line.skip("matching: ") {
      join.condition = try expression(line.remainder(), line)
    } else {
      return false
    }
    plan.input = .join(join)
    return true
  }

  private mutating func readLookup(_ line: inout PlanLine) throws(StreamError) -> Bool {
    if line.skip("lookup: ") {
      guard plan.operation == nil else { throw line.unreadable("the stage does something else already") }
      plan.operation = .lookup(
        LookupPlan(kind: try kind(&line), keys: [], table: LookupTable(schema: Schema([])), tableKeys: []))
      return true
    }
    guard case .lookup(var lookup)? = plan.operation else { return false }
    if line.skip("lookup key ") {
      lookup.keys.append(try numbered(&line))
    } else if line.skip("table column ") {
      let name = try line.name()
      try line.expect(" ")
      lookup.table.schema.fields.append(try field(name, &line))
    } else if line.skip("table key ") {
      lookup.tableKeys.append(try numbered(&line))
    } else {
      return false
    }
    plan.operation = .lookup(lookup)
    return true
  }

  private func kind(_ line: inout PlanLine) throws(StreamError) -> JoinKind {
    guard let kind = JoinKind(rawValue: line.remainder()) else { throw line.unreadable("an unknown kind of join") }
    return kind
  }

  /// The expression behind a number.
  private func numbered(_ line: inout PlanLine) throws(StreamError) -> Expression {
    _ = try line.number()
    try line.expect(": ")
    return try expression(line.remainder(), line)
  }
}
