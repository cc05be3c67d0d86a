/// The unit of a Unix time that is written as a plain number.
public enum TimeUnit: String, Sendable, Hashable, CaseIterable {
  /// Seconds; a fraction counts down to the microsecond.
  case seconds = "s"
  /// Milliseconds.
  case milliseconds = "ms"
  /// Microseconds.
  case microseconds = "us"

  /// The power of ten that makes microseconds of it.
  var microsecondsPower: Int {
    switch self {
    case .seconds: 6
    case .milliseconds: 3
    case .microseconds: 0
    }
  }

  /// The microseconds in one.
  var micros: Int64 { Int64(DecimalText.powersOfTen[microsecondsPower]) }
}

/// What a decoder takes for granted about its lines.
public struct DecodingOptions: Sendable, Hashable {
  /// The unit of numbers in timestamp columns; nil makes a row with such a number an error row.
  public var timeUnit: TimeUnit?
  /// The longest line, in bytes without its line feed; a longer one is an error row. At most 1 GiB.
  public var maximumLineLength: Int

  /// Options with those values.
  public init(timeUnit: TimeUnit? = nil, maximumLineLength: Int = 16 << 20) {
    self.timeUnit = timeUnit
    self.maximumLineLength = maximumLineLength
  }
}
