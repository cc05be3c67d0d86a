import ArgumentParser
import Strandline
import StrandlineColumns
import StrandlineState
import StrandlineStorage

/// `strandline diff`: what changed in the state between two batches.
struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show what changed in the state between two batches, by key.",
    discussion: """
      A line per group, in the order of window and key: + for a new one, - for one whose window has closed, ~ for one \
      with other values, the old ones and the new ones. With --json a line is an object with change (added, closed, \
      changed), before and after. How many earlier batches can be restored is up to --retain of the run that wrote them.

      Examples:
        strandline diff checkpoints/requests --from 118 --to 120
        strandline diff checkpoints/requests --from 118 --to latest --json
      """)

  @OptionGroup var arguments: StoreArguments

  @Option(help: "The number of the earlier batch, or latest.")
  var from: BatchArgument

  @Option(help: "The number of the later batch, or latest.")
  var to: BatchArgument

  func run() async throws {
    try await Failure.reporting(json: arguments.json) {
      let access = try StoreAccess(path: arguments.store)
      let older = try access.state(through: from.batch).state
      let newer = try access.state(through: to.batch).state
      var counts = (added: 0, closed: 0, changed: 0)
      for number in newer.states.indices {
        for pane in newer.states[number].panesDiffering(from: older.states[number]) {
          let difference = newer.states[number].difference(from: older.states[number], pane: pane)
          let before = try StateLines(access.plan, difference.before, number)
          let after = try StateLines(access.plan, difference.after, number)
          var text = ""
          for change in difference.changes {
            switch (change.before, change.after) {
            case (nil, let row?): counts.added += 1; text += added(after, row)
            case (let row?, nil): counts.closed += 1; text += closed(before, row)
            case (let old?, let new?): counts.changed += 1; text += changed(before, old, after, new)
            case (nil, nil): continue
            }
          }
          try StandardOutput.write(text)
        }
      }
      if !arguments.json {
        Console.note("\(counts.added) added, \(counts.closed) closed, \(counts.changed) changed")
      }
    }
  }

  private func added(_ after: StateLines, _ row: Int) -> String {
    arguments.json ? "{\"change\":\"added\",\"after\":\(after.whole[row])}\n" : "+ \(after.whole[row])\n"
  }

  private func closed(_ before: StateLines, _ row: Int) -> String {
    arguments.json ? "{\"change\":\"closed\",\"before\":\(before.whole[row])}\n" : "- \(before.whole[row])\n"
  }

  private func changed(_ before: StateLines, _ old: Int, _ after: StateLines, _ new: Int) -> String {
    arguments.json
      ? "{\"change\":\"changed\",\"before\":\(before.whole[old]),\"after\":\(after.whole[new])}\n"
      : "~ \(after.keys[new]) \(before.values[old]) -> \(after.values[new])\n"
  }
}

/// Groups of a state as JSON lines: whole, their keys and window alone, and their values alone.
private struct StateLines {
  let whole: [Substring]
  let keys: [Substring]
  let values: [Substring]

  init(_ plan: StoredPlan, _ groups: GroupRows, _ number: Int) throws {
    let rows = try plan.rows(of: groups, number: number)
    let width = plan.identifyingColumns(number: number)
    whole = Self.lines(rows, rows.columns.indices)
    keys = Self.lines(rows, 0..<width)
    values = Self.lines(rows, width..<rows.columns.count)
  }

  private static func lines(_ rows: ColumnBatch, _ columns: Range<Int>) -> [Substring] {
    let schema = Schema(Array(rows.schema.fields[columns]))
    var bytes: [UInt8] = []
    JSONLinesEncoder(schema: schema).append(
      ColumnBatch(schema, columns: Array(rows.columns[columns])), to: &bytes)
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }
}
