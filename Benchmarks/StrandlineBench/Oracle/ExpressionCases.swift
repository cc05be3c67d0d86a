import Strandline
import StrandlineColumns

/// Random functions of the values of a row.
enum ExpressionCases {
  static func make(_ random: inout OracleRandom) throws -> OracleCase {
    let stage = OracleStage.random(.random(&random), &random)
    let values = (0..<4).map { _ in value(&random) }
    let filters = random.chance(2) ? [] : [random.one(of: conditions)]
    var plan = stage.plan
    plan.filters += try filters.map { try Expression(parsing: $0) }
    plan.operation = .project(
      try values.enumerated().map { ProjectedColumn("value\($0.offset)", try Expression(parsing: $0.element.ours)) })
    let outputs = values.enumerated().map { "\($0.element.sql) as value\($0.offset)" }.joined(separator: ", ")
    let kept = (filters + ["true"]).map { "(\($0))" }.joined(separator: " and ")
    return stage.ending(plan, sql: "with marked as (\(stage.sql)) select \(outputs) from marked where \(kept)")
  }

  private static func value(_ random: inout OracleRandom) -> (ours: String, sql: String) {
    if random.chance(4) { return random.one(of: differing) }
    var text = random.one(of: same)
    // A value inside of another: of the row where a condition is true, and another one where it isn't.
    if random.chance(3) { text = "case when \(random.one(of: conditions)) then \(text) else \(text) end" }
    return (text, text)
  }

  /// What both sides say in the same words.
  private static let same = [
    "case when n > 0 then n when k = 1 then -1 else 0 end", "case when b then x end",
    "case when n > 0 then x else 0 end",
    "coalesce(n, k, 0)", "coalesce(name, 'none')", "nullif(k, 2)", "nullif(name, 'a')", "least(n, k, 7)",
    "greatest(x, n)", "least(name, 'b')", "k in (1, 2, 3)", "k not in (1, 2)", "k in (1, null)",
    "n between -100 and 100",
    "name like '%ric%'", "name like '_'", "name not like 'a%'", "n is distinct from k", "n is not distinct from k",
    "b is true", "b is not true", "b is false", "lower(name)", "upper(name)", "length(name)", "trim(name)",
    "ltrim(name)", "rtrim(name)", "starts_with(name, 'a')", "ends_with(name, 'b')", "contains(name, 'ri')",
    "strpos(name, 'r')", "substring(name, 2, 3)", "substring(name, 2)",
    "split_part(name, ' ', 2)", "split_part(name, ' ', -1)", "replace(name, 'r', 'RR')", "name || '!'",
    "concat(name, '-', name)", "regexp_matches(name, '^[a-z]+$')", "regexp_matches(name, '[Zz](ü|u)r')", "abs(n)",
    "abs(x)", "floor(x)", "ceil(x)", "round(x)", "sign(x)", "sign(n)", "sqrt(abs(x))", "n % 7", "mod(n, 7)",
    "cast(n as double)", "cast(n as string)", "cast(x as int64)", "cast(b as int64)", "cast(n as bool)",
    "try_cast(name as int64)", "cast(cast(n as string) as int64) + 1", "cast(x as string)",
    "date_trunc('second', t)", "date_trunc('minute', t)", "date_trunc('hour', t)", "date_trunc('day', t)",
    "date_trunc('week', t)", "date_trunc('month', t)", "date_trunc('quarter', t)", "date_trunc('year', t)",
    "extract(year from t)", "extract(quarter from t)", "extract(month from t)", "extract(day from t)",
    "extract(hour from t)", "extract(minute from t)", "extract(dow from t)", "extract(doy from t)",
    "extract(epoch from t)",
  ]

  /// What SQL says in other words, or with other types.
  private static let differing: [(ours: String, sql: String)] = [
    ("octet_length(name)", "strlen(name)"),
    // A position below 1 takes from the length, as in the standard; DuckDB counts it from the end.
    ("substring(name, -1, 3)", "substring(name, 1, 1)"), ("t - ts", "epoch_us(t) - epoch_us(ts)"),
    ("t + 1500000", "t + to_microseconds(1500000)"), ("ts - n", "ts - to_microseconds(n)"),
    ("n / 7", "n // 7"), ("-n / 7", "(-n) // 7"),
    (
      "regexp_extract(name, '([a-z])([a-z]*)', 2)",
      "case when regexp_matches(name, '([a-z])([a-z]*)') then regexp_extract(name, '([a-z])([a-z]*)', 2) end"
    ), ("case when k <> 0 then n / k else 0 end", "case when k <> 0 then n // k else 0 end"),
  ]

  private static let conditions = [
    "n > 0", "length(name) > 1", "name like '%r%' or b", "k in (0, 1) and x is not null",
    "case when b then n > 0 else n < 0 end", "coalesce(n, 0) between -200 and 400", "n is distinct from k",
  ]
}
