/// Times as text, in the extended format of ISO 8601: `2015-05-17T10:05:03.25+02:00`.
public enum ISO8601 {
  static let microsPerSecond = 1_000_000
  static let microsPerDay = 86_400 * microsPerSecond
  /// 0001-01-01T00:00:00Z.
  static let earliest = -719_162 * microsPerDay
  /// 9999-12-31T23:59:59.999999Z.
  static let latest = 2_932_897 * microsPerDay - 1

  /// The Unix time in microseconds of a whole text, or nil when it is no such time.
  ///
  /// `T`, `t` or a space separates date and time. A date alone is its midnight; a time without zone (`Z`, `z`, `±hh` or
  /// `±hh:mm`) is UTC. A fraction of a second is cut to microseconds. Second 60 is the beginning of the next minute. The
  /// calendar is the proleptic Gregorian one; years 0001 to 9999, in UTC too.
  public static func parse(_ text: RawSpan) -> Int64? {
    var cursor = Cursor(text)
    guard let year = cursor.digits(4), cursor.take("-"), let month = cursor.digits(2), cursor.take("-"),
      let day = cursor.digits(2)
    else { return nil }
    let date = CivilDate(year: year, month: month, day: day)
    guard year >= 1, date.exists else { return nil }
    var micros = date.daysSinceEpoch * microsPerDay
    if !cursor.isAtEnd {
      guard cursor.take("T") || cursor.take("t") || cursor.take(" "), let time = cursor.timeOfDay(),
        let zone = cursor.zone(), cursor.isAtEnd
      else { return nil }
      micros += time - zone
    }
    return micros >= earliest && micros <= latest ? Int64(micros) : nil
  }

  /// Appends a Unix time in microseconds as `2015-05-17T10:05:03Z`, with a fraction only where there is one.
  ///
  /// A year outside 0000 to 9999, which a number as a time can reach, is written in ISO 8601's expanded form: a sign and six
  /// digits. `parse` doesn't read those.
  public static func append(_ micros: Int64, to output: inout [UInt8]) {
    let micros = Int(micros)
    var (days, ofDay) = micros.quotientAndRemainder(dividingBy: microsPerDay)
    if ofDay < 0 {
      days -= 1
      ofDay += microsPerDay
    }
    let date = CivilDate(daysSinceEpoch: days)
    if date.year >= 0 && date.year <= 9999 {
      appendPair(date.year / 100, to: &output)
    } else {
      let year = date.year.magnitude
      output.append(UInt8(ascii: date.year < 0 ? "-" : "+"))
      appendPair(Int(year / 10_000), to: &output)
      appendPair(Int(year / 100 % 100), to: &output)
    }
    appendPair(Int(date.year.magnitude % 100), to: &output)
    output.append(UInt8(ascii: "-"))
    appendPair(date.month, to: &output)
    output.append(UInt8(ascii: "-"))
    appendPair(date.day, to: &output)
    output.append(UInt8(ascii: "T"))
    let seconds = ofDay / microsPerSecond
    appendPair(seconds / 3600, to: &output)
    output.append(UInt8(ascii: ":"))
    appendPair(seconds / 60 % 60, to: &output)
    output.append(UInt8(ascii: ":"))
    appendPair(seconds % 60, to: &output)
    appendFraction(ofDay % microsPerSecond, to: &output)
    output.append(UInt8(ascii: "Z"))
  }

  /// Appends a point and up to six digits, without zeros at the end; nothing for zero.
  private static func appendFraction(_ micros: Int, to output: inout [UInt8]) {
    if micros == 0 { return }
    output.append(UInt8(ascii: "."))
    appendPair(micros / 10_000, to: &output)
    appendPair(micros / 100 % 100, to: &output)
    appendPair(micros % 100, to: &output)
    while output.last == UInt8(ascii: "0") { output.removeLast() }
  }

  /// Appends two digits.
  @inline(__always)
  private static func appendPair(_ value: Int, to output: inout [UInt8]) {
    output.append(UInt8(truncatingIfNeeded: value / 10) &+ UInt8(ascii: "0"))
    output.append(UInt8(truncatingIfNeeded: value % 10) &+ UInt8(ascii: "0"))
  }

  /// A position in the text.
  private struct Cursor: ~Escapable {
    let text: RawSpan
    var position = 0

    @_lifetime(copy text)
    init(_ text: RawSpan) {
      self.text = text
    }

    var isAtEnd: Bool { position == text.byteCount }

    @_lifetime(self: copy self)
    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard position < text.byteCount, text.byte(position) == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    /// The value of exactly that many digits.
    @_lifetime(self: copy self)
    mutating func digits(_ count: Int) -> Int? {
      guard position + count <= text.byteCount else { return nil }
      var value = 0
      for _ in 0..<count {
        let digit = text.byte(position) &- UInt8(ascii: "0")
        guard digit <= 9 else { return nil }
        value = value * 10 + Int(digit)
        position += 1
      }
      return value
    }

    /// Microseconds since midnight of `hh:mm:ss[.fraction]`.
    @_lifetime(self: copy self)
    mutating func timeOfDay() -> Int? {
      guard let hour = digits(2), hour <= 23, take(":"), let minute = digits(2), minute <= 59, take(":"),
        let second = digits(2), second <= 60
      else { return nil }
      var micros = ((hour * 60 + minute) * 60 + second) * microsPerSecond
      if take(".") {
        let start = position
        var weight = microsPerSecond / 10
        while let digit = digits(1) {
          // A leap second has no length of its own here: all of it is the beginning of the next minute.
          if second < 60 { micros += digit * weight }
          weight /= 10
        }
        if position == start { return nil }
      }
      return micros
    }

    /// Microseconds east of UTC; 0 where no zone is written.
    @_lifetime(self: copy self)
    mutating func zone() -> Int? {
      if isAtEnd || take("Z") || take("z") { return 0 }
      let isWest = take("-")
      guard isWest || take("+"), let hours = digits(2), hours <= 23 else { return nil }
      var minutes = hours * 60
      if take(":") {
        guard let rest = digits(2), rest <= 59 else { return nil }
        minutes += rest
      }
      return (isWest ? -minutes : minutes) * 60 * microsPerSecond
    }
  }
}
