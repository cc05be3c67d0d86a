public import StrandlineColumns

/// Where rows come from, in a word.
public struct StreamInput: Sendable {
  let follows: Bool
  let source: @Sendable (Schema) -> any Source

  /// An input of a source that is made from the columns.
  public init(follows: Bool = false, source: @escaping @Sendable (Schema) -> any Source) {
    self.follows = follows
    self.source = source
  }

  /// Files with a JSON object per line.
  ///
  /// - Parameters:
  ///   - patterns: paths or patterns (`*`, `?`, `[…]`); each file is a partition.
  ///   - timeUnit: the unit of times that are numbers.
  ///   - follow: whether files grow and new ones come.
  ///   - series: whether all files are one partition, read in order of their modification times, then names.
  public static func jsonLines(
    _ patterns: String..., timeUnit: TimeUnit? = nil, follow: Bool = false, series: Bool = false
  ) -> StreamInput {
    files(patterns, .jsonLines, timeUnit, follow, series)
  }

  /// CSV files, with a header line unless the columns are named.
  public static func csv(
    _ patterns: String..., columns: [String]? = nil, timeUnit: TimeUnit? = nil, follow: Bool = false,
    series: Bool = false
  ) -> StreamInput {
    files(patterns, .csv(columns: columns), timeUnit, follow, series)
  }

  /// Standard input, as one partition that can't be read again: after a restart it must be given the same stream.
  public static func standardInput(_ format: TextFormat, timeUnit: TimeUnit? = nil) -> StreamInput {
    StreamInput {
      StandardInputSource($0, format: format, decoding: DecodingOptions(timeUnit: timeUnit))
    }
  }

  private static func files(
    _ patterns: [String], _ format: TextFormat, _ unit: TimeUnit?, _ follow: Bool, _ series: Bool
  ) -> StreamInput {
    StreamInput(follows: follow) { schema in
      FileSource(
        schema, patterns: patterns,
        options: FileSource.Options(
          format: format, decoding: DecodingOptions(timeUnit: unit), follows: follow, isSeries: series))
    }
  }
}
