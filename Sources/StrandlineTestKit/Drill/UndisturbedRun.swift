import Strandline
public import StrandlineColumns
public import StrandlineLog
public import StrandlineState
import StrandlineStorage

/// What a subject comes to when nothing goes wrong: the state after every batch, and the output.
public struct UndisturbedRun: Sendable {
  /// What holds after one batch.
  public struct Batch: Sendable {
    /// The groups of all open windows, as rows of the result.
    public var state: ColumnBatch
    /// The digest of the state.
    public var digest: StateDigest
    /// Rows read so far.
    public var rowsRead: UInt64
    /// Rows so far that no window took.
    public var rowsLate: UInt64
    /// Rows of the result so far.
    public var rowsWritten: UInt64
    /// The bytes of the output so far.
    public var outputBytes: Int
  }

  /// The batches from 0 on.
  public private(set) var batches: [Batch] = []
  /// How many batches were committed by each kind of record.
  public private(set) var commits: [RecordKind: Int] = [:]
  /// The output: the file, or all parts one behind the other.
  public private(set) var output: [UInt8] = []
  /// The visible files at the end, by name.
  public private(set) var files: [String: [UInt8]] = [:]

  /// A disk just before a call of the run, with what was acknowledged and what was begun then.
  struct Moment: Sendable {
    var point: CrashPoint
    var acknowledged: Int
    var issued: Int
  }

  /// Runs a subject on an empty disk from its beginning to its end.
  public init(_ subject: DrillSubject) throws {
    _ = try Self.record(subject, on: SimulatedDisk(), into: &self)
  }

  private init() {}

  /// Runs a subject and gives every moment at which it could have been interrupted.
  ///
  /// - Parameter attempt: tells its store from that of another run.
  static func moments(
    _ subject: DrillSubject, on disk: SimulatedDisk = SimulatedDisk(), attempt: Int = 0
  ) throws -> (run: UndisturbedRun, moments: [Moment]) {
    var run = UndisturbedRun()
    disk.recordsCrashPoints = true
    let moments = try record(subject, on: disk, attempt: attempt, into: &run)
    return (run, moments)
  }

  private static func record(
    _ subject: DrillSubject, on disk: SimulatedDisk, attempt: Int = 0, into result: inout UndisturbedRun
  ) throws -> [Moment] {
    var moments: [Moment] = []
    func take(_ acknowledged: Int, _ issued: Int) {
      for point in disk.takeCrashPoints() {
        moments.append(Moment(point: point, acknowledged: acknowledged, issued: issued))
      }
    }
    let run = try SubjectRun(subject, on: disk, attempt: attempt)
    take(-1, 0)
    try result.note(run, subject, disk)
    var isOpen = true
    while isOpen {
      let acknowledged = run.acknowledged
      isOpen = try run.step()
      take(acknowledged, max(run.begun, acknowledged))
      if isOpen { try result.note(run, subject, disk) }
    }
    result.commits = run.engine.report.commits
    let acknowledged = run.acknowledged
    try run.engine.close()
    take(acknowledged, run.begun)
    if disk.recordsCrashPoints {
      moments.append(Moment(point: disk.crashPoint, acknowledged: run.last, issued: run.last))
    }
    result.files = try VisibleOutput(disk).files
    result.output = result.files.sorted { $0.key < $1.key }.flatMap(\.value)
    return moments
  }

  private mutating func note(_ run: SubjectRun, _ subject: DrillSubject, _ disk: SimulatedDisk) throws {
    let report = run.engine.report
    let files = subject.output == .file ? try VisibleOutput(disk).files : [:]
    batches.append(
      Batch(
        state: try run.engine.stateRows(), digest: report.digest, rowsRead: report.rowsRead,
        rowsLate: report.rowsLate, rowsWritten: report.rowsWritten,
        outputBytes: files.values.reduce(0) { $0 + $1.count }))
  }
}
