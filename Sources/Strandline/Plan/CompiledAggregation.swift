import StrandlineColumns
import StrandlineState

/// A windowed aggregation bound to the columns of its input.
struct CompiledAggregation: Sendable {
  let window: Window
  let keys: [BoundExpression]
  /// The columns that the accumulators read.
  let inputs: [AggregateInput]
  let layout: AccumulatorLayout
  let outputs: [CompiledOutput]
  let outputSchema: Schema
  let emission: Emission
  /// For how long windows take rows after they have ended, in microseconds.
  let lateness: Int64
  let early: EarlyResults?

  /// A column of the result.
  struct CompiledOutput: Sendable {
    enum Value: Sendable {
      case key(Int)
      case windowStart
      case windowEnd
      case change
      case aggregate(AggregateResult)

      /// Whether it is a time of the window.
      var isTime: Bool {
        switch self {
        case .windowStart, .windowEnd: true
        default: false
        }
      }
    }
    let field: Field
    let value: Value
  }

  /// Binds the aggregation of a stage.
  ///
  /// - Throws: `StreamError` `.plan` for a window that is none; `ColumnsError` for expressions that don't fit.
  init(_ plan: StreamPlan, window: Window, schema: Schema) throws(StreamError) {
    self.window = try Self.checked(window)
    emission = plan.emission
    lateness = plan.lateness
    early = plan.early
    try Self.check(plan)
    do throws(ColumnsError) {
      var keys: [BoundExpression] = []
      for key in plan.keys { keys.append(try BoundExpression(key, schema: schema)) }
      self.keys = keys
      var builder = AccumulatorBuilder(schema: schema)
      var outputs: [CompiledOutput] = []
      for output in plan.outputs { try Self.append(output, keys, &builder, to: &outputs) }
      self.outputs = outputs
      inputs = builder.inputs
      layout = AccumulatorLayout(builder.accumulators, ownWords: window.ownWords)
      outputSchema = Schema(outputs.map(\.field))
      guard Set(outputSchema.fields.map(\.name)).count == outputs.count else {
        throw ColumnsError(.typeMismatch, "two output columns have one name: \(outputSchema)")
      }
    } catch {
      throw StreamError(error)
    }
    if !window.hasTimes {
      if outputs.contains(where: \.value.isTime) {
        throw StreamError(
          .plan, "a window of kind '\(window.words)' has no first and no last moment: leave its times out")
      }
    }
    if case .rows = window, lateness != 0 || early != nil || emission != .final || hasChange {
      throw StreamError(.plan, "windows of so many rows are written when they are full: with emission final alone")
    }
    if case .session = window, lateness != 0 || early != nil || emission == .all || hasChange {
      throw StreamError(
        .plan,
        "sessions are written when they end or change: without early results, allowed lateness, emission all and changes taken back"
      )
    }
    if hasChange && (emission == .all || early != nil) {
      throw StreamError(
        .plan,
        "a result with a column of changes takes back what it corrects: with emission changes, or final without early results"
      )
    }
  }

  /// What it does, in words, for `explain`.
  var summary: String {
    let keys = keys.isEmpty ? "" : " by " + keys.map { "\($0.expression)" }.joined(separator: ", ")
    let values = outputs.compactMap { output in
      if case .aggregate = output.value { output.field.name } else { nil }
    }
    return "aggregate\(keys) in \(window.words): \(values.joined(separator: ", ")); emits \(emission.rawValue)"
      + (early.map { ", early \($0.words)" } ?? "")
      + (lateness == 0 ? "" : ", takes rows \(PlanComparison.duration(lateness)) after the end")
  }

  /// What its keyed state holds.
  func state(id: Int) -> KeyedStatePlan {
    if case .session = window { return .sessions(id: id, keys: keys.map(\.type), values: layout) }
    if case .rows(let size) = window {
      return .rowWindows(of: size, id: id, keys: KeyLayout(keys.map(\.type)), values: layout)
    }
    return KeyedStatePlan(
      id: id, keys: KeyLayout(keys.map(\.type)), values: layout, panes: .window(window, retention: lateness))
  }

  /// What the keyed state of groups holds that single windows have; nil where windows don't overlap.
  func ownState(id: Int) -> KeyedStatePlan? {
    guard window.hasOverlap else { return nil }
    return KeyedStatePlan(
      id: id, keys: KeyLayout(keys.map(\.type)), values: layout, panes: .wholeWindows(window, retention: lateness))
  }

  /// Whether the result takes back what it corrects.
  var hasChange: Bool { outputs.contains { if case .change = $0.value { true } else { false } } }

  private static func check(_ plan: StreamPlan) throws(StreamError) {
    guard plan.lateness >= 0, plan.lateness <= Window.maximumLength else {
      throw StreamError(.plan, "the allowed lateness of \(plan.lateness) us is negative or longer than 2^60 us")
    }
    switch plan.early {
    case nil: break
    case .batches(let number)?, .micros(let number)?:
      guard number > 0 else { throw StreamError(.plan, "early results come every so often: more than \(number)") }
      guard plan.emission == .final else {
        throw StreamError(.plan, "early results are for emission final: \(plan.emission.rawValue) gives them anyway")
      }
    }
  }

  /// The window with the rules of its time zone.
  static func checked(_ window: Window) throws(StreamError) -> Window {
    do {
      try window.check()
    } catch {
      throw StreamError(.plan, error.message)
    }
    switch window {
    case .session, .global, .rows: return window
    case .tumbling, .sliding, .cumulating, .calendar: break
    }
    return try ZoneDatabase.system.resolved(window)
  }

  private static func append(
    _ output: OutputColumn, _ keys: [BoundExpression], _ builder: inout AccumulatorBuilder,
    to outputs: inout [CompiledOutput]
  ) throws(ColumnsError) {
    switch output.item {
    case .key(let position):
      guard keys.indices.contains(position) else {
        throw ColumnsError(.unknownColumn, "there is no key \(position + 1)")
      }
      let key = keys[position]
      outputs.append(
        CompiledOutput(field: Field(output.name, key.type, nullable: key.isNullable), value: .key(position)))
    case .windowStart:
      outputs.append(CompiledOutput(field: Field(output.name, .timestamp), value: .windowStart))
    case .windowEnd:
      outputs.append(CompiledOutput(field: Field(output.name, .timestamp), value: .windowEnd))
    case .window:
      outputs.append(CompiledOutput(field: Field("\(output.name)_start", .timestamp), value: .windowStart))
      outputs.append(CompiledOutput(field: Field("\(output.name)_end", .timestamp), value: .windowEnd))
    case .change:
      outputs.append(CompiledOutput(field: Field(output.name, .int64), value: .change))
    case .aggregate(let call):
      let (type, isNullable) = try call.result(in: builder.schema)
      outputs.append(
        CompiledOutput(
          field: Field(output.name, type, nullable: isNullable), value: .aggregate(try builder.add(call))))
    case .custom(let call):
      try call.check(in: builder.schema)
      outputs.append(CompiledOutput(field: call.field(output.name), value: .aggregate(try builder.add(call))))
    }
  }
}

extension Window {
  /// The words that an operator keeps in front of those of the accumulators: the end of a session, or how full a window is.
  fileprivate var ownWords: Int {
    switch self {
    case .session, .rows: 1
    default: 0
    }
  }

  /// Whether rows belong to windows by their number, and need no event time.
  var isOfRows: Bool {
    if case .rows = self { true } else { false }
  }

  /// Whether a window has a first and a last moment, and so an event time.
  var hasTimes: Bool {
    switch self {
    case .global, .rows: false
    default: true
    }
  }
}
