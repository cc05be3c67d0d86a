extension Column {
  /// The values at those rows, in their order. Linear in their number and bytes.
  public func gathered(_ rows: [Int32]) -> Column {
    if type != .string && !hasNulls {
      return Column(type, words: words.gathered(rows))
    }
    var out = Column(type, capacity: rows.count)
    if hasNulls {
      for row in rows { out.append(Int(row), of: self) }
    } else {
      for row in rows { out.append(utf8: bytes[Int(offsets[Int(row)])..<Int(offsets[Int(row) + 1])]) }
    }
    return out
  }

  /// The values of a selection; the column itself when that is every row.
  public func gathered(_ selection: Selection) -> Column {
    switch selection {
    case .all: self
    case .rows(let rows): gathered(rows)
    }
  }
}

extension Column {
  /// The values of consecutive rows. Linear in their number and bytes; the column itself when that is every row.
  public func part(_ rows: Range<Int>) -> Column {
    if rows == 0..<count { return self }
    if type != .string && !hasNulls { return Column(type, words: Array(words[rows])) }
    var out = Column(type, capacity: rows.count)
    if hasNulls {
      for row in rows { out.append(row, of: self) }
    } else {
      let first = offsets[rows.lowerBound]
      out.bytes = Array(bytes[Int(first)..<Int(offsets[rows.upperBound])])
      out.offsets = offsets[rows.lowerBound...rows.upperBound].map { $0 - first }
    }
    return out
  }
}

extension ColumnBatch {
  /// Consecutive rows of the batch, as `Column.part`.
  public func part(_ rows: Range<Int>) -> ColumnBatch {
    rows == 0..<count ? self : ColumnBatch(schema, columns: columns.map { $0.part(rows) })
  }
}

extension [Int64] {
  /// The words at those positions, in their order. Linear in their number.
  package func gathered(_ positions: [Int32]) -> [Int64] {
    let words = span
    return [Int64](capacity: positions.count) { output in
      for position in positions { output.append(words[Int(position)]) }
    }
  }
}
