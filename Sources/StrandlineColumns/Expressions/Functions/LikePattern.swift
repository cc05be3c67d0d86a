/// The pattern of a `like`, split at its `%`: the parts between must occur one after another.
///
/// Taking the first occurrence of each part is enough, so the time is at most the text's length times the pattern's.
struct LikePattern: Sendable {
  /// What one part asks for: a byte, or any one character.
  private enum Step: Equatable {
    case byte(UInt8)
    case any
  }

  private var parts: [[Step]] = [[]]

  /// The pattern; nil where the escape character stands at the end or before another than itself, `%` and `_`.
  init?(_ pattern: String, escape: Unicode.Scalar?) {
    var scalars = pattern.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      if scalar == escape {
        guard let next = scalars.popFirst(), next == "%" || next == "_" || next == escape else { return nil }
        append(next)
      } else if scalar == "%" {
        parts.append([])
      } else if scalar == "_" {
        parts[parts.count - 1].append(.any)
      } else {
        append(scalar)
      }
    }
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    parts[parts.count - 1].append(contentsOf: UTF8.encode(scalar).map { $0.map { .byte($0) } } ?? [])
  }

  func matches(_ text: Span<UInt8>) -> Bool {
    guard var position = Self.end(of: parts[0], in: text, at: 0) else { return false }
    if parts.count == 1 { return position == text.count }
    for part in parts[1..<(parts.count - 1)] {
      guard let end = Self.first(part, in: text, from: position) else { return false }
      position = end
    }
    return Self.isEnd(parts[parts.count - 1], of: text, from: position)
  }

  /// Where the part ends that begins at that position; nil where it doesn't match there.
  private static func end(of part: [Step], in text: Span<UInt8>, at start: Int) -> Int? {
    var position = start
    for step in part {
      guard position < text.count else { return nil }
      switch step {
      case .byte(let byte):
        guard text[position] == byte else { return nil }
        position += 1
      case .any:
        position += Characters.width(text[position])
      }
    }
    return position
  }

  /// Where the first match of the part ends.
  private static func first(_ part: [Step], in text: Span<UInt8>, from start: Int) -> Int? {
    var position = start
    while true {
      if let end = end(of: part, in: text, at: position) { return end }
      guard position < text.count else { return nil }
      position += Characters.width(text[position])
    }
  }

  /// Whether the text ends with the part, no earlier than at `start`.
  private static func isEnd(_ part: [Step], of text: Span<UInt8>, from start: Int) -> Bool {
    var position = text.count
    for step in part.reversed() {
      guard position > start else { return false }
      position -= 1
      switch step {
      case .byte(let byte):
        guard text[position] == byte else { return false }
      case .any:
        while position > start && text[position] & 0xC0 == 0x80 { position -= 1 }
      }
    }
    return true
  }
}
