import Strandline
import StrandlineStorage

/// Watches a child's trace: a line that is replaced on a terminal, a line per tenth elsewhere.
final class DemoWatch {
  private let child: CountChild
  private let rows: Int
  private let isQuiet: Bool
  private let isTerminal = StandardOutput.isErrorTerminal
  private var tenth: Int64 = -1

  init(_ child: CountChild, rows: Int, isQuiet: Bool) {
    self.child = child
    self.rows = rows
    self.isQuiet = isQuiet
  }

  /// The rows that the child has reported as committed.
  func look() throws(StorageError) -> Int64 {
    guard let last = try TracedBatch.all(in: child.trace).last else { return 0 }
    if isQuiet { return last.rows }
    let share = last.rows * 10 / Int64(rows)
    let text = "batch \(last.batch): \(Quantities.grouped(last.rows)) of \(Quantities.grouped(rows)) rows"
    if isTerminal {
      let bar = String(repeating: "█", count: Int(share) * 2) + String(repeating: "░", count: 20 - Int(share) * 2)
      Console.progress("   \(bar) \(text)")
    } else if share > tenth {
      Console.note("   \(text)")
    }
    tenth = max(tenth, share)
    return last.rows
  }

  /// Takes the line of progress away.
  func end() {
    if isTerminal && !isQuiet { Console.endProgress() }
  }
}
