public import Strandline
import Testing

@Record struct PageView { var page: String; var user: Int64; @Column("ts") var at: Timestamp }
@Record struct ViewCount { var page: String; var window: TimeWindow; var views: Int64 }

/// Every kind of property.
@Record
public struct Request: Equatable {
  public var path: String
  public var status: Int
  public var bytes: Int64?
  public let isCached: Bool, isRetry: Bool?
  @Column("duration s") public var duration: Double
  public var score: Swift.Optional<Double> = nil
  public var at: Strandline.Timestamp
  public var closedAt: Timestamp?
  public var user: UserID
  public var `default`: String?
  var count = 1 {
    didSet { assert(count > 0) }
  }

  static let limit = 5
  var isSlow: Bool { duration > 1 }
}

/// A type of one's own that is a column.
public struct UserID: ColumnValue, Equatable {
  public typealias Base = UserID
  public var number: Int64
  public static var columnType: ColumnType { .int64 }
  public var literal: Literal { number.literal }
  public init(_ number: Int64) { self.number = number }
  public init?(_ column: Column, row: Int) {
    guard let number = Int64(column, row: row) else { return nil }
    self.number = number
  }
  public func append(to column: inout Column) { number.append(to: &column) }
}

/// A summary with every kind of output.
@Record
struct Summary {
  var user: UserID
  var path: String
  var requests: Int
  var failures: Int64
  var sized: Int64
  var bytes: Int64?
  var slowest: Double
  var mean: Double
  var meanBytes: Double?
  var failedBytes: Int64?
  var last: Timestamp
  var window: TimeWindow
}

