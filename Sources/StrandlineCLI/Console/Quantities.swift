/// Numbers as people read them.
enum Quantities {
  /// `1,234,567`
  static func grouped(_ number: some BinaryInteger) -> String {
    let digits = String(number.magnitude)
    var result = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return result
  }

  /// A number with that many digits behind the point.
  static func decimal(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((value.magnitude * scale).rounded())
    let whole = scaled / Int(scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    if digits == 0 { return "\(sign)\(whole)" }
    let fraction = String(scaled % Int(scale))
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  /// `512 B`, `4.2 MiB`
  static func bytes(_ count: some BinaryInteger) -> String {
    var value = Double(count)
    if value < 1024 { return "\(count) B" }
    for unit in ["KiB", "MiB", "GiB"] {
      value /= 1024
      if value < 1024 { return "\(decimal(value, 1)) \(unit)" }
    }
    return "\(decimal(value / 1024, 1)) TiB"
  }

  /// `0.42 ms`, `12.3 ms`, `3.21 s`
  static func nanos(_ nanos: UInt64) -> String {
    let millis = Double(nanos) / 1e6
    if millis < 10 { return "\(decimal(millis, 2)) ms" }
    if millis < 1000 { return "\(decimal(millis, 1)) ms" }
    return "\(decimal(millis / 1000, 2)) s"
  }

  /// `987 rows/s`, `1.24 M rows/s`
  static func rate(_ rows: some BinaryInteger, _ nanos: UInt64) -> String {
    let perSecond = nanos == 0 ? 0 : Double(rows) / Double(nanos) * 1e9
    if perSecond >= 1e6 { return "\(decimal(perSecond / 1e6, 2)) M rows/s" }
    return "\(grouped(Int(perSecond))) rows/s"
  }

  /// `1 batch`, `2 batches`
  static func count(_ number: some BinaryInteger, _ one: String, _ many: String) -> String {
    "\(grouped(number)) \(number == 1 ? one : many)"
  }
}
