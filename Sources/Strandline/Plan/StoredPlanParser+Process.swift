import StrandlineColumns

extension StoredPlanParser {
  /// Reads a line of an operator over keys, or of an order, if it is one.
  mutating func readKeyed(_ line: inout PlanLine) throws(StreamError) -> Bool {
    if try readProcess(&line) { return true }
    if try readPattern(&line) { return true }
    return try readTop(&line)
  }

  /// Reads a line of a process, if it is one.
  private mutating func readProcess(_ line: inout PlanLine) throws(StreamError) -> Bool {
    if line.skip("process: ") {
      plan.operation = .process(ProcessPlan(name: try line.name(), output: Schema([])))
      return true
    }
    guard case .process(var process)? = plan.operation else { return false }
    if try process.readState(&line) {
      // It says what is kept.
    } else if line.skip("result ") {
      let name = try line.name()
      try line.expect(" ")
      process.output.fields.append(try line.field(name, try line.name()))
    } else {
      return false
    }
    plan.operation = .process(process)
    return true
  }
}

extension ProcessPlan {
  /// Reads a line that says what is kept, and for how long, if it is one.
  mutating func readState(_ line: inout PlanLine) throws(StreamError) -> Bool {
    if line.skip("state migrated from: ") {
      repeat { migrated.insert(try line.number()) } while line.skip(", ")
    } else if line.skip("state ") {
      try line.state(into: &state)
    } else if line.skip("time to live: ") {
      timeToLive = try line.number()
      try line.expect(" us")
    } else {
      return false
    }
    return true
  }
}
