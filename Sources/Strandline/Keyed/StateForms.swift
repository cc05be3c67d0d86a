import StrandlineBytes

/// The forms of a state that a store has seen, as bytes.
enum StateForms {
  static func encode(_ forms: [StateSchema]) -> [UInt8] {
    encode(forms) { PlanLine.escaped($0) }
  }

  private static func encode(_ forms: [StateSchema], _ line: (String) -> String) -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(UInt64(forms.count))
    for form in forms { writer.string(form.lines.map(line).joined(separator: "\n")) }
    return writer.bytes
  }

  /// The forms of bytes that `encode` has given, or that were written before lines were escaped.
  ///
  /// - Throws: `StreamError` `.store` for bytes that say no forms, or say them otherwise than they are written.
  static func decode(_ bytes: [UInt8]) throws(StreamError) -> [StateSchema] {
    do {
      let forms = try decode(bytes) { PlanLine($0) }
      if encode(forms) == bytes { return forms }
      // What was read must say the same when it is written; in an older store a backslash stands for itself.
      let literal = try decode(bytes) { PlanLine(unescaped: String($0)) }
      guard encode(literal, { $0 }) == bytes else {
        throw StreamError(.store, "the forms are not as they are written: \(forms.map { $0.lines })")
      }
      return literal
    } catch {
      throw StreamError(.store, "the forms of a process's state can't be read: \(error)")
    }
  }

  private static func decode(_ bytes: [UInt8], _ line: (Substring) -> PlanLine) throws -> [StateSchema] {
    // Unsafe: only because any type can have bytes; these are bytes.
    var reader = unsafe ByteReader(bytes.span.bytes)
    var forms: [StateSchema] = []
    for _ in 0..<(try reader.count(limit: reader.remaining)) {
      var form = StateSchema(version: 1, members: [])
      for text in try reader.string(limit: reader.remaining).unicodeScalars.split(separator: "\n") {
        var line = line(Substring(text))
        try line.expect("state ")
        try line.state(into: &form)
        guard line.isAtEnd else { throw line.unreadable("there is more than expected") }
      }
      forms.append(form)
    }
    try reader.finish()
    guard !forms.isEmpty else { throw StreamError(.store, "no form") }
    return forms
  }
}
