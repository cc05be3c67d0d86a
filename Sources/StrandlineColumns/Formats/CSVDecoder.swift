/// Decodes CSV (RFC 4180): fields between delimiters, quoted where they contain one, with quotes doubled inside quotes.
///
/// A wanted column takes the field under its name in the header:
/// - `int64`, `double`: a number as JSON writes it, without spaces around it;
/// - `bool`: `true` or `false`, in any case;
/// - `timestamp`: an ISO 8601 text (see `ISO8601`), or digits as a Unix time in `DecodingOptions.timeUnit`;
/// - `string`: any valid UTF-8.
///
/// An empty field is null; `""` is the empty text. A quoted field is a text, or a time, and no number. A quoted field may
/// contain line ends: its row is then whole when the quote is closed and the line ended. A row with more or fewer fields than
/// the header is an error row; so are a quote out of place and invalid UTF-8, and the line after such a row's line end is
/// taken as a row again.
public struct CSVDecoder: LineDecoder {
  private var decoder: RowDecoder<CSVRowScanner>
  private let names: [String]?
  private let delimiter: UInt8

  /// A decoder of the columns of `schema`.
  ///
  /// - Parameters:
  ///   - columns: the names of the fields in their order; nil when the stream's first line is a header.
  ///   - delimiter: an ASCII character, but no quote, line end, digit, letter, sign or point; `readHeader` refuses those.
  public init(
    schema: Schema, columns: [String]? = nil, delimiter: UInt8 = UInt8(ascii: ","),
    options: DecodingOptions = DecodingOptions()
  ) {
    self.names = columns
    self.delimiter = delimiter
    decoder = RowDecoder(scanner: CSVRowScanner(delimiter: delimiter), schema: schema, options: options)
  }

  public var schema: Schema { decoder.schema }

  public var pendingLineStart: Int? { decoder.pendingLineStart }

  /// Reads the header, or takes the names that were given (then the first line of data is at 0).
  ///
  /// - Throws: a `ColumnsError` when a wanted column is not there or not there once, when the header is malformed or longer
  ///   than a line may be, and for a delimiter that is none.
  public mutating func readHeader(_ buffer: RawSpan, atEnd: Bool) throws(ColumnsError) -> Int? {
    guard Self.isDelimiter(delimiter) else {
      throw ColumnsError(
        .unsupported, "a CSV delimiter is an ASCII character, but no quote, line end, digit, letter, sign or point")
    }
    if let names {
      setTargets(try CSVHeader.targets(of: names, for: schema))
      return 0
    }
    // An empty stream has neither a header nor rows.
    if buffer.byteCount == 0 && atEnd { return 0 }
    let header = try CSVHeader.read(buffer, delimiter: delimiter, atEnd: atEnd)
    if (header?.end ?? buffer.byteCount) > decoder.options.maximumLineLength {
      throw ColumnsError(.malformed, "the CSV header is longer than a line may be")
    }
    guard let header else { return nil }
    setTargets(try CSVHeader.targets(of: header.names, for: schema))
    return header.end
  }

  private mutating func setTargets(_ targets: [Int32]) {
    decoder.scanner.setTargets(targets, schema: schema, unit: decoder.options.timeUnit)
  }

  /// See `LineDecoder`; `readHeader` comes first.
  public mutating func decode(
    _ buffer: RawSpan, from start: Int, baseOffset: Int, atEnd: Bool, maximumRows: Int,
    into batch: inout ColumnBatch, errors: inout [RowError]
  ) -> Int {
    precondition(!decoder.scanner.targets.isEmpty || start == buffer.byteCount, "readHeader comes before decode")
    return decoder.decode(
      buffer, from: start, baseOffset: baseOffset, atEnd: atEnd, maximumRows: maximumRows, into: &batch, errors: &errors
    )
  }

  /// Whether CSV can have that delimiter: a byte of ASCII that is neither a quote nor a line end, nor part of a number or a
  /// word.
  static func isDelimiter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"): false
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): false
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): false
    case UInt8(ascii: "a")...UInt8(ascii: "z"): false
    default: byte < 0x80
    }
  }
}
