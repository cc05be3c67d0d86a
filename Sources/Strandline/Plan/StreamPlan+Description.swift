import StrandlineColumns
import StrandlineState

extension StreamPlan {
  /// The plan in words, one line per part, stable between versions: what a store is compared with.
  ///
  /// It says everything that the state depends on, so that ``StoredPlan`` can read it again: `column` lines hold the types of
  /// what is read, with `?` where a value may be missing. A line break inside a text is `\\n`, a backslash is doubled. The
  /// stages that the rows come from stand in front, indented.
  public var description: String {
    lines.joined(separator: "\n")
  }

  private var lines: [String] {
    var lines = inputLines
    lines += usedColumns.fields.map { "column \(Self.name($0.name)) \($0.type.name)\($0.isNullable ? "?" : "")" }
    if let eventTime {
      lines.append(
        "event time: \(Self.name(eventTime.column)), delay \(eventTime.delay) us"
          + (eventTime.maximumJump == .max ? "" : ", at most \(eventTime.maximumJump) us ahead"))
    }
    for filter in filters { lines.append("where: \(filter)") }
    for (index, key) in keys.enumerated() { lines.append("key \(index + 1): \(key)") }
    if let window { lines.append("window: \(window.planText)") }
    for output in outputs { lines.append("output \(Self.name(output.name)): \(output.item)") }
    if writesLate { lines.append("late rows: written") }
    lines += operationLines
    for filter in outputFilters { lines.append("having: \(filter)") }
    if window != nil || !outputs.isEmpty { lines.append("emission: \(emission.rawValue)") }
    if lateness != 0 { lines.append("lateness: \(lateness) us") }
    switch early {
    case nil: break
    case .batches(let count)?: lines.append("early: every \(count) batches")
    case .micros(let length)?: lines.append("early: every \(length) us")
    }
    return lines.map { $0.hasPrefix(Self.indent) ? $0 : PlanLine.escaped($0) }
  }

  private var inputLines: [String] {
    var lines: [String] = []
    switch input {
    case .source: break
    case .stage(let stage):
      lines.append("of:")
      lines += stage.indented
    case .union(let stages, let policy):
      for stage in stages {
        lines.append("union:")
        lines += stage.indented
      }
      lines.append("watermark: \(policy.rawValue)")
    case .join(let join):
      lines.append("left:")
      lines += join.left.indented
      lines.append("right:")
      lines += join.right.indented
      lines += join.lines
    }
    return lines
  }

  private var operationLines: [String] {
    switch operation {
    case nil: []
    case .project(let columns): columns.map { "column \(Self.name($0.name)) = \($0.expression)" }
    case .deduplicate(let deduplication): deduplication.lines
    case .lookup(let lookup): lookup.lines
    case .process(let process): process.lines
    case .pattern(let pattern): pattern.lines
    case .top(let top): top.lines
    case .sort(let order, let limit):
      ["ordered" + (limit.map { ", the first \($0)" } ?? "")] + order.map { "order: \($0.planText)" }
    }
  }

  static let indent = "  "

  private var indented: [String] { lines.map { Self.indent + $0 } }

  /// A name as expressions write it: in double quotes where it needs them.
  static func name(_ name: String) -> String { "\(Expression.column(name))" }
}
