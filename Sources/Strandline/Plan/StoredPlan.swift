public import StrandlineColumns
public import StrandlineState

/// A plan read back from its description, as a store's manifest holds it: enough to make its state and to show its rows.
public struct StoredPlan: Sendable {
  /// The plan.
  public let plan: StreamPlan
  /// What the description says of the sink; nil where it says nothing.
  public let sink: String?
  private let compiled: CompiledPlan

  /// Reads the description of a plan.
  ///
  /// - Throws: `StreamError` `.plan` with the line that can't be read.
  public init(parsing description: String) throws(StreamError) {
    (plan, sink) = try Self.plan(parsing: description)
    compiled = try CompiledPlan(plan)
  }

  /// The plan and the sink's words in a description, not checked.
  static func plan(parsing description: String) throws(StreamError) -> (plan: StreamPlan, sink: String?) {
    let parser = try StoredPlanParser(description.split(separator: "\n")[...])
    return (parser.plan, parser.sink)
  }

  /// An empty state of the plan.
  ///
  /// - Parameters:
  ///   - shardCount: the shards of the store.
  ///   - seed: the hash seed of the store.
  public func emptyState(shardCount: Int, seed: UInt64) -> StreamState {
    StreamState(compiled.states, shardCount: shardCount, seed: seed)
  }

  /// What the keyed states are of, by their number: the kind of operator.
  public var stateNames: [String] { compiled.stateNames }

  /// All groups of a keyed state as rows: those of an aggregation ordered by (window end, start, key). Linear in the groups,
  /// and their sorting.
  ///
  /// - Throws: `StreamError` `.overflow` for a value beyond the range of its type.
  public func rows(of state: StreamState, number: Int = 0) throws(StreamError) -> ColumnBatch {
    try rows(of: state.states[number].rows(of: state.states[number].openPanes), number: number)
  }

  /// Some groups of a keyed state as rows, in their order.
  ///
  /// - Throws: `StreamError` `.overflow` for a value beyond the range of its type.
  public func rows(of groups: GroupRows, number: Int = 0) throws(StreamError) -> ColumnBatch {
    try compiled.rows(of: groups, state: number)
  }

  /// How many of the first columns of those rows say which group it is: its keys, and its window or pane.
  public func identifyingColumns(number: Int = 0) -> Int { compiled.identifyingColumns(state: number) }
}
