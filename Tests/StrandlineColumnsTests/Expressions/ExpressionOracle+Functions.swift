import Foundation
import StrandlineColumns

extension ExpressionOracle {
  /// What a function gives for values of one row, by arrays of scalars and the mathematics of Foundation.
  func call(_ function: ScalarFunction, _ values: [OracleValue]) throws(Failure) -> OracleValue {
    switch function {
    case .nullIf: return compare(.equal, values[0], values[1]) == .bool(true) ? .null : values[0]
    case .least: return extreme(values) { $0 < $1 }
    case .greatest: return extreme(values) { $0 > $1 }
    case .concat: return .text(values.map(\.text).joined())
    default: break
    }
    if values.contains(.null) { return .null }
    let text = Array(values[0].text.unicodeScalars)
    let other = values.count > 1 ? Array(values[1].text.unicodeScalars) : []
    switch function {
    case .lower: return .text(text.map { String($0).lowercased() }.joined())
    case .upper: return .text(text.map { String($0).uppercased() }.joined())
    case .length: return .int(Int64(text.count))
    case .octetLength: return .int(Int64(values[0].text.utf8.count))
    case .trim, .trimStart, .trimEnd:
      let set = values.count > 1 ? other : [" "]
      var rest = text[...]
      while function != .trimEnd, let first = rest.first, set.contains(first) { rest.removeFirst() }
      while function != .trimStart, let last = rest.last, set.contains(last) { rest.removeLast() }
      return Self.text(rest)
    case .startsWith: return .bool(text.starts(with: other))
    case .endsWith: return .bool(text.reversed().starts(with: other.reversed()))
    case .contains: return .bool(Self.places(of: other, in: text).first != nil)
    case .position: return .int(Int64((Self.places(of: other, in: text).first ?? -1) + 1))
    case .substring:
      let start = Int128(values[1].number)
      let end = values.count > 2 ? start + max(Int128(values[2].number), 0) : .max
      let taken = text.enumerated().filter { Int128($0.offset + 1) >= start && Int128($0.offset + 1) < end }
      return Self.text(taken.map(\.element)[...])
    case .splitPart:
      let parts = Self.parts(of: text, other)
      let number = values[2].number
      let index = number > 0 ? Int128(number) - 1 : number < 0 ? Int128(parts.count) + Int128(number) : -1
      return index >= 0 && index < parts.count ? Self.text(parts[Int(index)][...]) : .text("")
    case .replace:
      if other.isEmpty { return values[0] }
      let by = Array(values[2].text.unicodeScalars)
      return Self.text(Array(Self.parts(of: text, other).joined(separator: by))[...])
    case .concatenate: return .text(values[0].text + values[1].text)
    case .dateTrunc, .extract: return try time(function, values[0].text, values[1].number)
    default: return try number(function, values)
    }
  }

  private func number(_ function: ScalarFunction, _ values: [OracleValue]) throws(Failure) -> OracleValue {
    switch (function, values[0]) {
    case (.abs, .int(let value)): return try integer(value < 0 ? -Int128(value) : Int128(value))
    case (.sign, .int(let value)): return .int(value.signum())
    case (.round, .int(let value)) where values.count > 1:
      guard values[1].number < 0 else { return values[0] }
      var unit: Int128 = 1
      for _ in 0..<min(-max(values[1].number, -30), 30) { unit *= 10 }
      let magnitude = (Int128(value.magnitude) + unit / 2) / unit * unit
      return try integer(value < 0 ? -magnitude : magnitude)
    case (.floor, .int), (.ceil, .int), (.round, .int): return values[0]
    case (.abs, .double(let value)): return .double(Swift.abs(value))
    case (.sign, .double(let value)): return .double(value > 0 ? 1 : value < 0 ? -1 : value)
    case (.floor, .double(let value)): return .double(value.rounded(.down))
    case (.ceil, .double(let value)): return .double(value.rounded(.up))
    case (.sqrt, .double(let value)): return .double(Foundation.sqrt(value))
    case (.sqrt, .int(let value)): return .double(Foundation.sqrt(Double(value)))
    case (.round, .double(let value)):
      let digits = values.count > 1 ? values[1].number : 0
      if !value.isFinite { return values[0] }
      if digits < -308 { return .double(value < 0 ? -0.0 : value * 0) }
      if digits > 308 { return values[0] }
      let unit = Foundation.pow(10, Double(Swift.abs(digits)))
      if digits < 0 {
        let result = (value / unit).rounded(.toNearestOrAwayFromZero) * unit
        return .double(result.isFinite ? result : value)
      }
      let scaled = value * unit
      if Swift.abs(scaled) >= 4_503_599_627_370_496 { return values[0] }
      return .double(scaled.rounded(.toNearestOrAwayFromZero) / unit)
    default: throw .unknown
    }
  }

