import StrandlineBytes
public import StrandlineColumns
public import StrandlineLog
import StrandlineStorage

/// Text files as partitions: each file that a pattern matches is one, or all of them together are one series.
///
/// A file is known by device, inode and a hash of its beginning, so one that is renamed is followed. The files of a
/// rotated series are read in order of their modification times, then names; the order of a file is fixed when it is
/// first seen and committed with the batch.
public struct FileSource: Source {
  /// How files are read.
  public struct Options: Sendable {
    /// How text is cut into rows.
    public var format: TextFormat
    /// How values are read.
    public var decoding: DecodingOptions
    /// Whether files may grow and new ones may come.
    public var follows: Bool
    /// Whether all files are one partition, read in order.
    public var isSeries: Bool

    /// Options; complete files, each of them a partition, unless said otherwise.
    public init(
      format: TextFormat, decoding: DecodingOptions = DecodingOptions(), follows: Bool = false, isSeries: Bool = false
    ) {
      self.format = format
      self.decoding = decoding
      self.follows = follows
      self.isSeries = isSeries
    }
  }

  public let schema: Schema
  private let patterns: [String]
  private let options: Options

  /// A source of the files that paths or patterns (`*`, `?`, `[…]`) match.
  public init(_ schema: Schema, patterns: [String], options: Options) {
    self.schema = schema
    self.patterns = patterns
    self.options = options
  }

  public var approximateBytes: Int? {
    guard let files = try? Self.files(patterns, mayMiss: options.follows) else { return nil }
    return files.reduce(0) { $0 + $1.status.size }
  }

  public func open(columns: Schema, recovered: [PartitionRecord]) throws(StreamError) -> any SourceReader {
    try FileSourceReader(patterns, options, columns, recovered)
  }

  /// The regular files that patterns match, in the order of patterns and names, each inode once.
  ///
  /// - Parameter mayMiss: whether a file that isn't there is passed over.
  fileprivate static func files(
    _ patterns: [String], mayMiss: Bool
  ) throws(StorageError) -> [(path: String, status: FileStatus)] {
    var found: [(path: String, status: FileStatus)] = []
    var seen = Set<[UInt64]>()
    for pattern in patterns {
      let isExact = !Glob.hasWildcard(pattern)
      do throws(StorageError) {
        for path in try Glob.expand(pattern) {
          let status = try FileStatus(path: path)
          guard status.isRegular || isExact else { continue }
          if seen.insert([status.device, status.inode]).inserted { found.append((path, status)) }
        }
      } catch {
        if error.code != .notFound || !mayMiss { throw error }
      }
    }
    return found
  }
}

/// The open files of a source.
private final class FileSourceReader: SourceReader {
  private let patterns: [String]
  private let options: FileSource.Options
  private let columns: Schema
  private var partitions: [FilePartition] = []
  private var isFirst = true

  init(
    _ patterns: [String], _ options: FileSource.Options, _ columns: Schema, _ recovered: [PartitionRecord]
  ) throws(StreamError) {
    self.patterns = patterns
    self.options = options
    self.columns = columns
    let found = try look()
    for record in recovered {
      var files: FileSequence
      do {
        files = try FileSequence(decoding: record.identity)
      } catch {
        throw StreamError(
          .source, "the checkpoint's partition \(record.name) is not one of files: \(error)", file: record.name)
      }
      try follow(&files, found, isFinished: record.status == .finished)
      partitions.append(
        FilePartition(name: record.name, files: files, offset: record.offset, columns: columns, options: options))
    }
  }

  func discover() throws(StreamError) -> [any PartitionReader] {
    let found = try look()
    let known = Set(partitions.flatMap { $0.members.map { [$0.identity.device, $0.identity.inode] } })
    var fresh = found.filter { !known.contains([$0.status.device, $0.status.inode]) }
    var new: [any PartitionReader] = isFirst ? partitions : []
    if isFirst && found.isEmpty && partitions.isEmpty && !options.follows {
      throw StreamError(.source, "no file matches \(patterns.joined(separator: ", "))", file: patterns.first)
    }
    isFirst = false
    if options.isSeries { fresh.sort { ($0.status.modifiedNanos, $0.path) < ($1.status.modifiedNanos, $1.path) } }
    for (path, _) in fresh {
      let identity = try identity(path)
      if options.isSeries, let series = partitions.first {
        series.append(path, identity)
        continue
      }
      let partition = FilePartition(
        name: options.isSeries ? patterns.joined(separator: ",") : path,
        files: FileSequence(members: [FileSequence.Member(path: path, identity: identity, base: 0)]), offset: 0,
        columns: columns, options: options)
      partitions.append(partition)
      new.append(partition)
    }
    return new
  }

  private func identity(_ path: String) throws(StreamError) -> FileIdentity {
    do {
      let file = try InputFile(path: path)
      let identity = try FileIdentity(file)
      try file.close()
      return identity
    } catch {
      throw StreamError(.source, error)
    }
  }

  private func look() throws(StreamError) -> [(path: String, status: FileStatus)] {
    do throws(StorageError) {
      return try FileSource.files(patterns, mayMiss: options.follows)
    } catch {
      throw StreamError(.source, error)
    }
  }

  /// Finds the files of a recovered partition under the names that they have now.
  private func follow(
    _ files: inout FileSequence, _ found: [(path: String, status: FileStatus)], isFinished: Bool
  ) throws(StreamError) {
    for index in files.members.indices where index >= files.current {
      let member = files.members[index]
      if let same = found.first(where: { member.identity.isSameFile(as: $0.status) }) {
        files.members[index].path = same.path
        continue
      }
      // What was read to its end is no longer needed.
      if isFinished { continue }
      let replaced = found.contains { $0.path == member.path }
      throw StreamError(
        .source,
        replaced
          ? "\(member.path) is another file than the one that was being read: put that one back, or start a new checkpoint"
          : "\(member.path) was being read and is gone: put it back, or start a new checkpoint",
        file: member.path)
    }
  }
}
