import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineState
import StrandlineStorage

/// Recovers what a fault has left, and compares it with the undisturbed run.
struct RecoveryCheck: Sendable {
  let subject: DrillSubject
  let expected: UndisturbedRun

  /// What a recovery may come to.
  struct Bounds: Sendable {
    /// No batch up to this one may be lost.
    var acknowledged: Int
    /// No batch behind this one can be there.
    var issued: Int
  }

  /// Something that was not as promised.
  struct Finding: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
  }

  /// Makes sure that a reader sees nothing before recovery that the undisturbed run wouldn't show, nor a batch without
  /// those before it.
  ///
  /// One file may hold rows of batches that are not committed: it is looked at after recovery only.
  func checkVisible(_ disk: SimulatedDisk) throws {
    guard subject.output == .parts else { return }
    let found = try VisibleOutput(disk).files
    for (name, bytes) in found where expected.files[name] != bytes {
      throw Finding(text: "\(name) is visible and isn't what the undisturbed run wrote")
    }
    let first = expected.files.keys.sorted().prefix(found.count)
    guard found.keys.sorted().elementsEqual(first) else {
      throw Finding(text: "the visible parts are not the first ones: \(found.keys.sorted().joined(separator: " "))")
    }
  }

  /// Recovers a disk, and checks everything that must hold then.
  func recover(_ disk: SimulatedDisk, _ bounds: Bounds, attempt: Int = 1) throws -> SubjectRun {
    let run: SubjectRun
    do {
      run = try SubjectRun(subject, on: disk, attempt: attempt)
    } catch {
      throw Finding(text: "recovery fails: \(error)")
    }
    try check(run, disk, bounds)
    return run
  }

  /// Checks an open run against what is known of its last batch.
  func check(_ run: SubjectRun, _ disk: SimulatedDisk, _ bounds: Bounds) throws {
    let last = run.last
    guard last >= bounds.acknowledged else {
      throw Finding(text: "batch \(last) is the last one, and batch \(bounds.acknowledged) was acknowledged")
    }
    guard last <= max(bounds.issued, 0), last < expected.batches.count else {
      throw Finding(text: "batch \(last) is there, and \(bounds.issued) is the last that was begun")
    }
    let batch = expected.batches[last]
    let report = run.engine.report
    guard
      [report.rowsRead, report.rowsLate, report.rowsWritten] == [batch.rowsRead, batch.rowsLate, batch.rowsWritten]
    else { throw Finding(text: "the numbers of rows after batch \(last) are not the undisturbed run's") }
    guard Self.isSame(try run.engine.stateRows(), batch.state) else {
      throw Finding(text: "the state after batch \(last) is not the undisturbed run's")
    }
    guard run.engine.recomputedDigest() == report.digest, report.digest == batch.digest else {
      throw Finding(text: "the digest of the state after batch \(last) is not the one computed from nothing")
    }
    try checkOutput(disk, last)
  }

  private func checkOutput(_ disk: SimulatedDisk, _ last: Int) throws {
    let found = try VisibleOutput(disk).files
    switch subject.output {
    case .file:
      let bytes = found.values.first ?? []
      guard bytes.count == expected.batches[last].outputBytes, expected.output.starts(with: bytes) else {
        throw Finding(text: "the output after batch \(last) is not the undisturbed run's up to there")
      }
    case .parts:
      let names = expected.files.keys.filter { Self.batch(of: $0) <= last }
      guard found.count == names.count, names.allSatisfy({ found[$0] == expected.files[$0] }) else {
        throw Finding(text: "the parts after batch \(last) are not those of the undisturbed run up to there")
      }
    }
  }

  private static func batch(of part: String) -> Int {
    Int(part.dropFirst("part-".count).prefix { $0 != "." }) ?? -1
  }

  /// Recovers again what one recovery has left: nothing may change any more.
  func recoverAgain(_ disk: SimulatedDisk, last: Int) throws {
    let again = disk.afterKill()
    let run = try recover(again, Bounds(acknowledged: last, issued: last), attempt: 2)
    guard run.last == last else { throw Finding(text: "a second recovery comes to batch \(run.last), not \(last)") }
  }

  /// Goes on to the end: the output must be the undisturbed run's.
  func finish(_ run: SubjectRun, _ disk: SimulatedDisk) throws {
    do {
      try run.finish()
    } catch {
      throw Finding(text: "going on after recovery fails: \(error)")
    }
    guard try VisibleOutput(disk).files == expected.files else {
      throw Finding(text: "the output at the end is not the undisturbed run's")
    }
  }

  /// Whether two batches hold the same rows.
  static func isSame(_ a: ColumnBatch, _ b: ColumnBatch) -> Bool {
    zip(a.columns, b.columns).allSatisfy { left, right in
      left.words == right.words && left.bytes == right.bytes && left.offsets == right.offsets
        && (0..<left.count).allSatisfy { left.isNull($0) == right.isNull($0) }
    } && a.columns.count == b.columns.count && a.count == b.count
  }
}
