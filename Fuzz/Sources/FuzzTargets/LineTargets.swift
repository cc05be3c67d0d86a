import StrandlineBytes
import StrandlineColumns

/// Lines of JSON: rows and error rows don't depend on how the stream is cut, and what is encoded is read as the same.
public enum NDJSONTarget {
  /// Tries one input.
  public static func run(_ input: Input) {
    let (choice, bytes) = input.choice
    for limit in [1 << 20, 24] {
      let options = DecodingOptions(maximumLineLength: limit)
      let decoder = JSONLinesDecoder(schema: Lines.schema, options: options)
      guard let whole = Lines.checkCuts(bytes, decoder, choice) else { continue }
      var text: [UInt8] = []
      JSONLinesEncoder(schema: Lines.schema).append(whole, to: &text)
      Lines.checkSame(whole, text, JSONLinesDecoder(schema: Lines.schema))
    }
  }
}

/// CSV, likewise, with and without a header line.
public enum CSVTarget {
  /// Tries one input.
  public static func run(_ input: Input) {
    let (choice, bytes) = input.choice
    let names = choice & 1 == 0 ? nil : Lines.schema.fields.map(\.name)
    for limit in [1 << 20, 24] {
      let options = DecodingOptions(maximumLineLength: limit)
      let decoder = CSVDecoder(schema: Lines.schema, columns: names, options: options)
      guard let whole = Lines.checkCuts(bytes, decoder, choice) else { continue }
      // Where no text is wanted, rows go another way.
      let wordDecoder = CSVDecoder(schema: Lines.wordSchema, columns: names, options: options)
      if let words = Lines.checkCuts(bytes, wordDecoder, choice) {
        let expected = Lines.values(whole).map { [$0[0]] + $0[2...] }
        require(Lines.values(words) == expected, "rows are the same whether or not their text is wanted")
      }
      var text: [UInt8] = []
      let encoder = CSVEncoder(schema: Lines.schema)
      encoder.appendHeader(to: &text)
      encoder.append(whole, to: &text)
      Lines.checkSame(whole, text, CSVDecoder(schema: Lines.schema))
    }
  }
}

/// What decoders of lines are held to.
enum Lines {
  static let schema = Schema([
    Field("a", .int64, nullable: true), Field("s", .string, nullable: true), Field("d", .double, nullable: true),
    Field("b", .bool, nullable: true), Field("t", .timestamp, nullable: true),
  ])

  /// The same without the text.
  static let wordSchema = Schema([schema.fields[0]] + schema.fields[2...])

  /// Decodes at once and in pieces; returns all rows, nil where there is no header.
  static func checkCuts<Decoder: LineDecoder>(_ bytes: [UInt8], _ decoder: Decoder, _ choice: UInt8) -> ColumnBatch? {
    var errors: [RowError] = []
    guard let whole = decode(bytes, decoder, piece: max(bytes.count, 1), &errors) else { return nil }
    for piece in [1, 2 + Int(choice >> 1)] {
      var others: [RowError] = []
      guard let rows = decode(bytes, decoder, piece: piece, &others) else { continue }
      require(values(rows) == values(whole), "rows don't depend on cuts of \(piece) bytes")
      require(others == errors, "error rows don't depend on cuts of \(piece) bytes")
    }
    return whole
  }

  /// Rows that were encoded are read as they were, in values that have a text of their own.
  static func checkSame<Decoder: LineDecoder>(_ rows: ColumnBatch, _ text: [UInt8], _ decoder: Decoder) {
    var errors: [RowError] = []
    guard let again = decode(text, decoder, piece: text.count, &errors) else {
      require(rows.count == 0, "what was encoded has a header")
      return
    }
    require(errors.isEmpty, "what was encoded is read without errors: \(errors)")
    require(values(again) == values(rows), "what was encoded is read as it was")
  }

  private static func decode<Decoder: LineDecoder>(
    _ bytes: [UInt8], _ decoder: Decoder, piece: Int, _ errors: inout [RowError]
  ) -> ColumnBatch? {
    var decoder = decoder
    var batch = ColumnBatch(decoder.schema)
    let header: Int
    do {
      guard let found = try decoder.readHeader(bytes.rawSpan, atEnd: true) else { return nil }
      header = found
    } catch {
      return nil
    }
    var buffer: [UInt8] = []
    var base = header
    var end = header
    while true {
      let next = min(bytes.count, end + piece)
      buffer += bytes[end..<next]
      end = next
      var position = 0
      while true {
        let before = batch.count + errors.count
        let used = decoder.decode(
          buffer.rawSpan, from: position, baseOffset: base, atEnd: end == bytes.count, maximumRows: 3, into: &batch,
          errors: &errors)
        require(used >= position && used <= buffer.count, "a decoder stays inside its buffer")
        if used == position && batch.count + errors.count == before { break }
        position = used
      }
      buffer.removeFirst(position)
      base += position
      if end == bytes.count {
        require(buffer.isEmpty, "nothing is left over at the end")
        return batch
      }
    }
  }

  static func values(_ batch: ColumnBatch) -> [[String?]] {
    (0..<batch.count).map { row in
      batch.columns.map { column in
        if column.isNull(row) { return nil }
        return column.type == .string ? column.text(row) : String(column.words[row])
      }
    }
  }
}
