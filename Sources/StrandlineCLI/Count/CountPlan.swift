import Strandline
import StrandlineColumns
import StrandlineState

/// Makes a plan of the options of `count`.
enum CountPlan {
  /// The plan over rows of that schema.
  static func plan(_ options: PlanOptions, _ rows: Schema, condition: Expression?) throws -> StreamPlan {
    var plan = StreamPlan(rows: rows)
    plan.eventTime = EventTimePlan(
      column: options.time, delay: options.delay.micros, maximumJump: options.maxJump?.micros ?? .max)
    plan.filters = condition.map { [$0] } ?? []
    plan.keys = options.key.map { .column($0.name) }
    plan.window = try options.cut()
    plan.outputs = options.key.enumerated().map { OutputColumn($0.element.name, .key($0.offset)) }
    plan.outputs.append(OutputColumn("window_start", .windowStart))
    plan.outputs.append(OutputColumn("window_end", .windowEnd))
    plan.outputs.append(OutputColumn("count", .aggregate(AggregateCall(.count))))
    let aggregates: [(AggregateFunction, [ColumnArgument])] = [
      (.sum, options.sum), (.min, options.min), (.max, options.max), (.average, options.avg),
    ]
    for (function, columns) in aggregates {
      for column in columns {
        plan.outputs.append(
          OutputColumn(
            "\(function.rawValue)_\(column.name)", .aggregate(AggregateCall(function, .column(column.name)))))
      }
    }
    for text in options.aggregate {
      let aggregate = try AggregateArgument(text)
      plan.outputs.append(OutputColumn(aggregate.name, .aggregate(aggregate.call)))
    }
    if options.retractions { plan.outputs.append(OutputColumn("change", .change)) }
    plan.emission = options.emit
    plan.early = options.early?.early
    plan.lateness = options.allowedLateness.micros
    return plan
  }

  /// The condition of `--where`.
  static func condition(_ text: String?) throws(Failure) -> Expression? {
    guard let text else { return nil }
    do {
      return try Expression(parsing: text)
    } catch {
      throw Failure(.refused, code: "plan", "--where: \(error.message)")
    }
  }
}
