public import StrandlineColumns
public import StrandlineState

/// Which rows of a window are written, and when.
public enum Emission: String, Sendable, Hashable, CaseIterable {
  /// Each group once, when its window closes.
  case final
  /// Every group that a batch changed, with its values after the batch.
  case changes
  /// After each batch every group of the windows that were open before it.
  case all
}

/// How often windows that have not ended give the values that they have so far.
public enum EarlyResults: Sendable, Hashable {
  /// After each so many batches.
  case batches(Int64)
  /// In the first batch after so many microseconds of processing time.
  case micros(Int64)
}

extension EarlyResults {
  /// How often, in words.
  var words: String {
    switch self {
    case .batches(let count): "every \(count) batches"
    case .micros(let length): "every \(PlanComparison.duration(length))"
    }
  }
}

/// Which column is the event time, and how far rows may be out of order.
public struct EventTimePlan: Sendable, Hashable {
  /// The timestamp column.
  public var column: String
  /// How far rows may be behind the largest time without being late, in microseconds.
  public var delay: Int64
  /// How far a row may be ahead of its partition, in microseconds; `Int64.max` for any.
  public var maximumJump: Int64

  /// An event time of that column.
  public init(column: String, delay: Int64, maximumJump: Int64 = .max) {
    self.column = column
    self.delay = delay
    self.maximumJump = maximumJump
  }
}

extension EventTimePlan {
  /// The event time in words, for `explain`.
  var words: String {
    "event time: \(column), \(delay == 0 ? "in order" : "up to \(PlanComparison.duration(delay)) out of order")"
      + (maximumJump == .max ? "" : ", at most \(PlanComparison.duration(maximumJump)) ahead")
  }
}

/// A column of the result.
public struct OutputColumn: Sendable, Hashable {
  /// The name.
  public var name: String
  /// Where the value comes from.
  public var item: OutputItem

  /// A column of the result.
  public init(_ name: String, _ item: OutputItem) {
    self.name = name
    self.item = item
  }
}

/// What a stream computes: a value that can be checked, explained and compared before anything runs.
///
/// # Overview
/// A plan is a stage: rows come from an input, get their event time, are filtered, and are then aggregated, or go through another
/// operation; its result is filtered once more. The input is a source, or other stages: so a plan is a tree, with sources at its
/// leaves.
public struct StreamPlan: Sendable {
  /// Where rows come from.
  public var input: PlanInput
  /// The columns of the input that the stage may use.
  public var rows: Schema
  /// The event time; nil until it is given.
  public var eventTime: EventTimePlan?
  /// The conditions that a row fulfils, all of them.
  public var filters: [Expression] = []
  /// What rows are grouped by.
  public var keys: [Expression] = []
  /// How event time is cut; nil until the stream is grouped.
  public var window: Window?
  /// The columns of the result; empty until the stream is aggregated.
  public var outputs: [OutputColumn] = []
  /// What is done with the rows of a stage that doesn't aggregate them.
  public var operation: Operation?
  /// Whether late rows have an output of their own: then all columns are read.
  public var writesLate = false
  /// The conditions that a row of the result fulfils, over the output columns.
  public var outputFilters: [Expression] = []
  /// Which rows of a window are written.
  public var emission = Emission.final
  /// For how long windows take rows after they have ended, in microseconds; what changes then is written again.
  public var lateness: Int64 = 0
  /// How often windows that have not ended are written; nil for never.
  public var early: EarlyResults?

  /// A plan over rows of that schema.
  public init(rows: Schema, from input: PlanInput = .source) {
    self.rows = rows
    self.input = input
  }

  /// Whether the stage does nothing with its rows yet but filter them.
  var isOpen: Bool { window == nil && operation == nil && outputs.isEmpty }

  /// Whether each row goes its way alone.
  var isStateless: Bool {
    switch operation {
    case .project?, .lookup?: true
    case .deduplicate?: false
    case nil: window == nil
    default: false
    }
  }

