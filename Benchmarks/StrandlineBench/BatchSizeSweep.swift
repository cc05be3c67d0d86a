import Strandline

/// The Yahoo streaming benchmark in memory with a store, in batches of many sizes: what a commit costs beside its rows.
enum BatchSizeSweep {
  static let measurements = [1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20].map { batchRows in
    let name = "batch-\(batchRows >> 10)k"
    return Measurement(name: name, about: "YSB in memory with a store, batches of \(batchRows) rows") {
      try run($0, name, batchRows: batchRows)
    }
  }

  private static func run(_ bench: Bench, _ name: String, batchRows: Int) throws {
    // Small batches are commits above all: a thousand of them are enough.
    let rows = bench.rows(min(40_000_000, batchRows * 1000))
    let run = try CountingWork.memory.run(
      rows: rows, CountingWork.Input(file: "", campaigns: ""), batchRows: batchRows, store: bench.path(name),
      checked: true)
    run.line(name).print()
  }
}
