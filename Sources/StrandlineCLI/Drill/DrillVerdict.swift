/// What a drill came to.
struct DrillVerdict {
  /// Kills that hit a run at work.
  var kills = 0
  /// Stores that were run from their making to their end.
  var rounds = 0
  /// Batches of the undisturbed run.
  var batches = 0
  /// Rows of the undisturbed run's result.
  var rowsWritten = 0
  var lost = 0
  var duplicated = 0
  var outOfOrder = 0
  var wrong = 0
  /// Stores found with a torn tail after a kill.
  var tornTails = 0
  /// How long each recovery took, from the lock to the first batch.
  var recoveryNanos: [UInt64] = []
  var batchesRedone = 0
  /// The most bytes that the segments of a store took.
  var logBytesMax = 0
  /// What was not as promised.
  var violations: [String] = []

  var isGood: Bool { violations.isEmpty }

  private var recoveries: (min: UInt64, median: UInt64, max: UInt64)? {
    let sorted = recoveryNanos.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    return (first, sorted[sorted.count / 2], last)
  }

  var lines: [String] {
    var lines = [
      "kills       \(kills), in \(Quantities.count(rounds, "round", "rounds"))",
      "rows        \(lost) lost, \(duplicated) duplicated, \(outOfOrder) out of order, \(wrong) wrong",
    ]
    if let recoveries {
      lines.append(
        "recovery    \(Quantities.nanos(recoveries.min)) least, \(Quantities.nanos(recoveries.median)) median, "
          + "\(Quantities.nanos(recoveries.max)) most, of \(recoveryNanos.count)")
    }
    lines.append(
      "redone      \(Quantities.count(batchesRedone, "batch", "batches")); "
        + Quantities.count(tornTails, "torn tail", "torn tails"))
    lines.append("log         at most \(Quantities.bytes(logBytesMax))")
    return lines + violations.map { "VIOLATION   \($0)" } + [isGood ? "passed" : "FAILED"]
  }

  var json: JSONValue {
    [
      "ok": .bool(isGood), "kills": .int(kills), "rounds": .int(rounds), "batches": .int(batches),
      "rows_written": .int(rowsWritten), "lost": .int(lost), "duplicated": .int(duplicated),
      "out_of_order": .int(outOfOrder), "wrong": .int(wrong), "torn_tails": .int(tornTails),
      "recoveries": .int(recoveryNanos.count), "recovery_ms_min": millis(recoveries?.min),
      "recovery_ms_median": millis(recoveries?.median), "recovery_ms_max": millis(recoveries?.max),
      "batches_redone": .int(batchesRedone), "log_bytes_max": .int(logBytesMax),
      "violations": .array(violations.map { .string($0) }),
    ]
  }

  private func millis(_ nanos: UInt64?) -> JSONValue {
    nanos.map { .double(Double($0) / 1e6) } ?? .null
  }
}
