/// A constant in an expression.
public enum Literal: Sendable, Hashable {
  /// No value. It takes the type of what it is compared or computed with.
  case null
  /// A signed integer of 64 bits.
  case int64(Int64)
  /// An IEEE 754 binary64 number.
  case double(Double)
  /// True or false.
  case bool(Bool)
  /// Microseconds since 1970-01-01T00:00:00Z.
  case timestamp(Int64)
  /// Text.
  case string(String)

  /// The type of the value; nil for null.
  public var type: ColumnType? {
    switch self {
    case .null: nil
    case .int64: .int64
    case .double: .double
    case .bool: .bool
    case .timestamp: .timestamp
    case .string: .string
    }
  }
}

extension Literal: CustomStringConvertible {
  /// The constant as it is written in an expression; parsing it gives the constant again.
  ///
  /// Times that ISO 8601 has no four-digit year for are `timestamp '@…'` with the microseconds since 1970, and the
  /// numbers that aren't finite are `double 'inf'`, `double '-inf'` and `double 'nan'`.
  public var description: String {
    switch self {
    case .null: "null"
    case .int64(let value): "\(value)"
    case .double(let value): value.isFinite ? "\(value)" : "double '\(value)'"
    case .bool(let value): value ? "true" : "false"
    case .timestamp(let micros): "timestamp '\(Self.time(micros))'"
    case .string(let text): "'\(Self.escaped(text, "'"))'"
    }
  }

  /// The text with each of those quotes doubled.
  ///
  /// A quote with a combining mark behind it is one `Character` with it, so scalars are looked at.
  static func escaped(_ text: String, _ quote: Unicode.Scalar) -> String {
    guard text.unicodeScalars.contains(quote) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == quote { result.append(quote) }
      result.append(scalar)
    }
    return String(result)
  }

  private static func time(_ micros: Int64) -> String {
    var text: [UInt8] = []
    ISO8601.append(micros, to: &text)
    guard parsedTime(text) == micros else { return "@\(micros)" }
    return String(decoding: text, as: UTF8.self)
  }

  /// The time that `timestamp '…'` stands for, or nil.
  static func parsedTime(_ text: [UInt8]) -> Int64? {
    if text.first == UInt8(ascii: "@") { return Int64(String(decoding: text.dropFirst(), as: UTF8.self)) }
    let span = text.span
    // What a byte is made of is itself, so all of it is initialised.
    return unsafe ISO8601.parse(span.bytes)
  }
}
