import StrandlineColumns
import StrandlineState

extension CompiledAggregation {
  /// The key columns of the selected rows.
  func keys(_ batch: ColumnBatch, _ selection: Selection) throws(ColumnsError) -> [Column] {
    var columns: [Column] = []
    for key in keys { columns.append(try key.evaluate(batch, selection)) }
    return columns
  }

  /// The rows of the result for some groups.
  func result(_ rows: GroupRows) throws(StreamError) -> ColumnBatch {
    var columns: [Column] = []
    do throws(StateError) {
      for output in outputs {
        switch output.value {
        case .key(let position): columns.append(rows.keys[position])
        case .windowStart: columns.append(Column(.timestamp, words: rows.panes))
        case .windowEnd: columns.append(Column(.timestamp, words: windowEnds(rows)))
        case .aggregate(let result):
          columns.append(try result.column(of: rows, layout) { describeKey(rows, $0) })
        }
      }
    } catch {
      throw StreamError(error)
    }
    return ColumnBatch(outputSchema, columns: columns)
  }

  private func windowEnds(_ rows: GroupRows) -> [Int64] {
    rows.ends.count == rows.count ? rows.ends : rows.panes.map { window.end(ofPane: $0) }
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
