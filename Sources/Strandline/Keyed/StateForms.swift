import StrandlineBytes

/// The forms of a state that a store has seen, as bytes.
enum StateForms {
  static func encode(_ forms: [StateSchema]) -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(UInt64(forms.count))
    for form in forms { writer.string(form.lines.joined(separator: "\n")) }
    return writer.bytes
  }

  /// - Throws: `StreamError` `.store` for bytes that say no forms.
  static func decode(_ bytes: [UInt8]) throws(StreamError) -> [StateSchema] {
    do {
      // Unsafe: only because any type can have bytes; these are bytes.
      var reader = unsafe ByteReader(bytes.span.bytes)
      var forms: [StateSchema] = []
      for _ in 0..<(try reader.count(limit: reader.remaining)) {
        var form = StateSchema(version: 1, members: [])
        for text in try reader.string(limit: reader.remaining).split(separator: "\n") {
          var line = PlanLine(text)
          try line.expect("state ")
          try line.state(into: &form)
        }
        forms.append(form)
      }
      try reader.finish()
      guard !forms.isEmpty else { throw StreamError(.store, "no form") }
      return forms
    } catch {
      throw StreamError(.store, "the forms of a process's state can't be read: \(error)")
    }
  }
}
