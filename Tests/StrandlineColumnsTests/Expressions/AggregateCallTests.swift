import StrandlineColumns
import Testing

@Suite("Aggregate calls")
struct AggregateCallTests {
  private static let schema = Schema([
    Field("n", .int64), Field("m", .int64, nullable: true), Field("x", .double), Field("at", .timestamp),
    Field("path", .string), Field("ok", .bool),
  ])

  @Test(
    "the result has the type that the function gives",
    arguments: [
      (AggregateCall(.count), ColumnType.int64, false, "count(*)"),
      (AggregateCall(.count, .column("m")), .int64, false, "count(m)"),
      (AggregateCall(.sum, .column("n")), .int64, false, "sum(n)"),
      (AggregateCall(.sum, .column("m")), .int64, true, "sum(m)"),
      (AggregateCall(.sum, .column("x")), .double, false, "sum(x)"),
      (AggregateCall(.average, .column("n")), .double, false, "avg(n)"),
      (AggregateCall(.min, .column("at")), .timestamp, false, "min(at)"),
      (AggregateCall(.max, .column("m")), .int64, true, "max(m)"),
      (AggregateCall(.max, .column("n"), filter: .column("ok")), .int64, true, "max(n) filter (where ok)"),
      (AggregateCall(.count, filter: .column("ok")), .int64, false, "count(*) filter (where ok)"),
    ])
  func result(call: AggregateCall, type: ColumnType, isNullable: Bool, description: String) throws {
    let result = try call.result(in: Self.schema)
    #expect(result.type == type)
    #expect(result.isNullable == isNullable)
    #expect("\(call)" == description)
  }

  @Test(
    "what doesn't fit is an error",
    arguments: [
      (AggregateCall(.sum), .typeMismatch), (AggregateCall(.sum, .column("path")), .typeMismatch),
      (AggregateCall(.average, .column("at")), .typeMismatch), (AggregateCall(.min, .column("path")), .unsupported),
      (AggregateCall(.count, .column("none")), .unknownColumn),
      (AggregateCall(.count, filter: .column("n")), .typeMismatch),
    ] as [(AggregateCall, ColumnsError.Code)])
  func errors(call: AggregateCall, code: ColumnsError.Code) {
    #expect(throws: ColumnsError.self) { try call.result(in: Self.schema) }
    #expect((try? call.result(in: Self.schema)) == nil)
    do throws(ColumnsError) {
      _ = try call.result(in: Self.schema)
    } catch {
      #expect(error.code == code)
    }
  }

  @Test("the columns are those of argument and filter")
  func columns() {
    let call = AggregateCall(.sum, .arithmetic(.add, .column("n"), .column("m")), filter: .column("ok"))
    #expect(call.columns == ["n", "m", "ok"])
    #expect(AggregateCall(.count).columns.isEmpty)
  }
}
