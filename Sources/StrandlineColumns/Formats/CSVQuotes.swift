/// The doubled quotes of quoted CSV fields.
enum CSVQuotes {
  /// Appends the text of a quoted field, given without its outer quotes.
  static func append(_ text: RawSpan, to output: inout [UInt8]) {
    var position = 0
    while position < text.byteCount {
      let byte = text.byte(position)
      output.append(byte)
      position += byte == UInt8(ascii: "\"") ? 2 : 1
    }
  }
}
