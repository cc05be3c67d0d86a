extension Column {
  /// The values at those rows, in their order. Linear in their number and bytes.
  public func gathered(_ rows: [Int32]) -> Column {
    var out = Column(type, capacity: rows.count)
    if hasNulls {
      for row in rows { out.append(Int(row), of: self) }
    } else if type == .string {
      for row in rows { out.append(utf8: bytes[Int(offsets[Int(row)])..<Int(offsets[Int(row) + 1])]) }
    } else {
      for row in rows { out.words.append(words[Int(row)]) }
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
