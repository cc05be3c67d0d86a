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

  @Test("conditions choose values, and null is replaced")
  func choices() {
    let row = Row()
    let kind: Expr<String> = (row.id > 5).then("many", else: "few")
    let name: Expr<String> = row.alias ?? row.name
    let plain: Expr<Int64> = row.size ?? 0
    let other: Expr<String?> = (row.isPaid && row.isOpen).then(row.alias, else: nil)
    #expect("\(kind)" == "case when id > 5 then 'many' else 'few' end")
    #expect("\(name)" == "coalesce(alias, name)")
    #expect("\(plain)" == "coalesce(size, 0)")
    #expect("\(other)" == "case when paid and open then alias end")
    #expect("\(row.id.nullIf(0))" == "nullif(id, 0)")
    #expect("\(row.isPaid.isTrue || row.isOpen.isFalse)" == "paid is true or open is false")
    #expect("\(row.alias.isDistinct(from: row.name))" == "alias is distinct from name")
    #expect("\(row.size.isIn([1, 2]) && !row.name.isIn(["a"]))" == "size in (1, 2) and name not in ('a')")
    #expect("\(row.id.isIn([]))" == "false")
    #expect("\(row.price.isBetween(1, 2))" == "price between 1.0 and 2.0")
  }

  @Test("functions of text, numbers and times are SQL's")
  func functions() {
    let row = Row()
    #expect("\(row.name.lowercased() + "/" + row.name.trimmed())" == "lower(name) || '/' || trim(name)")
    #expect("\(row.alias.substring(from: 2, length: 3).length)" == "length(substring(alias, 2, 3))")
    #expect("\(row.name.part(-1, separatedBy: "/"))" == "split_part(name, '/', -1)")
    #expect("\(row.name.hasPrefix("a") || row.alias.contains("b"))" == "starts_with(name, 'a') or contains(alias, 'b')")
    #expect("\(row.name.isLike("a!%%", escape: "!"))" == "name like 'a!%%' escape '!'")
    #expect("\(row.name.matches("^a+$"))" == "regexp_matches(name, '^a+$')")
    #expect("\(row.name.firstMatch(of: "(a)", group: 1) ?? "")" == "coalesce(regexp_extract(name, '(a)', 1), '')")
    #expect("\(row.rate.rounded(digits: 2))" == "round(rate, 2)")
    #expect("\(row.size.magnitude.sign)" == "sign(abs(size))")
    #expect("\(row.price.squareRoot().power(2))" == "power(sqrt(price), 2.0)")
    #expect("\(row.at + .milliseconds(-5))" == "at + -5000")
    #expect("\(row.at - row.at.truncated(to: .day))" == "at - date_trunc('day', at)")
    #expect("\(row.at[.hour])" == "extract(hour from at)")
    #expect("\(row.at[.epoch])" == "cast(date_trunc('second', at) as int64) / 1000000")
    let number: Expr<Int64> = row.name.cast(to: Int64.self)
    let maybe: Expr<Double?> = row.alias.cast(to: Double.self)
    let tried: Expr<Timestamp?> = row.name.tryCast(to: Timestamp.self)
    #expect("\(number)" == "cast(name as int64)")
    #expect("\(maybe)" == "cast(alias as double)")
    #expect("\(tried)" == "try_cast(name as timestamp)")
  }

  @Test("constants are values")
  func constants() {
    #expect(Expr("x").expression == .literal(.string("x")))
    #expect(Expr<Int64?>(nil).expression == .literal(.null))
    #expect(Expr(3).expression == .literal(.int64(3)))
  }
}
