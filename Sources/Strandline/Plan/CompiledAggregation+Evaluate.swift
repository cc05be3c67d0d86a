import StrandlineColumns
import StrandlineState

extension CompiledAggregation {
  /// The key columns of the selected rows.
  func keys(_ batch: ColumnBatch, _ selection: Selection) throws(ColumnsError) -> [Column] {
    try keys.evaluate(batch, selection)
  }

  /// The rows of the result for some groups.
  ///
  /// - Parameter change: what the column of changes says: 1, or −1 for groups as they were.
  func result(_ rows: GroupRows, change: Int64 = 1) throws(StreamError) -> ColumnBatch {
    var columns: [Column] = []
    do throws(StateError) {
      for output in outputs {
        switch output.value {
        case .key(let position): columns.append(rows.keys[position])
        case .windowStart: columns.append(Column(.timestamp, words: rows.panes))
        case .windowEnd: columns.append(Column(.timestamp, words: ends(rows)))
        case .change:
          columns.append(Column(.int64, words: Array(repeating: change, count: rows.count)))
        case .aggregate(let result):
          columns.append(try result.column(of: rows, layout) { describeKey(rows, $0) })
        }
      }
    } catch {
      throw StreamError(error)
    }
    return ColumnBatch(outputSchema, columns: columns)
  }

  /// The ends of the windows, or of the panes where a window has several.
  func ends(_ rows: GroupRows) -> [Int64] {
    if !rows.ends.isEmpty { return rows.ends }
    return rows.panes.map { window.isOnePane ? window.end(ofPane: $0) : window.paneEnd($0) }
  }

  /// The names of a group's key columns: values of keys are not repeated in messages.
  private func describeKey(_ rows: GroupRows, _ row: Int) -> String {
    let names = keys.map { "\($0.expression)" }.joined(separator: ", ")
    return "(\(names)) in the window that starts at \(Timestamp(microsecondsSince1970: rows.panes[row]))"
  }
}

extension Selection {
  /// The rows' positions, ascending.
  var positions: [Int32] {
    switch self {
    case .all(let count): Array(0..<Int32(count))
    case .rows(let rows): rows
    }
  }
}
