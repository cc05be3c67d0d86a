import StrandlineColumns
import StrandlineState

/// Reads the lines of a plan's description.
struct StoredPlanParser {
  var plan = StreamPlan(rows: Schema([]))
  private(set) var sink: String?
  private(set) var lateSink: String?
  private var stages: [StreamPlan] = []
  /// The side of a join that was read last, until the other one comes.
  private var left: StreamPlan?

  init(_ lines: ArraySlice<Substring>) throws(StreamError) {
    var rest = lines
    while let line = rest.popFirst() {
      guard line.hasSuffix(":"), !line.contains(" ") else {
        try read(line)
        continue
      }
      let stage = rest.prefix { $0.hasPrefix(StreamPlan.indent) }
      rest = rest.dropFirst(stage.count)
      try take(try StoredPlanParser(stage.map { $0.dropFirst(StreamPlan.indent.count) }[...]).plan, as: line)
    }
  }

  /// Takes a stage that the rows come from.
  private mutating func take(_ stage: StreamPlan, as title: Substring) throws(StreamError) {
    switch title {
    case "of:": plan.input = .stage(stage)
    case "union:": stages.append(stage)
    case "left:": left = stage
    case "right:":
      guard let left else { throw PlanLine(title).unreadable("the left side is missing") }
      plan.input = .join(JoinPlan(left, stage, kind: .inner, keys: []))
    default: throw PlanLine(title).unreadable("this version doesn't know what it says")
    }
  }

  private mutating func read(_ text: Substring) throws(StreamError) {
    var line = PlanLine(text)
    if line.skip("column ") {
      try column(&line)
    } else if line.skip("watermark: ") {
      guard let policy = WatermarkPolicy(rawValue: line.remainder()) else {
        throw line.unreadable("an unknown watermark")
      }
      plan.input = .union(stages, policy)
    } else if line.skip("event time: ") {
      plan.eventTime = try eventTime(&line)
    } else if line.skip("where: ") {
      plan.filters.append(try expression(line.remainder(), line))
    } else if line.skip("key ") {
      _ = try line.number()
      try line.expect(": ")
      plan.keys.append(try expression(line.remainder(), line))
    } else if line.skip("window: ") {
      plan.window = try line.window()
    } else if line.skip("output ") {
      let name = try line.name()
      try line.expect(": ")
      plan.outputs.append(OutputColumn(name, try item(&line)))
    } else if line.skip("having: ") {
      plan.outputFilters.append(try expression(line.remainder(), line))
    } else if line.skip("emission: ") {
      guard let emission = Emission(rawValue: line.remainder()) else { throw line.unreadable("an unknown emission") }
      plan.emission = emission
    } else if line.skip("late rows: written") {
      plan.writesLate = true
    } else if line.skip("lateness: ") {
      plan.lateness = try line.number()
      try line.expect(" us")
    } else if line.skip("early: every ") {
      let number = try line.number()
      plan.early = line.skip(" batches") ? .batches(number) : .micros(number)
      if case .micros? = plan.early { try line.expect(" us") }
    } else if try readKeyed(&line) {
      // It is one of an operator over keys.
    } else if try readPairing(&line) {
      // Said in full there.
    } else if line.skip("sink: ") {
      sink = line.remainder()
    } else if line.skip("late sink: ") {
      lateSink = line.remainder()
    } else {
      throw line.unreadable("this version doesn't know what it says")
    }
    guard line.isAtEnd else { throw line.unreadable("there is more than expected") }
  }

  /// A column that is read, or one that is computed.
  private mutating func column(_ line: inout PlanLine) throws(StreamError) {
    let name = try line.name()
    guard line.skip(" = ") else {
      try line.expect(" ")
      plan.rows.fields.append(try field(name, &line))
      return
    }
    var columns: [ProjectedColumn] = []
    if case .project(let before)? = plan.operation { columns = before }
    columns.append(ProjectedColumn(name, try expression(line.remainder(), line)))
    plan.operation = .project(columns)
  }

  func field(_ name: String, _ line: inout PlanLine) throws(StreamError) -> Field {
    guard let type = ColumnType(name: try line.name()) else { throw line.unreadable("an unknown type") }
    return Field(name, type, nullable: line.skip("?"))
  }

  private func eventTime(_ line: inout PlanLine) throws(StreamError) -> EventTimePlan {
    let column = try line.name()
    try line.expect(", delay ")
    var eventTime = EventTimePlan(column: column, delay: try line.number())
    try line.expect(" us")
    if line.skip(", at most ") {
      eventTime.maximumJump = try line.number()
      try line.expect(" us ahead")
    }
    return eventTime
  }

  private func item(_ line: inout PlanLine) throws(StreamError) -> OutputItem {
    if line.skip("key ") {
      let position = try line.number()
      guard position > 0, position <= 1 << 16 else { throw line.unreadable("there is no key \(position)") }
      return .key(Int(position) - 1)
    }
    if line.skip("window start") { return .windowStart }
    if line.skip("window end") { return .windowEnd }
    if line.skip("window") { return .window }
    if line.skip("change") { return .change }
    do {
      if line.skip("custom ") { return .custom(try CustomAggregateCall(parsing: line.remainder())) }
      return .aggregate(try AggregateCall(parsing: line.remainder()))
    } catch {
      throw line.unreadable(error.message)
    }
  }

  func expression(_ text: String, _ line: PlanLine) throws(StreamError) -> Expression {
    do {
      return try Expression(parsing: text)
    } catch {
      throw line.unreadable(error.message)
    }
  }
}
