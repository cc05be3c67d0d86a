import StrandlineColumns
public import StrandlineRecovery
import StrandlineState

/// What differs between two plans, part by part, and what of it leaves the state as it is.
///
/// State is keys, windows and accumulators, and which rows went into it. What only shapes rows of the result may change while
/// a store is kept: names, order and choice of output columns, and `having`.
public struct PlanComparison {
  private let old: StreamPlan
  private let new: StreamPlan
  private let oldSink: String
  private let newSink: String
  private let accumulatesAlike: Bool
  private let keyTypesAreSame: Bool
  private var changes: [PlanDifference.Change] = []

  /// The difference of two descriptions; by their lines where one of them can't be read.
  public static func difference(stored: String, wanted: String) -> PlanDifference {
    if stored == wanted { return PlanDifference([]) }
    if let found = ProcessComparison.difference(stored: stored, wanted: wanted) { return found }
    do {
      var found = try PlanComparison(try StoredPlan(parsing: stored), try StoredPlan(parsing: wanted))
      found.compare()
      // What has no words of its own is a difference all the same.
      return found.changes.isEmpty
        ? PlanDifference.ofLines(stored: stored, wanted: wanted) : PlanDifference(found.changes)
    } catch {
      return PlanDifference.ofLines(stored: stored, wanted: wanted)
    }
  }

  private init(_ stored: StoredPlan, _ wanted: StoredPlan) throws(StreamError) {
    old = stored.plan
    new = wanted.plan
    oldSink = stored.sink ?? "none"
    newSink = wanted.sink ?? "none"
    let (before, after) = (try Self.aggregation(old), try Self.aggregation(new))
    accumulatesAlike = before.layout == after.layout && before.inputs.map(\.text) == after.inputs.map(\.text)
    keyTypesAreSame = before.keys.map(\.type) == after.keys.map(\.type)
  }

  /// The one aggregation of a plan that has nothing else.
  private static func aggregation(_ plan: StreamPlan) throws(StreamError) -> CompiledAggregation {
    guard case .source = plan.input, case nil = plan.operation, let window = plan.window else {
      throw StreamError(.plan, "the plan is no single aggregation")
    }
    return try CompiledAggregation(plan, window: window, schema: plan.usedColumns)
  }

  private mutating func compare() {
    compareColumns()
    compareEventTime()
    compare(old.filters, new.filters, "condition (where)", isCarriedOver: false)
    compareKeys()
    compareWindow()
    compareOutputs()
    compare(old.outputFilters, new.outputFilters, "condition on the result (having)", isCarriedOver: true)
    note("emission", old.emission.rawValue, new.emission.rawValue)
    note("allowed lateness", Self.duration(old.lateness), Self.duration(new.lateness))
    note("early results", Self.text(old.early), Self.text(new.early))
    if old.writesLate != new.writesLate {
      refuse("late rows: \(old.writesLate ? "written" : "counted") → \(new.writesLate ? "written" : "counted")")
    }
    note("sink", oldSink, newSink)
  }

  private mutating func note(_ what: String, _ before: String, _ after: String) {
    if before != after { refuse("\(what): \(before) → \(after)") }
  }

  private mutating func refuse(_ text: String) {
    changes.append(PlanDifference.Change(text, isCarriedOver: false))
  }

  private mutating func compareColumns() {
    for field in old.rows.fields {
      // A column that only one of the plans reads differs by what reads it.
      guard let index = new.rows.index(of: field.name) else { continue }
      note("type of the column '\(field.name)'", field.typeText, new.rows.fields[index].typeText)
    }
  }

  private mutating func compareEventTime() {
    guard let before = old.eventTime, let after = new.eventTime else { return }
    note("event time column", before.column, after.column)
    note("delay", Self.duration(before.delay), Self.duration(after.delay))
    note("largest jump", Self.duration(before.maximumJump), Self.duration(after.maximumJump))
  }

  private mutating func compare(_ before: [Expression], _ after: [Expression], _ what: String, isCarriedOver: Bool) {
    let (before, after) = (before.map { "\($0)" }, after.map { "\($0)" })
    if before == after { return }
    let text = { (conditions: [String]) in conditions.isEmpty ? "none" : conditions.joined(separator: " and ") }
    changes.append(
      PlanDifference.Change("\(what): \(text(before)) → \(text(after))", isCarriedOver: isCarriedOver))
  }

  private mutating func compareKeys() {
    for index in 0..<max(old.keys.count, new.keys.count) {
      let before = index < old.keys.count ? "\(old.keys[index])" : "none"
      let after = index < new.keys.count ? "\(new.keys[index])" : "none"
      note("key \(index + 1)", before, after)
    }
    if changes.isEmpty && !keyTypesAreSame { refuse("types of the keys") }
  }

  private mutating func compareWindow() {
    guard let before = old.window, let after = new.window else { return }
    guard case .tumbling(let size, let offset) = before, case .tumbling(let newSize, let newOffset) = after else {
      return note("window", before.words, after.words)
    }
    note("window", Self.duration(size), Self.duration(newSize))
    note("offset of windows", Self.duration(offset), Self.duration(newOffset))
  }

  /// Output columns may change as long as the accumulators don't, and no header line stands above them already.
  private mutating func compareOutputs() {
    if old.outputs == new.outputs { return }
    var before = old.outputs
    var added: [OutputColumn] = []
    var texts: [String] = []
    for output in new.outputs {
      if let index = before.firstIndex(of: output) { before.remove(at: index) } else { added.append(output) }
    }
    for output in added {
      guard let index = before.firstIndex(where: { $0.item == output.item || $0.name == output.name }) else {
        texts.append("output column added: \(output.name) = \(output.item)")
        continue
      }
      let was = before.remove(at: index)
      texts.append(
        was.item == output.item
          ? "output column renamed: \(was.name) → \(output.name)"
          : "output column \(output.name): \(was.item) → \(output.item)")
    }
    texts += before.map { "output column removed: \($0.name) = \($0.item)" }
    if texts.isEmpty { texts.append("order of the output columns") }
    let hasHeader = newSink == "file csv" && oldSink == newSink
    if !accumulatesAlike { texts[0] += " (other values have to be kept per group)" }
    if accumulatesAlike && hasHeader { texts[0] += " (the file has its header line already)" }
    changes += texts.map { PlanDifference.Change($0, isCarriedOver: accumulatesAlike && !hasHeader) }
  }

  private static func text(_ early: EarlyResults?) -> String {
    switch early {
    case nil: "none"
    case .batches(let count)?: "every \(count) batches"
    case .micros(let length)?: "every \(duration(length))"
    }
  }

  /// A length of time in the largest unit that it is a multiple of.
  static func duration(_ micros: Int64) -> String {
    if micros == .max { return "any" }
    if micros == 0 { return "0s" }
    let units: [(Int64, String)] = [
      (86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1000, "ms"),
    ]
    for (length, name) in units where micros % length == 0 { return "\(micros / length)\(name)" }
    return "\(micros)us"
  }
}

extension Field {
  /// The type as plans write it.
  fileprivate var typeText: String { type.name + (isNullable ? "?" : "") }
}

extension AggregateInput {
  /// What is read, in words.
  fileprivate var text: String {
    let read =
      switch value {
      case .none: "*"
      case .expression(let expression): "\(expression.expression)"
      case .eventTime, .ordinal: "\(value)"
      }
    return "\(read) where \(filter.map { "\($0.expression)" } ?? "true")"
  }
}
