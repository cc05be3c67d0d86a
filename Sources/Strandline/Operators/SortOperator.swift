import StrandlineColumns
import StrandlineState

/// Orders the rows of each batch, and keeps the first of them.
struct SortOperator: StreamOperator {
  let name = "order"
  var summary: String {
    "order: "
      + zip(order.expressions, order.descending).map { "\($1 ? "descending" : "ascending") \($0.expression)" }
      .joined(separator: ", ")
  }
  let order: BoundOrdering
  let limit: Int?
  let schema: Schema
  private var rows: ColumnBatch
  private var orders: [[UInt8]] = []
  private var times: [Int64] = []
  private var marks: [Int64] = []

  init(order: BoundOrdering, limit: Int?, schema: Schema) {
    self.order = order
    self.limit = limit
    self.schema = schema
    rows = ColumnBatch(schema)
  }

  mutating func take(_ batch: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    let (part, values) = try context.values(of: order.expressions, batch)
    orders += order.keys(values, rows: part.columns.count)
    rows.append(contentsOf: part.columns)
    if let stamped = part.times {
      times += stamped.times.words
      marks += stamped.marks
    }
  }

  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError) {
    if orders.isEmpty { return }
    let sorted = (0..<Int32(orders.count)).sorted { a, b in
      let (left, right) = (orders[Int(a)], orders[Int(b)])
      return left == right ? a < b : left.lexicographicallyPrecedes(right)
    }
    let kept = Array(sorted.prefix(limit ?? sorted.count))
    var out = RowBatch(
      ColumnBatch(schema, columns: rows.columns.map { $0.gathered(kept) }), times: nil, mark: context.watermarkBefore)
    if !times.isEmpty && !kept.isEmpty {
      out.times = RowTimes(
        Column(.timestamp, words: kept.map { times[Int($0)] }), marks: .each(kept.map { marks[Int($0)] }))
    }
    context.emit(out)
    rows.removeAll()
    orders.removeAll()
    times.removeAll()
    marks.removeAll()
  }
}
