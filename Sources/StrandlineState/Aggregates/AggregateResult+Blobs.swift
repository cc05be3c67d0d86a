import StrandlineColumns

extension AggregateResult {
  /// Appends the value that is read from a row's blob.
  func append(
    _ rows: GroupRows, _ row: Int, _ layout: AccumulatorLayout, to out: inout Column
  ) throws(StateError) {
    func blob(_ accumulator: Int) -> [UInt8] { rows.blobs[layout.blobPositions[accumulator]][row] }
    switch self {
    case .firstEntry(let accumulator, let part, _):
      guard case .entries(let entries) = layout.accumulators[accumulator] else { return out.appendNull() }
      let bytes = blob(accumulator)
      if bytes.isEmpty { return out.appendNull() }
      try makeRoom(bytes.count, in: out)
      out.append(0, of: entries.values(bytes.span, part: part, limit: 1))
    case .allEntries(let accumulator, let part):
      guard case .entries(let entries) = layout.accumulators[accumulator] else { return out.appendNull() }
      let bytes = blob(accumulator)
      if bytes.isEmpty { return out.appendNull() }
      var text: [UInt8] = []
      entries.values(bytes.span, part: part).appendJSONArray(to: &text)
      try makeRoom(text.count, in: out)
      out.append(utf8: text)
    case .entryCount(let accumulator):
      guard case .entries(let entries) = layout.accumulators[accumulator] else { return out.appendNull() }
      let bytes = blob(accumulator)
      out.append(word: Int64(entries.count(bytes.span)))
    case .estimate(let accumulator):
      guard case .estimate(let estimate) = layout.accumulators[accumulator] else { return out.appendNull() }
      let bytes = blob(accumulator)
      out.append(word: estimate.estimate(bytes.span))
    case .quantile(let accumulator, let share):
      guard case .quantiles(let sketch) = layout.accumulators[accumulator] else { return out.appendNull() }
      let bytes = blob(accumulator)
      out.append(optional: try sketch.quantile(share, of: bytes.span))
    case .custom(let accumulator, _):
      guard case .custom(let custom) = layout.accumulators[accumulator] else { return out.appendNull() }
      try custom.append(blob(accumulator), to: &out)
    default:
      preconditionFailure("the others are read from words")
    }
  }

  private func makeRoom(_ bytes: Int, in column: Column) throws(StateError) {
    guard column.bytes.count + bytes <= Int(Int32.max) else {
      throw StateError(.tooLarge, "the texts of a batch's result take more than 2 GiB: use smaller batches or limits")
    }
  }
}

extension Column {
  mutating func append(optional value: Double?) {
    if let value { append(value) } else { appendNull() }
  }
}
