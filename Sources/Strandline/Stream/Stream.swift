import StrandlineColumns
public import StrandlineState

/// A plan over typed rows: where they come from, and what is computed of them. Nothing runs until `run`.
///
/// ```swift
/// let counts = Stream(PageView.self, from: .jsonLines("views/*.ndjson"))
///   .eventTime(\.at, delay: .seconds(10))
///   .filter { $0.page != "/health" }
///   .grouped(by: { $0.page }, in: .tumbling(.minutes(1)))
///   .aggregate(ViewCount.self) { .init(page: $0.key, window: $0.window, views: .count) }
///   .write(to: .jsonLines("counts"))
/// try await counts.run(checkpoint: "checkpoints/page-views")
/// ```
public struct Stream<Row: Record>: Sendable {
  /// What is computed so far.
  public private(set) var plan: StreamPlan
  let source: any Source
  let follows: Bool

  /// The rows of an input.
  public init(_ row: Row.Type = Row.self, from input: StreamInput) {
    plan = StreamPlan(rows: Row.schema)
    source = input.source(Row.schema)
    follows = input.follows
  }

  /// The rows of an array. After a restart it must begin with the same rows.
  public init(_ rows: [Row]) {
    plan = StreamPlan(rows: Row.schema)
    source = ArraySource(rows)
    follows = false
  }

  /// The rows of an asynchronous sequence. After a restart it must begin with the same rows.
  public init<Rows: AsyncSequence & Sendable>(_ rows: Rows) where Rows.Element == Row {
    plan = StreamPlan(rows: Row.schema)
    source = AsyncSequenceSource(rows)
    follows = false
  }

  /// The rows of a source of your own.
  public init(_ row: Row.Type = Row.self, source: any Source, follows: Bool = false) {
    plan = StreamPlan(rows: Row.schema)
    self.source = source
    self.follows = follows
  }

  init(plan: StreamPlan, source: any Source, follows: Bool) {
    self.plan = plan
    self.source = source
    self.follows = follows
  }

  /// Says which column is the event time.
  ///
  /// - Parameters:
  ///   - delay: how far rows may be behind the largest time of their partition without being late.
  ///   - maximumJump: how far a row may be ahead of its partition; one that is further is an error row.
  public func eventTime(
    _ column: KeyPath<Row.Columns, Expr<Timestamp>>, delay: Duration, maximumJump: Duration? = nil
  ) -> Stream {
    var next = self
    guard case .column(let name) = Row.columns[keyPath: column].expression else {
      preconditionFailure("the columns of a record are columns")
    }
    next.plan.eventTime = EventTimePlan(
      column: name, delay: delay.microseconds, maximumJump: maximumJump?.microseconds ?? .max)
    return next
  }

  /// Keeps the rows for which a condition is true.
  public func filter(_ condition: (Row.Columns) -> Expr<Bool>) -> Stream {
    var next = self
    let expression = condition(Row.columns).expression
    if plan.outputs.isEmpty { next.plan.filters.append(expression) } else { next.plan.outputFilters.append(expression) }
    return next
  }

  /// Groups rows by one or several keys in windows of event time.
  public func grouped<each Key: ColumnValue>(
    by keys: (Row.Columns) -> (repeat Expr<each Key>), in window: Window
  ) -> Grouped<Row, (repeat Output<each Key>)> {
    let expressions = keys(Row.columns)
    // The tuples are built anew: one of unknown length that is passed on as it is stops the compiler (6.3.1).
    return Grouped(
      stream: grouped(by: GroupKeys.expressions((repeat each expressions)), in: window),
      key: GroupKeys.outputs((repeat each expressions)))
  }

  private func grouped(by keys: [Expression], in window: Window) -> Stream {
    var next = self
    next.plan.keys = keys
    next.plan.window = window
    return next
  }

  /// Says which rows of a window are written: `final` unless said otherwise.
  public func emit(_ emission: Emission) -> Stream {
    var next = self
    next.plan.emission = emission
    return next
  }

  /// Says where the result goes.
  ///
  /// - Throws: `StreamError` `.sink` when the output's directory can't be opened or made.
  public func write(to output: StreamOutput) throws(StreamError) -> StreamJob {
    StreamJob(plan: plan, source: source, sink: try output.sink(), follows: follows)
  }

  /// Says that the result goes to a sink of your own.
  public func write(to sink: any Sink) -> StreamJob {
    StreamJob(plan: plan, source: source, sink: sink, follows: follows)
  }

  /// Gives the result, row by row, to a closure: before the commit of its batch, and after a kill perhaps again.
  public func forEach(_ body: @escaping @Sendable (Row) throws -> Void) -> StreamJob {
    write(
      to: CallbackSink { batch in
        for row in try Row.rows(of: batch) { try body(row) }
      })
  }
}

/// Rows that are grouped by key and window, to be aggregated.
public struct Grouped<Row: Record, Key: Sendable>: Sendable {
  let stream: Stream<Row>
  let key: Key

  /// Computes a row of the result for each group.
  public func aggregate<Result: Record>(
    _ result: Result.Type = Result.self, _ projection: (Group<Row, Key>) -> Result.Projection
  ) -> Stream<Result> {
    var plan = stream.plan
    plan.outputs = Result.project(projection(Group(key: key))).map { OutputColumn($0.name, $0.item) }
    return Stream<Result>(plan: plan, source: stream.source, follows: stream.follows)
  }
}
