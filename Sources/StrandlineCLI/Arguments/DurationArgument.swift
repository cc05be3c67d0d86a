import ArgumentParser

/// A length of time on the command line: `500ms`, `10s`, `1m`, `2h`, `1d`.
struct DurationArgument: ExpressibleByArgument, CustomStringConvertible {
  /// The length in microseconds.
  let micros: Int64
  let description: String

  private static let units: [(suffix: String, micros: Int64)] = [
    ("us", 1), ("ms", 1000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000),
  ]

  /// Reads a whole number with a unit behind it; a number alone, except 0, could mean anything and is refused.
  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber || $0 == "-" }
    let suffix = argument.dropFirst(digits.count)
    guard let number = Int64(digits) else { return nil }
    guard let unit = Self.units.first(where: { $0.suffix == suffix }) ?? (argument == "0" ? ("", 1) : nil) else {
      return nil
    }
    let (micros, overflow) = number.multipliedReportingOverflow(by: unit.micros)
    guard !overflow else { return nil }
    self.micros = micros
    description = argument
  }

  /// So many milliseconds.
  init(millis: Int64) {
    micros = millis * 1000
    description = "\(millis)ms"
  }

  /// So many seconds.
  init(seconds: Int64) {
    micros = seconds * 1_000_000
    description = "\(seconds)s"
  }

  var defaultValueDescription: String { description }

  /// The length in nanoseconds, not below zero.
  var nanos: UInt64 { UInt64(clamping: micros).multipliedReportingOverflow(by: 1000).partialValue }
}
