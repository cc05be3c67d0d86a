/// Where the result goes, in a word.
///
/// A path whose last part has an extension, such as `counts.ndjson`, is a file that each batch appends to; any other is a
/// directory that gets a part per batch, which is not seen before it is committed. Both hold each row exactly once.
public struct StreamOutput: Sendable {
  let sink: @Sendable () throws(StreamError) -> any Sink

  /// A JSON object per row.
  public static func jsonLines(_ path: String) -> StreamOutput { output(path, .jsonLines) }

  /// CSV with a header line.
  public static func csv(_ path: String) -> StreamOutput { output(path, .csv(columns: nil)) }

  /// Standard output; after a kill, the last rows may be printed again.
  public static func standardOutput(_ format: TextFormat = .jsonLines) -> StreamOutput {
    StreamOutput { () throws(StreamError) -> any Sink in StandardOutputSink(format: format) }
  }

  private static func output(_ path: String, _ format: TextFormat) -> StreamOutput {
    StreamOutput { () throws(StreamError) -> any Sink in
      if isFile(path) { return try FileSink(path: path, format: format) }
      return try PartsSink(path: path, format: format)
    }
  }

  /// Whether a path is that of a file rather than of a directory of parts.
  public static func isFile(_ path: String) -> Bool {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    return name.dropFirst().contains(".")
  }
}
