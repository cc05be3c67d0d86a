/// Guesses column types from the beginning of a stream.
public enum SchemaInference {
  /// The format of a sample.
  public enum Format: Sendable, Hashable {
    /// One JSON object per line.
    case jsonLines
    /// CSV; without `columns` its first line is the header.
    case csv(columns: [String]? = nil, delimiter: UInt8 = UInt8(ascii: ","))
  }

  /// How many rows of a sample are looked at.
  public static let maximumRows = 1000

  /// The type of each wanted column that has a value in the sample.
  ///
  /// All integers make `int64`, all numbers `double`, all truth values `bool`; everything else and every mixture is a
  /// `string`. A time is never guessed, since text and numbers can both be one. Rows that can't be read have no say.
  /// - Parameters:
  ///   - sample: the stream's bytes from its beginning; of a line that is cut at the end nothing is taken.
  ///   - atEnd: whether the sample is the whole stream, so that its last line may lack the line end. (Only CSV needs to know:
  ///     a JSON object that is cut is none.)
  /// - Returns: a type per column; none for a column that has no value but null, or is not there.
  public static func infer(
    sample: [UInt8], format: Format, wanted: [String], atEnd: Bool = false
  ) -> [String: ColumnType] {
    var types: [String: ColumnType] = [:]
    for name in wanted { types[name] = type(of: name, sample, format, atEnd) }
    return types
  }

  private static func type(of name: String, _ sample: [UInt8], _ format: Format, _ atEnd: Bool) -> ColumnType? {
    // Asking the decoder itself makes the guess agree with what will be decoded.
    guard let texts = decode(sample, format, Field(name, .string, nullable: true), atEnd) else { return .string }
    guard let texts = texts.values else { return nil }
    let areWhole = !texts.bytes.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
    if areWhole && fits(sample, format, Field(name, .int64, nullable: true), atEnd) { return .int64 }
    if fits(sample, format, Field(name, .double, nullable: true), atEnd) { return .double }
    if fits(sample, format, Field(name, .bool, nullable: true), atEnd) { return .bool }
    return .string
  }

  private static func fits(_ sample: [UInt8], _ format: Format, _ field: Field, _ atEnd: Bool) -> Bool {
    decode(sample, format, field, atEnd) != nil
  }

  private struct Sample {
    /// The column, or nil where it has no value but null.
    var values: Column?
  }

  /// The column as that type, or nil when one of its values doesn't fit it.
  private static func decode(_ sample: [UInt8], _ format: Format, _ field: Field, _ atEnd: Bool) -> Sample? {
    let schema = Schema([field])
    switch format {
    case .jsonLines:
      return decode(sample, by: JSONLinesDecoder(schema: schema, options: .init()), true)
    case .csv(let columns, let delimiter):
      return decode(sample, by: CSVDecoder(schema: schema, columns: columns, delimiter: delimiter), atEnd)
    }
  }

  private static func decode<Decoder: LineDecoder>(
    _ sample: [UInt8], by decoder: Decoder, _ atEnd: Bool
  ) -> Sample? {
    var decoder = decoder
    var batch = ColumnBatch(decoder.schema)
    var errors: [RowError] = []
    // The array outlives its spans.
    guard let start = try? unsafe decoder.readHeader(sample.span.bytes, atEnd: atEnd) else { return Sample() }
    _ = unsafe decoder.decode(
      sample.span.bytes, from: start, baseOffset: 0, atEnd: atEnd, maximumRows: maximumRows, into: &batch,
      errors: &errors)
    if errors.contains(where: { $0.column != nil }) { return nil }
    let column = batch.columns[0]
    let hasValue = (0..<column.count).contains { !column.isNull($0) }
    return Sample(values: hasValue ? column : nil)
  }
}
