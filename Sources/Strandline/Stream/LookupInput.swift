public import StrandlineColumns

/// Where a table that rows are looked up in comes from, in a word.
public struct LookupInput: Sendable {
  let table: @Sendable (Schema) -> LookupTable

  /// A table of a kind of your own, made from its columns.
  public init(_ table: @escaping @Sendable (Schema) -> LookupTable) {
    self.table = table
  }

  /// A CSV file, with a header line unless the columns are named.
  ///
  /// - Parameter refresh: how often to look whether the file has changed; nil for once, when the stream starts. Replace the file
  ///   by renaming another one to it: one that is written in place may be read half.
  public static func csv(
    _ path: String, columns: [String]? = nil, timeUnit: TimeUnit? = nil, refresh: Duration? = nil
  ) -> LookupInput {
    LookupInput {
      LookupTable(
        file: path, schema: $0, format: .csv(columns: columns), decoding: DecodingOptions(timeUnit: timeUnit),
        refresh: refresh?.microseconds)
    }
  }

  /// A file with a JSON object per line.
  ///
  /// - Parameter refresh: how often to look whether the file has changed; nil for once, when the stream starts. Replace the file
  ///   by renaming another one to it: one that is written in place may be read half.
  public static func jsonLines(
    _ path: String, timeUnit: TimeUnit? = nil, refresh: Duration? = nil
  ) -> LookupInput {
    LookupInput {
      LookupTable(
        file: path, schema: $0, format: .jsonLines, decoding: DecodingOptions(timeUnit: timeUnit),
        refresh: refresh?.microseconds)
    }
  }
}
