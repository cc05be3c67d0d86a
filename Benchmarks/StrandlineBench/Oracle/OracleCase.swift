import Strandline
import StrandlineColumns
import StrandlineStorage

/// A stream and a query in SQL that must come to the same rows.
struct OracleCase {
  /// What it is of, and its number.
  var name: String
  /// What both read.
  var tables: [OracleTable]
  /// The query, over tables of those names, with the columns of the stream's result.
  var sql: String
  /// How far doubles may be apart, relative to the larger one; nil for not at all.
  var tolerance: Double?
  /// The stream: reads the tables' files in a directory.
  var job: (_ directory: String, _ sink: any Sink) throws -> StreamJob
  /// How it is run.
  var options = EngineOptions()

  /// Writes the tables and the stream's result into a directory of its own.
  func run(in directory: String) throws {
    for table in tables { try table.write(to: directory) }
    let result = "\(directory)/result.ndjson"
    if try Files.exists(result) { try Files.remove(result) }
    let job = try job(directory, try FileSink(path: result, format: .jsonLines))
    _ = try job.runNow(nil, options, StopSignal(), nil, nil)
    // A stream without a row writes no file.
    if !(try Files.exists(result)) { try Files.write([], to: result) }
  }
}

/// What the oracle is told of the cases: a JSON object per case, and one per table of a case.
enum OracleManifest {
  static func write(_ cases: [OracleCase], to directory: String) throws {
    let schema = Schema([
      Field("case", .string), Field("sql", .string), Field("tolerance", .double, nullable: true),
    ])
    let tableSchema = Schema([Field("case", .string), Field("name", .string), Field("columns", .string)])
    var batch = ColumnBatch(schema)
    var tables = ColumnBatch(tableSchema)
    for each in cases {
      batch.columns[0].append(each.name)
      batch.columns[1].append(each.sql)
      if let tolerance = each.tolerance { batch.columns[2].append(tolerance) } else { batch.columns[2].appendNull() }
      for table in each.tables {
        tables.columns[0].append(each.name)
        tables.columns[1].append(table.name)
        tables.columns[2].append(table.declaration)
      }
    }
    for (name, rows) in [("cases", batch), ("tables", tables)] {
      let file = try RowsFile("\(directory)/\(name).ndjson", JSONLinesEncoder(schema: rows.schema))
      try file.append(rows)
      try file.close()
    }
  }
}
