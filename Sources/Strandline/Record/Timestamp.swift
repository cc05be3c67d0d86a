/// A point in time, in microseconds since 1970-01-01T00:00:00Z.
///
/// It reaches 292,000 years in either direction. Leap seconds are not counted.
public struct Timestamp: Sendable, Hashable {
  /// Microseconds since 1970-01-01T00:00:00Z; negative before.
  public var microseconds: Int64

  /// The time that many microseconds after the beginning of 1970.
  public init(microsecondsSince1970 microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// The time that many seconds after the beginning of 1970; the farthest one where the range is left.
  public init(secondsSince1970 seconds: Int) {
    let (product, isOverflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000)
    microseconds = isOverflow ? (seconds < 0 ? .min : .max) : product
  }

  /// The time that many seconds after the beginning of 1970, to the nearest microsecond; nil for a NaN and where the
  /// range is left.
  public init?(secondsSince1970 seconds: Double) {
    let scaled = seconds * 1e6
    // Truncation of a number moved by a half rounds to the nearest; from 2^52 on there is no fraction to round.
    let rounded = scaled.magnitude < 0x1p52 ? scaled + (scaled < 0 ? -0.5 : 0.5) : scaled
    guard rounded >= -0x1p63, rounded < 0x1p63 else { return nil }
    microseconds = Int64(rounded)
  }

  /// The time that an ISO 8601 text says, such as `2015-05-17T10:05:03.25+02:00`; nil for other texts.
  public init?(iso8601 text: String) {
    let bytes = Array(text.utf8)
    let span = bytes.span
    // What a byte is made of is itself, so all of it is initialised.
    guard let microseconds = unsafe ISO8601.parse(span.bytes) else { return nil }
    self.microseconds = microseconds
  }
}

extension Timestamp: Comparable {
  /// Whether it is before the other.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }
}

extension Timestamp: CustomStringConvertible {
  /// The time as ISO 8601 in UTC, with a fraction only where there is one.
  public var description: String {
    var bytes: [UInt8] = []
    ISO8601.append(microseconds, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