  /// Years are walked one by one within a cycle of 400.
  private func time(_ function: ScalarFunction, _ word: String, _ micros: Int64) throws(Failure) -> OracleValue {
    let perDay: Int128 = 86_400_000_000
    let days = Int128((Double(micros) / 1e6 / 86_400).rounded(.down)) - 1
    var day = days
    while (day + 1) * perDay <= Int128(micros) { day += 1 }
    let ofDay = Int128(micros) - day * perDay
    let cycle = (day - ((day % 146_097) + 146_097) % 146_097) / 146_097
    var year = 1970 + 400 * cycle
    var first = cycle * 146_097
    while first + Self.length(ofYear: year) <= day {
      first += Self.length(ofYear: year)
      year += 1
    }
    let firstOfYear = first
    var month: Int128 = 1
    var firstOfQuarter = first
    while first + Self.length(ofMonth: month, year) <= day {
      first += Self.length(ofMonth: month, year)
      month += 1
      if month % 3 == 1 { firstOfQuarter = first }
    }
    // 1970-01-01 was a Thursday.
    let weekday = ((day + 4) % 7 + 7) % 7
    func cut(_ unit: Int128) -> Int128 { Int128(micros) - ofDay % unit }
    let results: [String: Int128] =
      function == .extract
      ? [
        "year": year, "quarter": (month - 1) / 3 + 1, "month": month, "day": day - first + 1,
        "hour": ofDay / 3_600_000_000, "minute": ofDay / 60_000_000 % 60, "second": ofDay / 1_000_000 % 60,
        "dow": weekday, "doy": day - firstOfYear + 1,
      ]
      : [
        "second": cut(1_000_000), "minute": cut(60_000_000), "hour": cut(3_600_000_000), "day": cut(perDay),
        "week": (day - (weekday + 6) % 7) * perDay, "month": first * perDay, "quarter": firstOfQuarter * perDay,
        "year": firstOfYear * perDay,
      ]
    if function == .extract, word == "epoch" { return .double(Double(micros) / 1e6) }
    guard let result = results[word] else { throw .unknown }
    if function == .extract { return try integer(result) }
    guard let time = Int64(exactly: result) else { throw .overflow }
    return .time(time)
  }

  private static func length(ofYear year: Int128) -> Int128 {
    year % 4 == 0 && year % 100 != 0 || year % 400 == 0 ? 366 : 365
  }

