import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineStorage

/// Finds the types of the columns that a count uses.
///
/// What the command line says wins; then what the checkpoint was made with, so that a file that looks different later
/// doesn't change a plan that is under way; then the beginning of the first file that isn't empty.
struct ColumnTypes {
  private struct Wanted {
    let name: String
    var type: ColumnType?
    /// The type where nothing says one.
    let fallback: ColumnType
  }

  /// How much of a file is looked at.
  private static let sampleBytes = 1 << 20

  private let time: String
  private var wanted: [Wanted] = []
  /// What a person should know about the choice.
  private(set) var notes: [String] = []

  /// The columns of a plan: keys first, then what is computed from, then what conditions read.
  init(_ options: PlanOptions, condition: Expression?) throws(Failure) {
    time = options.time
    for key in options.key { try add(key, fallback: .string) }
    for column in options.sum + options.min + options.max + options.avg { try add(column, fallback: .double) }
    for text in options.aggregate {
      let aggregate = try AggregateArgument(text)
      for name in aggregate.call.columns.sorted() {
        try add(ColumnArgument(name: name), fallback: aggregate.fallback)
      }
    }
    for column in options.type { try add(column, fallback: .string) }
    for name in condition.map({ $0.columns.sorted() }) ?? [] { try add(ColumnArgument(name: name), fallback: .string) }
  }

  private mutating func add(_ column: ColumnArgument, fallback: ColumnType) throws(Failure) {
    if column.name == time {
      guard column.type == nil || column.type == .timestamp else {
        throw Failure(.refused, code: "plan", "the column '\(time)' is the event time, a timestamp")
      }
      return
    }
    guard let index = wanted.firstIndex(where: { $0.name == column.name }) else {
      wanted.append(Wanted(name: column.name, type: column.type, fallback: fallback))
      return
    }
    guard let type = column.type else { return }
    if let other = wanted[index].type, other != type {
      throw Failure(
        .refused, code: "plan", "the column '\(column.name)' can't be both \(other.name) and \(type.name)")
    }
    wanted[index].type = type
  }

  /// The columns with their types.
  mutating func schema(_ input: InputOptions, checkpoint: String?) throws -> Schema {
    let open = wanted.filter { $0.type == nil }.map(\.name)
    let stored = open.isEmpty ? [:] : try Self.stored(checkpoint)
    let inferred = open.isEmpty || input.isStandardInput ? [:] : try Self.inferred(open, input)
    var fields = [Field(time, .timestamp)]
    for column in wanted {
      let type = column.type ?? stored[column.name] ?? inferred[column.name] ?? column.fallback
      fields.append(Field(column.name, type, nullable: true))
      if column.type == nil, let kept = stored[column.name], let seen = inferred[column.name], kept != seen {
        notes.append(
          "the column '\(column.name)' stays \(kept.name), as in the checkpoint; in the input it looks like \(seen.name)"
        )
      }
    }
    return Schema(fields)
  }

  /// The types in a checkpoint's plan; none where there is no checkpoint.
  private static func stored(_ checkpoint: String?) throws -> [String: ColumnType] {
    guard let checkpoint, let directory = try PosixDirectory.existing(checkpoint) else { return [:] }
    guard let manifest = try ManifestFile.read(directory) else { return [:] }
    let fields = try StoredPlan(parsing: manifest.plan).plan.rows.fields
    return Dictionary(fields.map { ($0.name, $0.type) }) { first, _ in first }
  }

  /// The types that the beginning of the first file that isn't empty suggests.
  private static func inferred(_ names: [String], _ input: InputOptions) throws -> [String: ColumnType] {
    let format: SchemaInference.Format =
      switch input.textFormat {
      case .jsonLines: .jsonLines
      case .csv(let columns): .csv(columns: columns)
      }
    for pattern in input.input {
      // Where nothing matches the engine says so, unless it may wait.
      for path in try Glob.existing(pattern) where try FileStatus(path: path).isRegular {
        let file = try TextInput(path: path)
        var sample: [UInt8] = []
        try file.read(at: 0, into: &sample, count: sampleBytes)
        try file.close()
        if sample.isEmpty { continue }
        return SchemaInference.infer(
          sample: sample, format: format, wanted: names, atEnd: sample.count < sampleBytes)
      }
    }
    return [:]
  }
}

extension ColumnArgument {
  /// A column whose type isn't said.
  init(name: String) {
    self.name = name
    type = nil
  }
}
