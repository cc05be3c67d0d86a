import Strandline
import StrandlineColumns
import StrandlineState
import StrandlineStorage
import Testing

/// A row of the table of changed plans in `docs/RECOVERY.md`.
struct PlanChangeCase: Sendable, CustomTestStringConvertible {
  typealias Change = @Sendable (inout StreamPlan) throws -> Void

  var testDescription: String
  /// What the difference says.
  var says: [String]
  var isCarriedOver: Bool
  var change: Change
  /// The sink, where it is another one.
  var sink: (@Sendable (MemoryDirectory) -> any Sink)?

  private static func kept(_ name: String, _ says: String, _ change: @escaping Change) -> PlanChangeCase {
    PlanChangeCase(testDescription: name, says: [says], isCarriedOver: true, change: change)
  }

  private static func refused(_ name: String, _ says: String..., change: @escaping Change) -> PlanChangeCase {
    PlanChangeCase(testDescription: name, says: says, isCarriedOver: false, change: change)
  }

  private static func refused(
    _ name: String, _ says: String, sink: @escaping @Sendable (MemoryDirectory) -> any Sink
  ) -> PlanChangeCase {
    PlanChangeCase(testDescription: name, says: [says], isCarriedOver: false, change: { _ in }, sink: sink)
  }

  private static func aggregate(
    _ name: String, _ function: AggregateFunction, filter: Expression? = nil
  ) -> OutputColumn {
    OutputColumn(name, .aggregate(AggregateCall(function, .column("value"), filter: filter)))
  }

  static let all = keptCases + resultCases + inputCases

  private static let keptCases: [PlanChangeCase] = [
    kept("a renamed output column", "output column renamed: count → n") { $0.outputs[2].name = "n" },
    kept("output columns in another order", "order of the output columns") { $0.outputs.swapAt(0, 1) },
    kept("an output column less", "output column removed: key = key 1") { $0.outputs.remove(at: 0) },
    kept("an aggregate of values that are kept anyway", "output column added: mean = avg(value)") {
      $0.outputs.append(aggregate("mean", .average))
    },
    kept("another condition on the result", "condition on the result (having): none → count > 1") {
      $0.outputFilters = [try Expression(parsing: "count > 1")]
    },
  ]

  private static let resultCases: [PlanChangeCase] = [
    refused("an added aggregate", "output column added: top = max(value) (other values have to be kept") {
      $0.outputs.append(aggregate("top", .max))
    },
    refused("a removed aggregate", "output column removed: sum = sum(value)") { $0.outputs.remove(at: 3) },
    refused("another aggregate", "output column sum: sum(value) → min(value)") {
      $0.outputs[3] = aggregate("sum", .min)
    },
    refused("an aggregate with a condition", "sum(value) → sum(value) filter (where value > 3)") {
      $0.outputs[3] = aggregate("sum", .sum, filter: try Expression(parsing: "value > 3"))
    },
    refused("another emission", "emission: final → changes") { $0.emission = .changes },
    refused("another kind of sink", "sink: file ndjson → parts ndjson", sink: { PartsSink($0, format: .jsonLines) }),
    refused(
      "another format of the output", "sink: file ndjson → file csv",
      sink: { FileSink($0, name: "out.csv", format: .csv(columns: nil)) }),
  ]

  private static let inputCases: [PlanChangeCase] = [
    refused("a filter", "condition (where): none → key <> 'k1'") {
      $0.filters = [try Expression(parsing: "key <> 'k1'")]
    },
    refused("another window", "window: 10s → 1m") { $0.window = .tumbling(size: 60_000_000, offset: 0) },
    refused("an offset of windows", "offset of windows: 0s → 500ms") {
      $0.window = .tumbling(size: 10_000_000, offset: 500_000)
    },
    refused("another kind of windows", "window: tumbling 10s → calendar 1 day in Europe/Berlin") {
      $0.window = .daily(in: "Europe/Berlin")
    },
    refused("another key", "key 1: key → value") { $0.keys = [.column("value")] },
    refused("one more key", "key 2: none → value") { $0.keys.append(.column("value")) },
    refused("another type of key", "type of the column 'key': string → int64") {
      $0.rows.fields[1] = Field("key", .int64)
    },
    refused("values that can't be missing", "type of the column 'value': int64? → int64") {
      $0.rows.fields[2].isNullable = false
    },
    refused("another delay", "delay: 3s → 1h") { $0.eventTime?.delay = 3_600_000_000 },
    refused("a largest jump", "largest jump: any → 1d") { $0.eventTime?.maximumJump = 86_400_000_000 },
    refused("another event time", "event time column: at → then") {
      $0.rows.fields.append(Field("then", .timestamp))
      $0.eventTime?.column = "then"
    },
    refused("several changes, one of which is safe", "delay: 3s → 4s", "window: 10s → 20s") {
      $0.eventTime?.delay = 4_000_000
      $0.window = .tumbling(size: 20_000_000, offset: 0)
      $0.outputs[2].name = "n"
    },
  ]
}