@Suite("Records")
struct RecordTests {
  @Test("the schema follows the properties")
  func schema() {
    #expect("\(PageView.schema)" == "page string, user int64, ts timestamp")
    #expect("\(ViewCount.schema)" == "page string, window_start timestamp, window_end timestamp, views int64")
    #expect(
      "\(Request.schema)"
        == "path string, status int64, bytes int64?, isCached bool, isRetry bool?, duration s double, score double?, "
        + "at timestamp, closedAt timestamp?, user int64, default string?, count int64")
  }

  @Test("records go into a batch and come out of it again")
  func roundTrip() throws {
    let requests = Self.requests
    let batch = Request.batch(of: requests)
    #expect(batch.schema == Request.schema)
    #expect(batch.count == 2)
    #expect(batch.column("default")?.text(1) == "x")
    #expect(try Request.rows(of: batch) == requests)
    #expect(try Request(batch, row: 1) == requests[1])
  }

  @Test("a window is two columns")
  func window() throws {
    let window = TimeWindow(start: Timestamp(secondsSince1970: 60), end: Timestamp(secondsSince1970: 120))
    let batch = ViewCount.batch(of: [ViewCount(page: "/", window: window, views: 7)])
    #expect(batch.columns[1].words == [60_000_000])
    #expect(batch.columns[2].words == [120_000_000])
    #expect(try ViewCount(batch, row: 0).window == window)
  }

  @Test("columns are found by name, whatever their order")
  func order() throws {
    let batch = Request.batch(of: Self.requests)
    let turned = ColumnBatch(
      Schema([Field("more", .bool)] + Request.schema.fields.reversed()),
      columns: [Column(.bool, words: [0, 0])] + batch.columns.reversed())
    #expect(try Request.rows(of: turned) == Self.requests)
  }

  @Test("a column that is missing, has another type or lacks a value is named")
  func errors() {
    let batch = PageView.batch(of: [PageView(page: "/", user: 1, at: Timestamp(microsecondsSince1970: 0))])
    let fewer = ColumnBatch(Schema(Array(PageView.schema.fields.dropLast())), columns: Array(batch.columns.dropLast()))
    let missing = #expect(throws: ColumnsError.self) { try PageView.rows(of: fewer) }
    #expect(missing?.code == .unknownColumn && missing?.column == "ts")

    var fields = PageView.schema.fields
    fields[1].type = .timestamp
    var columns = batch.columns
    columns[1] = Column(.timestamp, words: [1])
    let other = ColumnBatch(Schema(fields), columns: columns)
    let mismatch = #expect(throws: ColumnsError.self) { try PageView(other, row: 0) }
    #expect(mismatch?.code == .typeMismatch && mismatch?.column == "user")

    var nulls = ColumnBatch(PageView.schema)
    nulls.columns[0].appendNull()
    nulls.columns[1].append(word: 1)
    nulls.columns[2].append(word: 1)
    let null = #expect(throws: ColumnsError.self) { try PageView(nulls, row: 0) }
    #expect(null?.code == .malformed && null?.column == "page")
  }

  @Test("columns are expressions under their own names")
  func columns() {
    #expect(PageView.columns.at.expression == .column("ts"))
    #expect(Request.columns.default.expression == .column("default"))
    #expect(Request.columns[keyPath: \.duration].expression == .column("duration s"))
    #expect("\(ViewCount.columns.window.end)" == "window_end")
  }

  @Test("columns with other expressions project rows")
  func projectionOfRows() {
    let row = ViewCount.columns
    let columns = ViewCount.Columns(page: Expr("all"), window: row.window, views: row.views * 2)
    let named = ViewCount.expressions(columns).map { "\($0.name): \($0.expression)" }
    #expect(
      named == ["page: 'all'", "window_start: window_start", "window_end: window_end", "views: views * 2"])
  }

  @Test("a group's key, window and aggregates fill a projection, with one key")
  func oneKey() {
    let outputs = MiniStream(PageView.self)
      .filter { $0.page != "/health" && $0.user != 3 }
      .grouped(by: { $0.page })
      .aggregate(ViewCount.self) { .init(page: $0.key, window: $0.window, views: .count) }
    #expect(outputs.plan == ["where page <> '/health' and user <> 3", "by page"])
    #expect(
      outputs.outputs == ["page: key 1", "window_start: window start", "window_end: window end", "views: count(*)"])
  }

  @Test("a group's key, window and aggregates fill a projection, with several keys")
  func severalKeys() {
    let outputs = MiniStream(Request.self)
      .grouped(by: { ($0.user, $0.path) })
      .aggregate(Summary.self) {
        .init(
          user: $0.key.0, path: $0.key.1, requests: .count, failures: .count(where: $0.row.status >= 500),
          sized: .count($0.row.bytes), bytes: .sum($0.row.bytes), slowest: .max($0.row.duration),
          mean: .average($0.row.duration), meanBytes: .average($0.row.bytes),
          failedBytes: .sum($0.row.bytes, where: $0.row.status >= 500), last: .max($0.row.at), window: $0.window)
      }
    #expect(outputs.plan == ["by user", "by path"])
    #expect(
      outputs.outputs == [
        "user: key 1", "path: key 2", "requests: count(*)", "failures: count(*) filter (where status >= 500)",
        "sized: count(bytes)", "bytes: sum(bytes)", "slowest: max(\"duration s\")", "mean: avg(\"duration s\")",
        "meanBytes: avg(bytes)", "failedBytes: sum(bytes) filter (where status >= 500)", "last: max(at)",
        "window_start: window start", "window_end: window end",
      ])
  }

  static let requests = [
    Request(
      path: "/", status: 200, bytes: nil, isCached: true, isRetry: nil, duration: 0.25,
      at: Timestamp(microsecondsSince1970: -1), closedAt: nil, user: UserID(4), default: nil),
    Request(
      path: "/é", status: -1, bytes: .max, isCached: false, isRetry: true, duration: -0.0, score: .infinity,
      at: Timestamp(microsecondsSince1970: .min), closedAt: Timestamp(secondsSince1970: 1), user: UserID(.min),
      default: "x", count: 2),
  ]
}

/// The shape of a stream's methods, with nothing behind them: what has to type-check.
private struct MiniStream<R: Record> {
  var plan: [String] = []

  init(_: R.Type) {}

  func filter(_ condition: (R.Columns) -> Expr<Bool>) -> Self {
    var result = self
    result.plan.append("where \(condition(R.columns))")
    return result
  }

  func grouped<each K: ColumnValue>(
    by key: (R.Columns) -> (repeat Expr<each K>)
  ) -> MiniGrouped<R, (repeat Output<each K>)> {
    let keys = key(R.columns)
    return MiniGrouped(
      key: GroupKeys.outputs((repeat each keys)),
      plan: plan + GroupKeys.expressions((repeat each keys)).map { "by \($0)" })
  }
}

private struct MiniGrouped<R: Record, Key: Sendable> {
  let key: Key
  let plan: [String]

  func aggregate<O: Record>(
    _: O.Type, _ make: (Group<R, Key>) -> O.Projection
  ) -> (plan: [String], outputs: [String]) {
    (plan, O.project(make(Group(key: key))).map { "\($0.name): \($0.item)" })
  }
}
