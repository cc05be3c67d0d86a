import StrandlineTestKit

/// What a drill came to, and what its report says besides.
struct DrillResult {
  /// What was tried: the heading of the report.
  var title: String
  /// What one fault is called, and many.
  var unit: (one: String, many: String)
  var report: DrillReport
  /// Whether rows of a result were compared; of a store of one's own there is no input to compute them again.
  var comparesRows = true
  /// More figures, such as batches and the size of the log.
  var facts: [DrillFact] = []
  /// What recovery was predicted to take; nil where nothing was predicted.
  var prediction: DrillPrediction?
  /// The command that does the same again, without the case to try.
  var command: [String] = []

  /// The command that tries a violation's case again.
  func replay(_ violation: DrillViolation) -> String {
    guard let only = violation.replay else { return ShellWords.joined(command) }
    // Of a rehearsal of a store, damages alone can be tried again one by one.
    let mode = command.contains("--mode") ? [] : ["--mode", DrillMode.damage.rawValue]
    return ShellWords.joined(command + mode + ["--only", only])
  }
}

/// A figure of a drill's report.
struct DrillFact {
  /// The member of the JSON report.
  var name: String
  /// The heading in a report for people.
  var title: String
  var value: JSONValue
  /// The value for people.
  var text: String

  /// A number of things.
  init(_ name: String, _ title: String, count: Int) {
    self.init(name, title, .int(count), Quantities.grouped(count))
  }

  /// A figure of any kind.
  init(_ name: String, _ title: String, _ value: JSONValue, _ text: String) {
    self.name = name
    self.title = title
    self.value = value
    self.text = text
  }
}

/// How long a recovery was predicted to take.
struct DrillPrediction {
  var snapshotNanos: UInt64
  var redoNanos: UInt64
  /// The lock, reading the log, and writing again what may not be durable.
  var otherNanos: UInt64

  var nanos: UInt64 { snapshotNanos + redoNanos + otherNanos }

  /// How often the prediction goes into what was measured: 1 when they are the same.
  func ratio(to measured: UInt64) -> Double { nanos == 0 ? 0 : Double(measured) / Double(nanos) }
}

/// Words as a shell takes them.
enum ShellWords {
  /// The words on a line, in quotes where they need them.
  static func joined(_ words: [String]) -> String {
    words.map { word in
      let isPlain = !word.isEmpty && word.utf8.allSatisfy { plain.contains($0) }
      return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }.joined(separator: " ")
  }

  private static let plain = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:=+,@".utf8)
}
