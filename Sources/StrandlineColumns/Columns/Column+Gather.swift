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

  /// The values at those rows, and a null for each that is negative. Linear in their number and bytes.
  package func gathered(orNull rows: [Int32]) -> Column {
    let there = Selection(ofNatural: rows)
    guard case .rows = there else { return gathered(rows) }
    if type != .string && !hasNulls {
      let (words, places) = (words.span, rows.span)
      let gathered = [Int64](capacity: rows.count) { output in
        for index in places.indices { output.append(places[index] < 0 ? 0 : words[Int(places[index])]) }
      }
      return Column(type, words: gathered, validity: Bitmap(there, count: rows.count))
    }
    var out = Column(type, capacity: rows.count)
    for row in rows { if row < 0 { out.appendNull() } else { out.append(Int(row), of: self) } }
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
    let positions = positions.span
    return [Int64](capacity: positions.count) { output in
      for index in positions.indices { output.append(words[Int(positions[index])]) }
    }
  }
}

extension [Int32] {
  /// The numbers at those positions, in their order. Linear in their number.
  package func gathered(_ positions: [Int32]) -> [Int32] {
    let numbers = span
    let positions = positions.span
    return [Int32](capacity: positions.count) { output in
      for index in positions.indices { output.append(numbers[Int(positions[index])]) }
    }
  }
}