  /// Whether its rows are pairs that a join gives, of both sides.
  var givesPairs: Bool {
    if case .join(let join) = input { return !join.kind.isOneSided }
    return false
  }

  /// The columns of the input that the stage reads when those of its result are wanted; nil for all.
  func columnsRead(for needed: Set<String>?) -> Set<String>? {
    if writesLate { return nil }
    var names = Set<String>()
    if let eventTime { names.insert(eventTime.column) }
    for expression in filters + keys { names.formUnion(expression.columns) }
    if case .top(let top)? = operation {
      guard let needed else { return nil }
      for ordering in top.order { names.formUnion(ordering.expression.columns) }
      return names.union(needed)
    }
    if let window {
      if case .session(.row(let gap)) = window { names.formUnion(gap.columns) }
      for output in outputs { names.formUnion(output.item.columns) }
      return names
    }
    switch operation {
    case .project(let columns)?:
      for column in columns { names.formUnion(column.expression.columns) }
      return names
    case .deduplicate(let deduplication)?:
      for key in deduplication.keys { names.formUnion(key.columns) }
      return names.unioned(with: needed, outputFilters)
    case .lookup(let lookup)?:
      guard let wanted = columnsWanted(for: needed) else { return nil }
      for key in lookup.keys { names.formUnion(key.columns) }
      return names.union(JoinPlan.names(wanted, of: JoinPlan.leftPrefix))
    case .process?, .pattern?:
      // Logic of the user's own is given whole rows.
      return nil
    case .sort(let order, _)?:
      for ordering in order { names.formUnion(ordering.expression.columns) }
      return names.unioned(with: needed, outputFilters)
    case nil, .top?:
      return names.unioned(with: needed, outputFilters)
    }
  }

  /// The columns of the result of the stage's operator that are wanted when those of the stage's are, which are what is left by
  /// its filters; nil for all.
  func columnsWanted(for needed: Set<String>?) -> Set<String>? { Set().unioned(with: needed, outputFilters) }

  /// The columns of the input that the stage reads, in the input's order.
  var usedColumns: Schema {
    guard let names = columnsRead(for: nil) else { return rows }
    return Schema(rows.fields.filter { names.contains($0.name) })
  }

  /// Whether an operator of the plan gives its late rows.
  public var hasLateRows: Bool { writesLate || inputs.contains(where: \.hasLateRows) }

  /// The stages that the rows come from.
  var inputs: [StreamPlan] {
    switch input {
    case .source: []
    case .stage(let stage): [stage]
    case .union(let stages, _): stages
    case .join(let join): [join.left, join.right]
    }
  }

  /// How far rows may be behind without being late: the longest delay of all sources; nil without event time.
  var longestDelay: Int64? {
    inputs.compactMap(\.longestDelay).max().map { max($0, eventTime?.delay ?? 0) } ?? eventTime?.delay
  }

  /// The plan of an aggregation with all of its state in the result: every key, the window, and the aggregates in their order,
  /// on which the accumulators depend.
  var showingState: StreamPlan {
    var shown = self
    shown.outputFilters = []
    var outputs: [OutputColumn] = []
    func append(_ name: String, _ item: OutputItem) {
      var unique = name
      while outputs.contains(where: { $0.name == unique }) { unique += "_" }
      outputs.append(OutputColumn(unique, item))
    }
    for (position, key) in keys.enumerated() {
      let projected = self.outputs.first { $0.item == .key(position) }
      append(projected?.name ?? "\(key)", .key(position))
    }
    if window?.hasTimes ?? true {
      append("window_start", .windowStart)
      append("window_end", .windowEnd)
    }
    for output in self.outputs {
      if output.item.isAggregate { append(output.name, output.item) }
    }
    shown.outputs = outputs
    return shown
  }
}

extension Set<String> {
  /// These names, those that are needed, and the columns of conditions; nil where all are needed.
  fileprivate func unioned(with needed: Set<String>?, _ filters: [Expression]) -> Set<String>? {
    guard let needed else { return nil }
    return filters.reduce(into: union(needed)) { $0.formUnion($1.columns) }
  }
}
