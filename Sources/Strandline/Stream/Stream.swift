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
  public internal(set) var plan: StreamPlan
  private(set) var ends: StreamEnds

  /// The rows of an input.
  public init(_ row: Row.Type = Row.self, from input: StreamInput) {
    plan = StreamPlan(rows: Row.schema)
    ends = StreamEnds([input.source(Row.schema)], follows: input.follows)
  }

  /// The rows of an array. After a restart it must begin with the same rows.
  public init(_ rows: [Row]) {
    plan = StreamPlan(rows: Row.schema)
    ends = StreamEnds([ArraySource(rows)], follows: false)
  }

  /// The rows of an asynchronous sequence. After a restart it must begin with the same rows.
  public init<Rows: AsyncSequence & Sendable>(_ rows: Rows) where Rows.Element == Row {
    plan = StreamPlan(rows: Row.schema)
    ends = StreamEnds([AsyncSequenceSource(rows)], follows: false)
  }

  /// The rows of a source of your own.
  public init(_ row: Row.Type = Row.self, source: any Source, follows: Bool = false) {
    plan = StreamPlan(rows: Row.schema)
    ends = StreamEnds([source], follows: follows)
  }

  init(plan: StreamPlan, ends: StreamEnds) {
    self.plan = plan
    self.ends = ends
  }

  /// The stream with a stage that is still to be filled: a new one behind this one's, if that has its operation.
  var opened: Stream {
    if plan.isOpen { return self }
    return Stream(plan: StreamPlan(rows: Row.schema, from: .stage(plan)), ends: ends)
  }

  /// Makes another row of each, from expressions over its columns.
  ///
  /// ```swift
  /// .map(Euro.self) { .init(auction: $0.auction, price: $0.price * 0.908) }
  /// ```
  public func map<Result: Record>(
    _ result: Result.Type = Result.self, _ columns: (Row.Columns) -> Result.Columns
  ) -> Stream<Result> {
    var plan = opened.plan
    plan.operation = .project(
      Result.expressions(columns(Row.columns)).map { ProjectedColumn($0.name, $0.expression) })
    return Stream<Result>(plan: plan, ends: ends)
  }

  /// The rows of this stream and of others.
  ///
  /// - Parameter watermark: whether results wait for the stream that is furthest behind, or rows of it may be late.
  public func united(with others: Stream..., watermark: WatermarkPolicy = .minimum) -> Stream {
    Stream(
      plan: StreamPlan(rows: Row.schema, from: .union([plan] + others.map(\.plan), watermark)),
      ends: ends.joined(with: others.map(\.ends)))
  }

  /// Says which column is the event time.
  ///
  /// - Parameters:
  ///   - delay: how far rows may be behind the largest time of their partition without being late.
  ///   - maximumJump: how far a row may be ahead of its partition; one that is further is an error row.
  public func eventTime(
    _ column: KeyPath<Row.Columns, Expr<Timestamp>>, delay: Duration, maximumJump: Duration? = nil
  ) -> Stream {
    var next = opened
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
    if plan.isOpen { next.plan.filters.append(expression) } else { next.plan.outputFilters.append(expression) }
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
    var next = opened
    next.plan.keys = keys
    next.plan.window = window
    return next
  }

  /// Says which rows of a window are written: `final` unless said otherwise.
  ///
  /// - Parameter early: how often windows that have not ended are written too, with emission `final`: every group of every
  ///   open window.
  public func emit(_ emission: Emission, early: EarlyResults? = nil) -> Stream {
    var next = self
    next.plan.emission = emission
    next.plan.early = early
    return next
  }

  /// Says for how long windows take rows after they have ended: what changes is then written again.
  ///
  /// The result has what was written before and what corrects it; with ``Group/change`` in it, what was is taken back.
  public func allowedLateness(_ lateness: Duration) -> Stream {
    var next = self
    next.plan.lateness = lateness.microseconds
    return next
  }

  /// Says where late rows go: those that no window of this aggregation took, or that came too late for another operator, with all
  /// columns that they had there.
  public func lateRows(to output: StreamOutput) -> Stream {
    var next = lateRows()
    next.ends.lateOutput = output
    return next
  }

  /// Says that late rows are wanted; where they go is said by who runs the stream.
  public func lateRows() -> Stream {
    var next = self
    next.plan.writesLate = true
    return next
  }

  /// Says where the result goes.
  ///
  /// - Throws: `StreamError` `.sink` when the output's directory can't be opened or made.
  public func write(to output: StreamOutput) throws(StreamError) -> StreamJob {
    StreamJob(
      plan: plan, sources: ends.sources, sink: try output.sink(), lateSink: try ends.lateOutput?.sink(),
      follows: ends.follows)
  }

  /// Says that the result goes to a sink of your own.
  ///
  /// Where late rows go to an output that can't be opened or made, the job says so when it is checked or run.
  public func write(to sink: any Sink) -> StreamJob {
    var job = StreamJob(plan: plan, sources: ends.sources, sink: sink, follows: ends.follows)
    do throws(StreamError) {
      job.lateSink = try ends.lateOutput?.sink()
    } catch {
      job.problem = error
    }
    return job
  }

  /// Says that the result and late rows go to sinks of your own, whatever was said of late rows.
  public func write(to sink: any Sink, lateRows late: any Sink) -> StreamJob {
    StreamJob(plan: plan, sources: ends.sources, sink: sink, lateSink: late, follows: ends.follows)
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
    return Stream<Result>(plan: plan, ends: stream.ends)
  }
}
