public import StrandlineColumns
import StrandlineState

/// Logic of your own over keyed rows, as far as words can say it: what it keeps, and what it gives.
public struct ProcessPlan: Sendable {
  /// The name, by which a store knows the logic.
  public var name: String
  /// What is kept per key.
  public var state = StateSchema(version: 1, members: [])
  /// The versions of the state that are migrated.
  public var migrated: Set<Int64> = []
  /// For how long after its last change a state is kept, in microseconds of event time; nil for ever.
  public var timeToLive: Int64?
  /// The columns of the rows that it gives.
  public var output: Schema
  /// The logic; nil in a plan that was read back.
  var logic: (any ProcessLogic)?

  /// A plan of that name that gives rows of that schema, without logic.
  public init(name: String, output: Schema) {
    self.name = name
    self.output = output
  }

  var lines: [String] {
    var lines = ["process: \(StreamPlan.name(name))"] + state.lines
    if !migrated.isEmpty {
      lines.append("state migrated from: \(migrated.sorted().map { "\($0)" }.joined(separator: ", "))")
    }
    if let timeToLive { lines.append("time to live: \(timeToLive) us") }
    lines += output.fields.map { "result \(StreamPlan.name($0.name)) \(StateSchema.type($0))" }
    return lines
  }

  /// Whether it can be carried out.
  ///
  /// - Throws: `StreamError` `.plan`.
  func check(isTimed: Bool) throws(StreamError) {
    let names = state.members.map(\.name)
    guard Set(names).count == names.count else {
      throw StreamError(.plan, "two members of the state of '\(name)' have one name: \(names.joined(separator: ", "))")
    }
    guard let timeToLive else { return }
    guard timeToLive > 0, timeToLive <= Window.maximumLength else {
      throw StreamError(.plan, "the time to live of '\(name)' is not positive, or longer than 2^60 us")
    }
    guard isTimed else {
      throw StreamError(
        .plan,
        "the state of '\(name)' has a time to live, which is event time: call eventTime(_:delay:) before keyed(by:)")
    }
  }
}

/// Logic of your own, without its types.
protocol ProcessLogic: Sendable {
  /// The state that a new store begins with: key columns, and the bytes of their states.
  func initial(_ known: [StateSchema]) -> (keys: [Column], states: [[UInt8]?])?
  /// Begins a batch.
  func begin(_ known: [StateSchema]) -> any ProcessRun
}

/// A call of the logic.
struct ProcessCall {
  /// The event time of rows that are given without one.
  var time: Int64
  /// The watermark that the logic is told.
  var watermark: Int64
  /// The processing time of the batch.
  var now: Int64
}

/// The keys that a batch has to do with, and their states while it runs. Keys are numbered as they are added.
protocol ProcessRun {
  /// Adds keys with the bytes of their states.
  mutating func add(_ keys: [Column], states: [[UInt8]?]) throws(StreamError)
  /// Takes the rows of the batch.
  mutating func read(_ rows: ColumnBatch) throws(StreamError)
  /// Calls the logic with some of the rows.
  mutating func take(_ rows: [Int32], key: Int, _ call: ProcessCall) throws(StreamError) -> [KeyTimers.Change]
  /// Calls the logic with a timer.
  mutating func fire(_ timer: FiredTimer, key: Int, _ call: ProcessCall) throws(StreamError) -> [KeyTimers.Change]
  /// The bytes of states; nil for one that isn't kept.
  func states(_ keys: [Int32]) -> [[UInt8]?]
  /// The rows that were given, and their times.
  var output: (rows: ColumnBatch, times: [Int64]) { get }
}
