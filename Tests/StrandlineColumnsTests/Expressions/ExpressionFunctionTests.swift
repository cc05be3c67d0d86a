import StrandlineColumns
import Testing

@Suite("Functions of expressions")
struct ExpressionFunctionTests {
  private static let schema = Schema([Field("n", .int64), Field("s", .string, nullable: true)])

  /// The value of an expression for one row, of which n is 3 and s null.
  private func value(_ text: String) throws -> OracleValue {
    var batch = ColumnBatch(Self.schema)
    batch.columns[0].append(word: 3)
    batch.columns[1].appendNull()
    let bound = try BoundExpression(Expression(parsing: text), schema: Self.schema)
    let column = try bound.evaluate(batch, .all(1))
    #expect(column.count == 1 && column.type == bound.type)
    return OracleValue(column, 0)
  }

  @Test(
    "an expression has the value that another has",
    arguments: [
      // Conditions.
      ("case when n > 2 then 'many' else 'few' end", "'many'"),
      ("case when n > 3 then 1 when n = 3 then 2.5 end", "2.5"),
      ("case when n > 3 then 1 end is null", "true"),
      ("case when n = 0 then 0 else 6 / n end", "2"),
      ("coalesce(s, 'none')", "'none'"),
      ("coalesce(null, n, 6 / (n - 3))", "3"),
      ("nullif(n, 3) is null", "true"),
      ("nullif(n, 4)", "3"),
      ("n in (1, 2, 3)", "true"),
      ("n in (1.5, 3.0)", "true"),
      ("n not in (1, null)", "null = 1"),
      ("(s in ('a')) is null", "true"),
      ("n between 1 and 3 and n not between 4 and 5", "true"),
      ("s is distinct from null", "false"),
      ("s is distinct from 'a'", "true"),
      ("(s = 'a') is true", "false"),
      ("(s = 'a') is not false", "true"),
      ("least(n, 2, null)", "2"),
      ("greatest('a', 'B', 'ab')", "'ab'"),
      ("greatest(double 'nan', double 'inf')", "double 'nan'"),
      // Text.
      ("lower('ÄB ẞ İ')", "'äb ß i̇'"),
      ("upper('straße ﬁ')", "'STRASSE FI'"),
      ("length('é€𐍈')", "3"),
      ("octet_length('é€𐍈')", "9"),
      ("length('a,b,,') - length(replace('a,b,,', ',', ''))", "3"),
      ("trim('  a b ')", "'a b'"),
      ("ltrim('xéxa', 'éx')", "'a'"),
      ("substring('€uro', 2)", "'uro'"),
      ("substring('€uro', 0, 3)", "'€u'"),
      ("substring('€uro', -9223372036854775808, 9223372036854775807)", "''"),
      ("substr('€uro', 2, -1)", "''"),
      ("split_part('a::b::c', '::', 2)", "'b'"),
      ("split_part('a::b::c', '::', -1)", "'c'"),
      ("split_part('a::b::c', '::', 4)", "''"),
      ("split_part('abc', '', 1)", "'abc'"),
      ("strpos('é€𐍈', '𐍈')", "3"),
      ("strpos('abc', 'd')", "0"),
      ("replace('aaa', 'aa', 'b')", "'ba'"),
      ("concat('a', s, 'b')", "'ab'"),
      ("('a' || s) is null", "true"),
      ("starts_with('abc', 'ab') and ends_with('abc', 'bc') and contains('abc', '')", "true"),
      ("'100%' like '100!%' escape '!' and '100x' not like '100!%' escape '!'", "true"),
      ("'né' like 'n_' and 'nné' not like 'n_'", "true"),
      // Numbers.
      ("abs(-n) + sign(-n)", "2"),
      ("floor(-1.5)", "-2.0"),
      ("ceil(-0.5) = 0 and 1 / ceil(-0.5) < 0", "true"),
      ("round(-2.5)", "-3.0"),
      ("round(2.675, 1)", "2.7"),
      ("round(1250, -2)", "1300"),
      ("round(123456.0, -3)", "123000.0"),
      ("round(1234567.0, -3)", "1235000.0"),
      // The product of this one and 10^15 is beyond 2^52, and gives 9.777973627080401 when it is divided again.
      ("round(9.777973627080403, 15)", "9.777973627080403"),
      ("round(9.777973627080403, 309)", "9.777973627080403"),
      ("round(1.7e308, -308)", "1.7e308"),
      ("round(1.7e308, -309)", "0.0"),
      ("sqrt(n + 6)", "3.0"),
      ("power(2, 10)", "1024.0"),
      ("pow(10, -2)", "0.01"),
      ("exp(ln(1)) + ln(exp(0))", "1.0"),
      ("mod(-7, n)", "-1"),
      // Casts.
      ("cast('42' as int64) + 1", "43"),
      ("cast(2.5 as int64) + cast(-3.5 as int64)", "-2"),
      ("cast('1e2' as double)", "100.0"),
      ("cast(n as string) || cast(1.0 as string)", "'31.0'"),
      ("cast('TRUE' as bool)", "true"),
      ("cast(true as int64)", "1"),
      ("cast(timestamp '1970-01-01T00:00:01Z' as int64)", "1000000"),
      ("cast('1970-01-01 00:00:01+01:00' as timestamp)", "timestamp '1969-12-31T23:00:01Z'"),
      ("cast(timestamp '1969-12-31T23:00:01.5Z' as string)", "'1969-12-31T23:00:01.5Z'"),
      ("try_cast('4 2' as int64) is null", "true"),
      ("try_cast(1e19 as int64) is null", "true"),
      ("try_cast('1e999' as double) is null", "true"),
      // Times.
      ("timestamp '1970-01-01' + 1500000", "timestamp '1970-01-01T00:00:01.5Z'"),
      ("timestamp '1970-01-01' - timestamp '1970-01-02'", "-86400000000"),
      ("date_trunc('month', timestamp '1969-12-31T23:59:59Z')", "timestamp '1969-12-01'"),
      ("date_trunc('week', timestamp '1969-12-31')", "timestamp '1969-12-29'"),
      ("extract(year from timestamp '1969-12-31') + extract(doy from timestamp '1969-12-31')", "2334"),
      ("extract(dow from timestamp '2015-05-17')", "0"),
      ("extract(epoch from timestamp '1969-12-31T23:59:59.5Z')", "-0.5"),
      ("extract(SECOND from timestamp '1969-12-31T23:59:58.5Z')", "58"),
      // Names that are words elsewhere.
      ("case when true then n when n = 1 then n end", "3"),
    ] as [(String, String)])
  func values(text: String, expected: String) throws {
    let found = try value(text)
    #expect(try found.isSame(as: value(expected)), "\(found)")
  }

