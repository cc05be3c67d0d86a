import Foundation
import StrandlineColumns
import StrandlineLog

@testable import Strandline

/// Files of a test in a directory of their own, and what reading them as a source gives.
final class FileReading {
  let path: String
  let options: FileSource.Options
  static let schema = Schema([Field("a", .int64), Field("s", .string, nullable: true)])

  init(_ options: FileSource.Options) throws {
    self.options = options
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("strandline-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = url.path
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      print("could not remove \(path): \(error)")
    }
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  func append(_ text: String, to name: String) throws {
    try append(Array(text.utf8), to: name)
  }

  func append(_ bytes: [UInt8], to name: String) throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(path)/\(name)"))
    try file.seekToEnd()
    try file.write(contentsOf: Data(bytes))
    try file.close()
  }

  /// The partitions of the files that match, at the places of the last run.
  func open(_ pattern: String = "*", at records: [PartitionRecord] = []) throws -> [any PartitionReader] {
    let source = FileSource(Self.schema, patterns: ["\(path)/\(pattern)"], options: options)
    return try source.open(columns: Self.schema, recovered: records).discover()
  }

  /// How a partition is read.
  enum Way: Equatable {
    /// Batch by batch of so many rows and bytes.
    case rows(BatchLimits)
    /// The same in morsels of so many bytes, decoded from the last to the first, where that is possible.
    case morsels(BatchLimits, Int)
  }

  /// Everything that reading a partition gives.
  struct Content: Equatable {
    var rows: [String] = []
    /// Path, offset, length and reason.
    var problems: [String] = []
    /// Where rows begin.
    var places: [String] = []
    var offset: UInt64 = 0
    var identity: [UInt8] = []
    /// How many batches were decoded from morsels.
    var blocks = 0
    /// Whether it was read to its end.
    var isFinished = false

    /// Where the partition stands, as a commit says it.
    var record: PartitionRecord {
      PartitionRecord(
        name: "rows", identity: identity, offset: offset, rows: UInt64(rows.count), maximumTime: nil, joinedAt: .min,
        status: .active)
    }
  }

  /// Where two readings differ, by the first of each kind of difference; how they were read doesn't count.
  static func differences(_ one: Content, _ other: Content) -> [String] {
    var found: [String] = []
    let parts: [(String, KeyPath<Content, [String]>)] = [
      ("rows", \.rows), ("problems", \.problems), ("places", \.places),
    ]
    for (name, path) in parts {
      let (left, right) = (one[keyPath: path], other[keyPath: path])
      if left.count != right.count { found.append("\(left.count) and \(right.count) \(name)") }
      if let index = zip(left, right).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
        found.append("\(name) \(index): \(left[index]) and \(right[index])")
      }
    }
    if one.offset != other.offset { found.append("offsets \(one.offset) and \(other.offset)") }
    if one.identity != other.identity { found.append("identities") }
    if one.isFinished != other.isFinished { found.append("ends") }
    return found
  }

  /// Reads on until there is no more now, or for so many batches.
  static func read(_ reader: any PartitionReader, _ way: Way, batches: Int = .max) throws -> Content {
    var content = Content()
    for _ in 0..<batches {
      let progress = try step(reader, way, into: &content)
      content.offset = reader.offset
      content.identity = reader.identity
      content.isFinished = progress == .finished
      if progress != .more { break }
    }
    return content
  }

  private static func step(
    _ reader: any PartitionReader, _ way: Way, into content: inout Content
  ) throws -> PartitionProgress {
    var limits = BatchLimits()
    if case .morsels(let given, let bytes) = way {
      limits = given
      if let block = try reader.readMorsels(limits, morselBytes: bytes) {
        let decoded = block.morsels.reversed().map { $0.decode() }
        var read = 0
        for (morsel, (rows, problems)) in zip(block.morsels, decoded.reversed()) {
          add(rows, problems, to: &content)
          read += rows.count + problems.count
          let places = morsel.locate(rows: Array(0..<rows.count))
          content.places += places.map { "\($0.offset)+\($0.length)" }
          for place in places where morsel.bytes(at: place.offset, count: place.length) == nil {
            throw StreamError(.row, "a row that is not in its morsel")
          }
        }
        guard read <= limits.rows, block.offset == reader.offset, block.identity == reader.identity else {
          throw StreamError(.row, "a block of \(read) rows that ends elsewhere than its reader")
        }
        content.blocks += 1
        return block.progress
      }
    }
    if case .rows(let given) = way { limits = given }
    var batch = ColumnBatch(schema)
    var problems: [RowProblem] = []
    let progress = try reader.read(limits, into: &batch, problems: &problems)
    add(batch, problems, to: &content)
    content.places += reader.locate(rows: Array(0..<batch.count)).map { "\($0.offset)+\($0.length)" }
    return progress
  }

  private static func add(_ rows: ColumnBatch, _ problems: [RowProblem], to content: inout Content) {
    for row in 0..<rows.count {
      content.rows.append(
        "\(rows.columns[0].words[row]) \(rows.columns[1].isNull(row) ? "null" : rows.columns[1].text(row))")
    }
    for problem in problems {
      let file = problem.partition.split(separator: "/").last ?? ""
      content.problems.append("\(file) \(problem.offset)+\(problem.length) \(problem.reason)")
    }
  }
}
