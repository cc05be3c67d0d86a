public import StrandlineLog

/// What is left of a damaged store: the newest batch whose state can be restored, and what would be computed again.
public struct Salvage: Sendable, Hashable {
  /// The newest batch whose state can be restored.
  public var batch: BatchID
  /// The batches behind it that are known to have been committed, and are computed again by whoever goes on from it.
  public var repeated: ClosedRange<BatchID>?
  /// The rows of those batches; nil where that is lost with them.
  public var rows: UInt64?
  /// Whether batches of which nothing is left may have come after those.
  public var mayHaveLostMore: Bool

  /// What can be salvaged of a store; nil when no state can be restored.
  public init?(_ facts: StoreFacts) {
    let shards = facts.manifest.identity.shardCount
    let runs = facts.runs
    let whole = runs.filter { RecoveryPlanner.hasBases($0, shards) }.compactMap(\.last)
    guard let newest = whole.max(by: { $0.batch < $1.batch }) else { return nil }
    batch = newest.batch
    let later = runs.flatMap { $0 }.filter { $0.batch > newest.batch }.max { $0.batch < $1.batch }
    var last = later?.batch ?? newest.batch
    rows = later.map { $0.rowsRead &- newest.rowsRead } ?? 0
    let damaged = facts.damagedBatch
    if let damaged, damaged > last {
      last = damaged
      rows = nil
    }
    repeated = last > newest.batch ? newest.batch.next...last : nil
    mayHaveLostMore = facts.beyond.isEmpty
  }

  /// What to do, for the store at a path.
  func advice(_ path: String) -> String {
    var text = "`strandline fork \(path) --batch \(batch) NEWSTORE` makes a store that goes on behind batch \(batch)"
    guard let repeated else {
      return text + (mayHaveLostMore ? "; what was committed after it is computed again" : ", and no batch is lost")
    }
    text += "; \(Self.name(repeated))"
    if let rows { text += " with \(rows) rows" }
    if mayHaveLostMore { text += ", and whatever was committed after that," }
    text += repeated.count == 1 && !mayHaveLostMore ? " is then computed again" : " are then computed again"
    return text + ": parts of output that are theirs must be removed, a file of output is cut back"
  }

  private static func name(_ batches: ClosedRange<BatchID>) -> String {
    batches.lowerBound == batches.upperBound
      ? "batch \(batches.lowerBound)" : "batches \(batches.lowerBound) to \(batches.upperBound)"
  }
}

extension ClosedRange<BatchID> {
  /// The number of batches.
  var count: UInt64 { upperBound.value - lowerBound.value + 1 }
}

extension StoreFacts {
  /// The batches in runs without a gap: those up to the first damage, and those behind it.
  var runs: [[BatchFacts]] { (batches.isEmpty ? [] : [batches]) + beyond }

  /// The batch whose record is damaged, as far as that can be told: the one behind the last whole one.
  var damagedBatch: BatchID? {
    guard case .success(let scan)? = segments.last?.scan, case .damaged = scan.end else { return nil }
    return batches.last?.batch.next
  }
}
