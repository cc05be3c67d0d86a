/// Decodes JSON lines (NDJSON): one JSON object per line.
///
/// A wanted column takes the member of its name at the top level:
/// - `int64`: a number that is exactly integral and fits (`12`, `1.0`, `1e3`);
/// - `double`: any number, correctly rounded; one beyond the range of a double makes an error row;
/// - `bool`: `true` or `false`;
/// - `timestamp`: an ISO 8601 text (see `ISO8601`), or a number, or a text of digits, as a Unix time in
///   `DecodingOptions.timeUnit`;
/// - `string`: a text, and a number or a truth value as it is written.
///
/// `null` and a missing member are null where the field is nullable. Of a key that occurs twice the last value counts. A
/// line that is not one valid JSON object (RFC 8259, at most 512 levels deep) is an error row, whichever member is at fault.
public struct JSONLinesDecoder: LineDecoder {
  private var decoder: RowDecoder<JSONRowScanner>

  /// A decoder of the columns of `schema`.
  public init(schema: Schema, options: DecodingOptions = DecodingOptions()) {
    decoder = RowDecoder(
      scanner: JSONRowScanner(keys: schema.fields.map(\.name)), schema: schema, options: options)
  }

  public var schema: Schema { decoder.schema }

  public var pendingLineStart: Int? { decoder.pendingLineStart }

  /// JSON lines have no header: always 0.
  public mutating func readHeader(_ buffer: RawSpan, atEnd: Bool) throws(ColumnsError) -> Int? { 0 }

  public mutating func decode(
    _ buffer: RawSpan, from start: Int, baseOffset: Int, atEnd: Bool, maximumRows: Int,
    into batch: inout ColumnBatch, errors: inout [RowError]
  ) -> Int {
    decoder.decode(
      buffer, from: start, baseOffset: baseOffset, atEnd: atEnd, maximumRows: maximumRows, into: &batch, errors: &errors
    )
  }
}
