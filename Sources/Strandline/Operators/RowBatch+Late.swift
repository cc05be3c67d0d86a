import StrandlineColumns
import StrandlineState

extension RowBatch {
  /// The selected rows that are not late, and nothing else; nil where there are none.
  ///
  /// Late is a row whose time lies before its mark, or before what the operator has dealt with. Late rows are noted.
  func inTime(_ context: inout OperatorContext) -> RowBatch? {
    if selection.count == 0 { return nil }
    guard let times else { return compacted }
    let marks = times.marks
    let words = times.times.words
    let positions = selection.positions
    let watermark = context.watermark
    let isInTime = { (row: Int32) in words[Int(row)] >= max(marks[Int(row)], watermark) }
    let kept = positions.filter(isInTime)
    if kept.count == positions.count { return compacted }
    context.note(late: positions.filter { !isInTime($0) }, of: columns)
    return kept.isEmpty ? nil : gathered(.rows(kept))
  }
}