  private static func length(ofMonth month: Int128, _ year: Int128) -> Int128 {
    switch month {
    case 2: length(ofYear: year) - 337
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private func extreme(_ values: [OracleValue], _ isBetter: (Int, Int) -> Bool) -> OracleValue {
    values.filter { $0 != .null }.reduce(.null) { best, value in
      best == .null || isBetter(order(value, best), 0) ? value : best
    }
  }

  /// The order of two values of one type; NaN is the largest and the same as another.
  private func order(_ left: OracleValue, _ right: OracleValue) -> Int {
    if case .double(let one) = left, case .double(let two) = right, one.isNaN || two.isNaN {
      return one.isNaN == two.isNaN ? 0 : one.isNaN ? 1 : -1
    }
    if compare(.less, left, right) == .bool(true) { return -1 }
    return compare(.greater, left, right) == .bool(true) ? 1 : 0
  }

  /// Where the other text begins in the text.
  private static func places(of other: [Unicode.Scalar], in text: [Unicode.Scalar]) -> [Int] {
    (0...text.count).filter { text[$0...].starts(with: other) }
  }

  /// The parts between the delimiters, taken from the left.
  private static func parts(of text: [Unicode.Scalar], _ delimiter: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    if delimiter.isEmpty { return [text] }
    var parts: [[Unicode.Scalar]] = [[]]
    var rest = text[...]
    while let first = rest.first {
      if rest.starts(with: delimiter) {
        rest = rest.dropFirst(delimiter.count)
        parts.append([])
      } else {
        parts[parts.count - 1].append(first)
        rest.removeFirst()
      }
    }
    return parts
  }

  static func isLike(
    _ text: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>, _ escape: Unicode.Scalar?
  ) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    let rest = pattern.dropFirst()
    if first == escape { return text.first == rest.first && isLike(text.dropFirst(), rest.dropFirst(), escape) }
    if first == "%" { return (0...text.count).contains { isLike(text.dropFirst($0), rest, escape) } }
    return !text.isEmpty && (first == "_" || text.first == first) && isLike(text.dropFirst(), rest, escape)
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> OracleValue {
    .text(String(String.UnicodeScalarView(scalars)))
  }
}

extension ExpressionOracle {
  /// The value as one of another type, or nil.
  static func cast(_ value: OracleValue, _ type: ColumnType) -> OracleValue? {
    switch (value, type) {
    case (.int, .int64), (.double, .double), (.bool, .bool), (.time, .timestamp), (.text, .string): value
    case (.int(let number), .double): .double(Double(number))
    case (.int(let number), .bool): .bool(number != 0)
    case (.int(let number), .timestamp): .time(number)
    case (.int(let number), .string): .text("\(number)")
    case (.double(let number), .int64): Int64(exactly: number.rounded(.toNearestOrEven)).map { .int($0) }
    case (.double(let number), .string): .text(number.isNaN ? "nan" : "\(number)")
    case (.bool(let truth), .int64): .int(truth ? 1 : 0)
    case (.bool(let truth), .double): .double(truth ? 1 : 0)
    case (.bool(let truth), .string): .text("\(truth)")
    case (.time(let micros), .int64): .int(micros)
    case (.time(let micros), .string): .text(Timestamps.text(micros))
    case (.text(let text), .int64): Int64(text).map { .int($0) }
    case (.text(let text), .double):
      text.contains(where: { "xXpP\u{0}".contains($0) })
        ? nil
        : Double(text).flatMap { $0.isInfinite && !text.lowercased().contains("inf") ? nil : .double($0) }
    case (.text(let text), .bool): ["true": .bool(true), "false": .bool(false)][text.lowercased()]
    case (.text(let text), .timestamp): Timestamps.micros(text).map { .time($0) }
    default: nil
    }
  }
}

/// Times as text, by the module's own reader and writer, which have an oracle of their own.
enum Timestamps {
  static func text(_ micros: Int64) -> String {
    var bytes: [UInt8] = []
    ISO8601.append(micros, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  static func micros(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    // The bytes are initialised, being those of an array.
    return unsafe ISO8601.parse(bytes.span.bytes)
  }
}

extension OracleValue {
  /// The text; empty for other values.
  var text: String { if case .text(let text) = self { text } else { "" } }

  /// The integer or time; 0 for other values.
  var number: Int64 {
    switch self {
    case .int(let number), .time(let number): number
    default: 0
    }
  }
}
