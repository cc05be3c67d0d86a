import StrandlineColumns
import Testing

@testable import StrandlineState

/// Rows stamped and then assigned to panes, as the operators of a plan do it one after the other.
struct StampedAssignment {
  var selections: [(pane: Int64, rows: Selection)] = []
  var late: [Int32] = []
  var refused: [(row: Int32, refusal: StampedRows.Refusal)] = []
}

extension PartitionClock {
  mutating func assign(
    _ times: Column, _ selection: Selection, window: Window, limits: EventTimeLimits
  ) -> StampedAssignment {
    let stamped = stamp(times, limits: limits)
    var result = StampedAssignment(refused: stamped.refused)
    guard let rows = stamped.times else { return result }
    let refused = Set(stamped.refused.map(\.row))
    let kept: Selection =
      refused.isEmpty ? selection : .rows(selection.list.filter { !refused.contains($0) })
    let assignment = PaneAssignment(rows, kept, window: window)
    result.selections = assignment.selections
    result.late = assignment.late
    // Rows that stand alone, gathered, are judged as they are among the others.
    if kept.count > 0 {
      let gathered = rows.gathered(kept)
      let alone = PaneAssignment(gathered, .all(kept.count), window: window)
      let list = kept.list
      #expect(alone.late.map { list[Int($0)] } == assignment.late)
      #expect(gathered.marks == list.map { rows.marks[Int($0)] })
      let (times, marks) = (gathered.times.words, gathered.marks)
      #expect(times == list.map { rows.times.words[Int($0)] })
      // Gathered again.
      let half = stride(from: 0, to: Int32(kept.count), by: 2).map { $0 }
      let again = gathered.gathered(.rows(half))
      #expect(again.times.words == half.map { times[Int($0)] } && again.marks == half.map { marks[Int($0)] })
      #expect(half.indices.map { again.time(of: $0) } == again.times.words)
    }
    return result
  }
}

extension Selection {
  /// The rows' positions, ascending.
  var list: [Int32] {
    switch self {
    case .all(let count): Array(0..<Int32(count))
    case .rows(let rows): rows
    }
  }
}
