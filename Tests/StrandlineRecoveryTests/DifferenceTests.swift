import StrandlineColumns
import StrandlineLog
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineRecovery

@Suite("the difference of two batches")
struct DifferenceTests {
  static let workload = Workload(seed: 61, batches: 24)

  /// A group's place: where the oracle's groups are told apart.
  struct Place: Hashable {
    var pane: Int64
    var key: String
  }

  private func group(_ rows: GroupRows, _ row: Int) -> Workload.Group {
    Workload.Group(
      pane: rows.panes[row], key: rows.keys[0].text(row), rows: rows.words[0][row], sum: rows.words[1][row],
      largest: rows.words[3][row])
  }

  @Test(
    "is that of the oracle, for any two batches that are kept, in order", arguments: [CheckpointMode.snapshot, .log])
  func anyTwo(mode: CheckpointMode) throws {
    let settings = StoreSettings(mode: mode, segmentCapacity: 2 << 10, retained: 10)
    let directory = MemoryDirectory(path: "store")
    var session = try Session(directory.reopened(), settings)
    try session.run(Self.workload, upTo: 24)
    let reader = StoreReader(directory, clock: { 0 })
    let found = try reader.facts()
    let range = try #require(RecoveryPlanner.restorable(found).first)
    let states = try (range.lowerBound.value...range.upperBound.value).map {
      (number: Int($0), state: try reader.state(found, through: BatchID($0), empty: emptyState).state)
    }
    #expect(states.count >= 10)
    var changes = 0
    for old in states {
      for new in states {
        let before = index(Self.workload.batches[old.number].expected)
        let after = index(Self.workload.batches[new.number].expected)
        var expected: [[Workload.Group?]] = []
        for place in Set(before.keys).union(after.keys).sorted(by: { ($0.pane, $0.key) < ($1.pane, $1.key) })
        where before[place] != after[place] {
          expected.append([before[place], after[place]])
        }
        var seen: [[Workload.Group?]] = []
        for pane in new.state.states[0].panesDiffering(from: old.state.states[0]) {
          let difference = new.state.states[0].difference(from: old.state.states[0], pane: pane)
          seen += difference.changes.map { change in
            [change.before.map { group(difference.before, $0) }, change.after.map { group(difference.after, $0) }]
          }
        }
        #expect(seen == expected, "\(old.number) to \(new.number)")
        if old.number == new.number { #expect(seen.isEmpty) }
        changes += seen.count
      }
    }
    #expect(changes > 100)
  }

  private func index(_ groups: [Workload.Group]) -> [Place: Workload.Group] {
    groups.reduce(into: [:]) { $0[Place(pane: $1.pane, key: $1.key)] = $1 }
  }
}
