import StrandlineTestKit

/// A drill's report for programs.
enum DrillJSON {
  /// The report as one object.
  static func value(_ result: DrillResult) -> JSONValue {
    let report = result.report
    var value: JSONValue = [
      "ok": .bool(report.isGood), "mode": .string(report.mode), "title": .string(result.title),
      "tried": .int(report.tried), "distinct": .int(report.distinct), "wall_ms": millis(report.nanos),
      "distinct_per_s": .double(report.distinctPerSecond),
      "outcomes": .object(report.outcomes.map { JSONValue.Member(name: $0.name, value: .int($0.count)) }),
      "lost": .int(report.lost), "duplicated": .int(report.duplicated), "out_of_order": .int(report.outOfOrder),
      "wrong": .int(report.wrong), "recoveries": .int(report.recoveries.count),
      "recovery": recovery(result), "command": .string(ShellWords.joined(result.command)),
      "violations": .array(
        report.violations.map { ["text": .string($0.text), "again": .string(result.replay($0))] }),
    ]
    for fact in result.facts { value = value.adding(fact.name, fact.value) }
    return value
  }

  private static func recovery(_ result: DrillResult) -> JSONValue {
    let samples = result.report.recoveries
    guard let whole = Distribution(samples.map(\.nanos)) else { return .null }
    var predicted = JSONValue.null
    if let prediction = result.prediction {
      predicted = [
        "ms": millis(prediction.nanos), "snapshot_ms": millis(prediction.snapshotNanos),
        "redo_ms": millis(prediction.redoNanos), "other_ms": millis(prediction.otherNanos),
        "measured_ratio": .double(prediction.ratio(to: whole.quantile(0.5))),
      ]
    }
    return [
      "total_ms": times(whole), "snapshot_ms": times(Distribution(samples.map(\.snapshotNanos))),
      "redo_ms": times(Distribution(samples.map(\.redoNanos))), "predicted": predicted,
      "bytes": .int(samples.reduce(0) { $0 + $1.bytes }),
      "batches_redone": .int(samples.reduce(0) { $0 + $1.batchesRedone }),
      "histogram": .array(
        whole.histogram().map { ["from_ms": millis($0.from), "to_ms": millis($0.to), "count": .int($0.count)] }),
    ]
  }

  private static func times(_ times: Distribution?) -> JSONValue {
    guard let times else { return .null }
    return [
      "min": millis(times.least), "p50": millis(times.quantile(0.5)), "p99": millis(times.quantile(0.99)),
      "max": millis(times.most),
    ]
  }

  private static func millis(_ nanos: UInt64) -> JSONValue { .double(Double(nanos) / 1e6) }
}
