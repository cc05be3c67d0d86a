import StrandlineColumns

/// How text is cut into rows and values.
public enum TextFormat: Sendable, Hashable {
  /// A JSON object per line.
  case jsonLines
  /// RFC 4180, with the names of the columns or, for nil, with a header line.
  case csv(columns: [String]?)

  /// The name used in plans and on the command line.
  public var name: String {
    switch self {
    case .jsonLines: "ndjson"
    case .csv: "csv"
    }
  }

  /// Whether a row may have line ends in quotes.
  var mayQuote: Bool {
    switch self {
    case .jsonLines: false
    case .csv: true
    }
  }

  func decoder(_ columns: Schema, _ options: DecodingOptions) -> any LineDecoder {
    switch self {
    case .jsonLines: JSONLinesDecoder(schema: columns, options: options)
    case .csv(let names): CSVDecoder(schema: columns, columns: names, options: options)
    }
  }

  func encoder(_ schema: Schema) -> any RowEncoder {
    switch self {
    case .jsonLines: JSONLinesEncoder(schema: schema)
    case .csv: CSVEncoder(schema: schema)
    }
  }
}
