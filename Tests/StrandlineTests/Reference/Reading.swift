import Strandline

/// A row of the random streams.
@Record struct Reading: Equatable {
  var key: String?
  var at: Timestamp
  var value: Int64?
  var real: Double?
}

/// What random windowed plans compute of a group.
@Record struct ReadingTotal: Equatable, CustomStringConvertible {
  var key: String?
  var window: TimeWindow
  var rows: Int64
  var values: Int64
  var sum: Int64?
  var least: Int64?
  var most: Int64?
  var mean: Double?
  var real: Double?
  var large: Int64

  var description: String {
    func text<V>(_ value: V?) -> String { value.map { "\($0)" } ?? "-" }
    return
      "\(text(key)) \(window.start.microseconds)..<\(window.end.microseconds): \(rows) \(values) \(text(sum)) \(text(least)) "
      + "\(text(most)) \(text(mean)) \(text(real)) \(large)"
  }
}

/// What is computed of totals.
@Record struct ReadingSummary: Equatable, CustomStringConvertible {
  var window: TimeWindow
  var groups: Int64
  var rows: Int64
  var most: Int64

  var description: String {
    "\(window.start.microseconds)..<\(window.end.microseconds): \(groups) \(rows) \(most)"
  }
}
