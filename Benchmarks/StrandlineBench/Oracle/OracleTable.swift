import StrandlineColumns

/// Random rows that a case reads, as NDJSON files: one per partition.
///
/// `part` is the partition and `ord` the row's number in it, so that SQL can say what a partition had before a row.
struct OracleTable {
  let name: String
  let schema: Schema
  let partitions: [ColumnBatch]

  /// Where the files of the table lie in a directory, as a pattern.
  func pattern(in directory: String) -> String { "\(directory)/\(name)-*.ndjson" }

  /// Writes the files.
  func write(to directory: String) throws {
    for (index, rows) in partitions.enumerated() {
      let file = try RowsFile("\(directory)/\(name)-\(index).ndjson", JSONLinesEncoder(schema: schema))
      try file.append(rows)
      try file.close()
    }
  }

  /// The columns as DuckDB declares them.
  var declaration: String {
    schema.fields.map { "\($0.name) \(Self.type($0.type))" }.joined(separator: ", ")
  }

  private static func type(_ type: ColumnType) -> String {
    switch type {
    case .int64: "BIGINT"
    case .double: "DOUBLE"
    case .bool: "BOOLEAN"
    case .timestamp: "TIMESTAMP"
    case .string: "VARCHAR"
    }
  }
}

extension OracleTable {
  /// The columns of random rows: a time, keys, and values of every type, with nulls.
  static let schema = Schema([
    Field("part", .int64), Field("ord", .int64), Field("ts", .timestamp), Field("k", .int64, nullable: true),
    Field("name", .string, nullable: true), Field("n", .int64, nullable: true), Field("x", .double, nullable: true),
    Field("b", .bool, nullable: true), Field("t", .timestamp, nullable: true),
  ])

  /// How rows come.
  struct Shape {
    var partitions = 2
    var rows = 400
    /// Microseconds from row to row.
    var step: Int64 = 1_000_000
    /// How much older than its turn a row may be, in microseconds.
    var disorder: Int64 = 20_000_000
    /// The time of the first row, in microseconds since 1970.
    var start: Int64 = 1_700_000_000_000_000
    var keys = 5
    /// Times are whole multiples of that many microseconds, so that they meet the bounds of windows, or don't.
    var grain: Int64 = 1
  }

  /// Random rows of a shape.
  static func random(_ name: String, _ shape: Shape, _ random: inout OracleRandom) -> OracleTable {
    let texts = ["", "a", "b", "ab", "Zürich", "zurich", "line\nbreak", "quote\"d", "漢字", "😀 smile", " "]
    let partitions = (0..<shape.partitions).map { part in
      var batch = ColumnBatch(schema, capacity: shape.rows)
      for row in 0..<shape.rows {
        let latest = shape.start + Int64(row) * shape.step
        let late = shape.disorder > 0 ? Int64.random(in: 0..<shape.disorder, using: &random) : 0
        batch.columns[0].append(word: Int64(part))
        batch.columns[1].append(word: Int64(row))
        batch.columns[2].append(word: (latest - late) / shape.grain * shape.grain)
        batch.columns[3].append(random.chance(8) ? nil : Int64(random.below(shape.keys)))
        if random.chance(8) { batch.columns[4].appendNull() } else { batch.columns[4].append(random.one(of: texts)) }
        let wide = random.chance(10) ? Int64(1) << 40 : 1000
        batch.columns[5].append(random.chance(6) ? nil : Int64.random(in: -wide...wide, using: &random))
        // Eighths of moderate size: sums of them are exact in any order.
        let eighths = random.chance(6) ? nil : Double(Int.random(in: -80_000...80_000, using: &random)) / 8
        batch.columns[6].append(eighths.map { Int64(bitPattern: $0.bitPattern) })
        batch.columns[7].append(random.chance(6) ? nil : Int64(random.below(2)))
        batch.columns[8].append(random.chance(6) ? nil : latest - Int64(random.below(1_000_000_000)) * 977)
      }
      return batch
    }
    return OracleTable(name: name, schema: schema, partitions: partitions)
  }
}

extension Column {
  /// Adds a fixed-width value, or a null.
  fileprivate mutating func append(_ word: Int64?) {
    if let word { append(word: word) } else { appendNull() }
  }
}
