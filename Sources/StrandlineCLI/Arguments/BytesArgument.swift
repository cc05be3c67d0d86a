import ArgumentParser

/// An amount of memory on the command line: `512MB`, `2GB`, `64MiB`.
struct BytesArgument: ExpressibleByArgument {
  /// The number of bytes.
  let bytes: Int

  private static let units: [(suffix: String, bytes: Int)] = [
    ("B", 1), ("kB", 1000), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("KiB", 1 << 10),
    ("MiB", 1 << 20), ("GiB", 1 << 30),
  ]

  /// Reads a whole number above zero with a unit behind it; a number alone could mean anything and is refused.
  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    let suffix = argument.dropFirst(digits.count)
    guard let number = Int(digits), number > 0, let unit = Self.units.first(where: { $0.suffix == suffix }) else {
      return nil
    }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
    guard !overflow else { return nil }
    self.bytes = bytes
  }
}
