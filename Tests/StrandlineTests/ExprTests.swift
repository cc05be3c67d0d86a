import Strandline
import Testing

@Suite("Typed expressions")
struct ExprTests {
  private struct Row {
    let id = Expr<Int64>(column: "id")
    let size = Expr<Int64?>(column: "size")
    let count = Expr<Int>(column: "count")
    let price = Expr<Double>(column: "price")
    let rate = Expr<Double?>(column: "rate")
    let isOpen = Expr<Bool>(column: "open")
    let isPaid = Expr<Bool?>(column: "paid")
    let at = Expr<Timestamp>(column: "at")
    let name = Expr<String>(column: "name")
    let alias = Expr<String?>(column: "alias")
  }

  @Test("comparisons take columns, optional columns and values on either side")
  func comparisons() {
    let row = Row()
    let limit: Int64 = 5
    #expect("\(row.id == limit)" == "id = 5")
    #expect("\(row.size != 5)" == "size <> 5")
    #expect("\(limit < row.id)" == "5 < id")
    #expect("\(row.id <= row.size)" == "id <= size")
    #expect("\(row.size > row.id)" == "size > id")
    #expect("\(row.count >= 3)" == "count >= 3")
    #expect("\(row.name == "it's")" == "name = 'it''s'")
    #expect("\(row.alias == row.name)" == "alias = name")
    #expect("\(row.at < Timestamp(secondsSince1970: 60))" == "at < timestamp '1970-01-01T00:01:00Z'")
    #expect("\(row.price > 1)" == "price > 1.0")
    #expect("\(row.isOpen == false)" == "open = false")
  }

  @Test("conditions combine, optional ones too")
  func logic() {
    let row = Row()
    #expect("\(!(row.isOpen || row.isPaid) && row.id == 1)" == "not (open or paid) and id = 1")
    #expect("\(row.alias.isNull || row.size.isNotNull)" == "alias is null or size is not null")
  }

  @Test("arithmetic is optional where an operand is")
  func arithmetic() {
    let row = Row()
    let plain: Expr<Int64> = (row.id + 1) * 2 - row.id
    let mixed: Expr<Int64?> = row.id + row.size
    let other: Expr<Int64?> = row.size % row.id
    let both: Expr<Double?> = -row.rate / 2 + row.price * row.rate
    let widened: Expr<Double> = row.count.asDouble / row.price
    #expect("\(plain)" == "(id + 1) * 2 - id")
    #expect("\(mixed)" == "id + size")
    #expect("\(other)" == "size % id")
    #expect("\(both)" == "-rate / 2.0 + price * rate")
    #expect("\(widened)" == "count * 1.0 / price")
    #expect("\(10 - row.id)" == "10 - id")
  }

  @Test("constants are values")
  func constants() {
    #expect(Expr("x").expression == .literal(.string("x")))
    #expect(Expr<Int64?>(nil).expression == .literal(.null))
    #expect(Expr(3).expression == .literal(.int64(3)))
  }
}