  @Test(
    "what doesn't fit is refused when the plan is checked",
    arguments: [
      ("lower(n)", "n is a int64, where a string is asked for"),
      ("substring('a')", "takes 2 to 3 arguments, not 1"),
      ("coalesce(n, 'a')", "n is a int64, 'a' a string"),
      ("case when n then 1 end", "where a condition is asked for"),
      ("case when true then 1 else 'a' end", "1 is a int64, 'a' a string"),
      ("n in (1, 'a')", "n is a int64, 'a' a string"),
      ("s like 'a!' escape '!'", "the escape character stands before"),
      ("date_trunc('decade', timestamp '2000-01-01')", "the unit is one of second, minute"),
      ("extract(age from timestamp '2000-01-01')", "the part is one of year"),
      ("cast(1.5 as bool)", "a double can't be made a bool"),
      ("cast(timestamp '2000-01-01' as double)", "extract(epoch from …)"),
      ("regexp_matches('a', s)", "the pattern is a constant"),
      ("regexp_extract('a', '(a)', 2)", "from 0 (the whole match) to 1"),
      ("sqrt('a')", "'a' is a string, where a double is asked for"),
      ("abs(true)", "a bool is not a number"),
    ])
  func refused(text: String, message: String) throws {
    let expression = try Expression(parsing: text)
    let error = #expect(throws: ColumnsError.self) { try BoundExpression(expression, schema: Self.schema) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test(
    "what can't be computed for a row is an error without the row's values",
    arguments: [
      ("abs(-9223372036854775807 - n + 2)", ColumnsError.Code.overflow, "leaves the range of an int64"),
      ("round(9223372036854775807 - n, -19)", .overflow, "leaves the range of an int64"),
      ("timestamp '@9223372036854775807' + n", .overflow, "leaves the range of a timestamp"),
      ("date_trunc('year', timestamp '@-9223372036854775808')", .overflow, "leaves the range of a timestamp"),
      ("cast(concat('secret', s) as int64)", .cast, "a string that stands for no int64"),
      ("cast(double 'nan' as int64)", .cast, "a double that stands for no int64"),
    ])
  func failing(text: String, code: ColumnsError.Code, message: String) {
    let error = #expect(throws: ColumnsError.self) { try value(text) }
    #expect(error?.code == code)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test("a text that would grow beyond all bounds is an error, and not made")
  func growth() throws {
    let schema = Schema([Field("s", .string)])
    let column = [String(repeating: "a", count: 100_000), "b"].reduce(into: Column(.string)) { $0.append($1) }
    let batch = ColumnBatch(schema, columns: [column])
    let long = String(repeating: "x", count: 1000)
    let bound = try BoundExpression(Expression(parsing: "replace(s, 'a', '\(long)')"), schema: schema)
    let error = #expect(throws: ColumnsError.self) { try bound.evaluate(batch, .all(2)) }
    #expect(error?.message.contains("a text of more than 64 MiB") == true)
    #expect(bound.failures(batch, .all(2), in: .value).map(\.row) == [0])
  }

  @Test("the failing rows are found among many, and named once each")
  func failures() throws {
    let schema = Schema([Field("n", .int64)])
    let batch = ColumnBatch(schema, columns: [Column(.int64, words: (0..<1000).map { $0 % 97 })])
    let bound = try BoundExpression(Expression(parsing: "10 / n > 1"), schema: schema)
    let expected = (0..<1000).filter { $0 % 97 == 0 }.map { Int32($0) }
    let failures = bound.failures(batch, .all(1000), in: .condition)
    #expect(failures.map(\.row) == expected)
    #expect(failures.allSatisfy { $0.error.code == .divisionByZero })
    #expect(bound.failures(batch, .rows([1, 97, 98]), in: .value).map(\.row) == [97])
    #expect(bound.failures(batch, .rows([1, 2]), in: .value).isEmpty)
    #expect(bound.failures(batch, .rows([]), in: .value).isEmpty)
  }
}
