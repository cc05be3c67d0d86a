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
      (AggregateCall(.count, .column("m"), distinct: true), .int64, false, "count(distinct m)"),
      (AggregateCall(.min, .column("path")), .string, false, "min(path)"),
      (AggregateCall(.populationVariance, .column("n")), .double, false, "var_pop(n)"),
      (AggregateCall(.sampleDeviation, .column("x")), .double, true, "stddev_samp(x)"),
      (AggregateCall(.first, .column("path")), .string, false, "first(path)"),
      (AggregateCall(.last, .column("m")), .int64, true, "last(m)"),
      (AggregateCall(.minBy, .column("at"), .column("m")), .timestamp, true, "min_by(at, m)"),
      (AggregateCall(.maxBy, .column("ok"), .column("n")), .bool, false, "max_by(ok, n)"),
      (AggregateCall(.approximateCount, .column("m")), .int64, false, "approx_count_distinct(m)"),
      (
        AggregateCall(.approximateCount, .column("m"), .literal(.int64(14))), .int64, false,
        "approx_count_distinct(m, 14)"
      ),
      (
        AggregateCall(.approximateQuantile, .column("x"), .literal(.double(0.99))), .double, false,
        "approx_quantile(x, 0.99)"
      ),
      (AggregateCall(.topK, .column("n"), .literal(.int64(3))), .string, false, "top_k(n, 3)"),
      (
        AggregateCall(.bottomKBy, .column("path"), .column("m"), .literal(.int64(3)), filter: .column("ok")), .string,
        true, "bottom_k_by(path, m, 3) filter (where ok)"
      ),
      (AggregateCall(.collect, .column("m"), .literal(.int64(10))), .string, true, "collect(m, 10)"),
    ])
  func result(call: AggregateCall, type: ColumnType, isNullable: Bool, description: String) throws {
    let result = try call.result(in: Self.schema)
    #expect(result.type == type)
    #expect(result.isNullable == isNullable)
    #expect("\(call)" == description)
    #expect(try AggregateCall(parsing: description) == call)
  }

  @Test("is read from SQL in any case, with the common names")
  func parsing() throws {
    for (text, description) in [
      ("COUNT ( * )", "count(*)"), (" stddev(x) ", "stddev_samp(x)"), ("variance(x)", "var_samp(x)"),
      ("count(DISTINCT path)", "count(distinct path)"), ("distinct_user(x)", nil),
      (
        "arg_max(path, n+1)FILTER(WHERE path <> ',)' and (ok))",
        "max_by(path, n + 1) filter (where path <> ',)' and ok)"
      ),
      ("sum(\"a,(b\")", "sum(\"a,(b\")"), ("count(distincts)", "count(distincts)"),
      ("sum(x", nil), ("sum x", nil), ("(x)", nil), ("", nil), ("nothing(x)", nil), ("sum(x) y", nil), ("sum(x,)", nil),
      ("sum()", nil), ("sum(x) filter (ok)", nil), ("sum(x) filter ok", nil), ("sum(distinct)", "sum(distinct)"),
      ("count(distinct ,)", nil),
    ] as [(String, String?)] {
      do throws(ColumnsError) {
        let call = try AggregateCall(parsing: text)
        #expect("\(call)" == description, "\(text)")
      } catch {
        #expect(description == nil && error.code == .malformed, "\(text): \(error)")
      }
    }
  }

  @Test(
    "what doesn't fit is an error",
    arguments: [
      (AggregateCall(.sum), .typeMismatch), (AggregateCall(.sum, .column("path")), .typeMismatch),
      (AggregateCall(.average, .column("at")), .typeMismatch),
      (AggregateCall(.sum, .column("n"), distinct: true), .unsupported),
      (AggregateCall(.count, distinct: true), .typeMismatch), (AggregateCall(.minBy, .column("n")), .typeMismatch),
      (AggregateCall(.sum, .column("n"), .column("m")), .typeMismatch),
      (AggregateCall(.maxBy, .column("n"), .column("none")), .unknownColumn),
      (AggregateCall(.topK, .column("n")), .typeMismatch),
      (AggregateCall(.topK, .column("n"), .column("n")), .typeMismatch),
      (AggregateCall(.topK, .column("n"), .literal(.int64(0))), .typeMismatch),
      (AggregateCall(.collect, .column("n"), .literal(.int64(1_000_000))), .typeMismatch),
      (AggregateCall(.approximateQuantile, .column("n"), .literal(.double(1.5))), .typeMismatch),
      (AggregateCall(.approximateQuantile, .column("n"), .literal(.double(.nan))), .typeMismatch),
      (AggregateCall(.approximateQuantile, .column("path"), .literal(.double(0.5))), .typeMismatch),
      (AggregateCall(.approximateCount, .column("n"), .literal(.int64(20))), .typeMismatch),
      (AggregateCall(.approximateCount, .column("n"), .literal(.double(4.5))), .typeMismatch),
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
