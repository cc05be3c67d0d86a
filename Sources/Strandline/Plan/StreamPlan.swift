public import StrandlineColumns
public import StrandlineState

/// Which rows of a window are written, and when.
public enum Emission: String, Sendable, Hashable, CaseIterable {
  /// Each group once, when its window closes.
  case final
  /// Every group that a batch changed, with its values after the batch.
  case changes
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
public struct StreamPlan: Sendable {
  /// The columns of the source that the plan may use.
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
  /// The conditions that a row of the result fulfils, over the output columns.
  public var outputFilters: [Expression] = []
  /// Which rows of a window are written.
  public var emission = Emission.final

  /// A plan over rows of that schema.
  public init(rows: Schema) {
    self.rows = rows
  }

  /// The plan in words, one line per part, stable between versions: what a store is compared with.
  ///
  /// It says everything that the state depends on, so that ``StoredPlan`` can read it again: `column` lines hold the types of
  /// what is read, with `?` where a value may be missing. A line break inside a text is `\\n`, a backslash is doubled.
  public var description: String {
    var lines = usedColumns.fields.map { "column \(Self.name($0.name)) \($0.type.name)\($0.isNullable ? "?" : "")" }
    if let eventTime {
      lines.append(
        "event time: \(Self.name(eventTime.column)), delay \(eventTime.delay) us"
          + (eventTime.maximumJump == .max ? "" : ", at most \(eventTime.maximumJump) us ahead"))
    }
    for filter in filters { lines.append("where: \(filter)") }
    for (index, key) in keys.enumerated() { lines.append("key \(index + 1): \(key)") }
    if let window { lines.append("window: \(window.planText)") }
    for output in outputs { lines.append("output \(Self.name(output.name)): \(output.item)") }
    for filter in outputFilters { lines.append("having: \(filter)") }
    lines.append("emission: \(emission.rawValue)")
    return lines.map(PlanLine.escaped).joined(separator: "\n")
  }

  /// What a store holds of a plan and its sink.
  static func stored(_ description: String, _ sink: any Sink) -> String {
    "\(description)\nsink: \(sink.description)"
  }

  /// A name as expressions write it: in double quotes where it needs them.
  private static func name(_ name: String) -> String { "\(Expression.column(name))" }

  /// The columns of the source that the plan reads, in the source's order: the only ones that are decoded.
  var usedColumns: Schema {
    var names = Set<String>()
    if let eventTime { names.insert(eventTime.column) }
    for expression in filters + keys { names.formUnion(expression.columns) }
    if case .session(.row(let gap))? = window { names.formUnion(gap.columns) }
    for output in outputs {
      if case .aggregate(let call) = output.item { names.formUnion(call.columns) }
    }
    return Schema(rows.fields.filter { names.contains($0.name) })
  }
}
