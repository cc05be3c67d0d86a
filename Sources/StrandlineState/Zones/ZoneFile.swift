public import StrandlineBytes
import StrandlineColumns

/// Reads a time zone's file of the tz database.
///
/// Source: RFC 9636, “The Time Zone Information Format (TZif)”. Versions 1 to 4; of a file with leap seconds nothing is
/// read, since event time doesn't count them.
public enum ZoneFile {
  /// The rules in the bytes of a file.
  ///
  /// What is allocated is bounded by the bytes that are there, and by the changes of 402 years.
  ///
  /// - Throws: `BytesError`.
  public static func rules(_ bytes: RawSpan) throws(BytesError) -> ZoneRules {
    var reader = ByteReader(bytes)
    var header = try Header(&reader)
    var width = 4
    if header.version > 1 {
      // The first block is there for readers that know times of four bytes only.
      try reader.skip(header.length(timeWidth: 4))
      header = try Header(&reader)
      width = 8
    }
    guard header.leaps == 0 else {
      throw BytesError(.malformed, "a time zone with leap seconds", offset: reader.offset)
    }
    let end = reader.offset + header.length(timeWidth: width)
    guard header.types > 0, reader.remaining >= header.length(timeWidth: width) else {
      throw BytesError(.truncated, "a time zone ends early", offset: reader.offset)
    }
    var seconds: [Int64] = []
    for _ in 0..<header.times {
      let time = width == 8 ? Int64(bitPattern: try reader.uint64().byteSwapped) : Int64(try int32(&reader))
      if let last = seconds.last, last >= time {
        throw BytesError(.malformed, "the changes of a time zone don't ascend", offset: reader.offset)
      }
      seconds.append(time)
    }
    let types = try reader.raw(header.times)
    var offsets: [Int64] = []
    for _ in 0..<header.types {
      let offset = Int64(try int32(&reader))
      guard offset.magnitude < 26 * 3600 else {
        throw BytesError(.malformed, "a clock that is \(offset) seconds ahead", offset: reader.offset)
      }
      offsets.append(offset)
      try reader.skip(2)
    }
    guard types.allSatisfy({ Int($0) < offsets.count }) else {
      throw BytesError(.malformed, "a change to a type that isn't there", offset: reader.offset)
    }
    try reader.skip(end - reader.offset)
    let rule = width == 8 ? try footer(&reader) : nil
    return rules(first: offsets[0], zip(seconds, types).map { ($0, offsets[Int($1)]) }, rule)
  }

  private struct Header {
    let version: Int
    let utcFlags: Int
    let standardFlags: Int
    let leaps: Int
    let times: Int
    let types: Int
    let characters: Int

    init(_ reader: inout ByteReader) throws(BytesError) {
      let start = reader.offset
      guard try reader.uint32().byteSwapped == 0x545A_6966 else {
        throw BytesError(.malformed, "no file of a time zone: it doesn't begin with TZif", offset: start)
      }
      let byte = try reader.uint8()
      version = byte == 0 ? 1 : Int(byte) - Int(UInt8(ascii: "0"))
      guard version >= 1 && version <= 4 else {
        throw BytesError(.malformed, "an unknown version of time zones", offset: start + 4)
      }
      try reader.skip(15)
      utcFlags = Int(try reader.uint32().byteSwapped)
      standardFlags = Int(try reader.uint32().byteSwapped)
      leaps = Int(try reader.uint32().byteSwapped)
      times = Int(try reader.uint32().byteSwapped)
      types = Int(try reader.uint32().byteSwapped)
      characters = Int(try reader.uint32().byteSwapped)
    }

    /// The bytes of the block behind the header.
    func length(timeWidth: Int) -> Int {
      times * (timeWidth + 1) + types * 6 + characters + leaps * (timeWidth + 4) + standardFlags + utcFlags
    }
  }

  private static func int32(_ reader: inout ByteReader) throws(BytesError) -> Int32 {
    Int32(bitPattern: try reader.uint32().byteSwapped)
  }

  /// The rule behind the last change: between two line feeds, and empty where there is none.
  private static func footer(_ reader: inout ByteReader) throws(BytesError) -> ZoneRule? {
    let lineFeed = UInt8(ascii: "\n")
    guard try reader.uint8() == lineFeed else {
      throw BytesError(.malformed, "the rule of a time zone is missing", offset: reader.offset)
    }
    var text: [UInt8] = []
    while true {
      let byte = try reader.uint8()
      if byte == lineFeed { break }
      text.append(byte)
    }
    return text.isEmpty ? nil : try ZoneRuleText.parse(text)
  }

  private static func rules(
    first: Int64, _ changes: [(seconds: Int64, offset: Int64)], _ rule: ZoneRule?
  ) -> ZoneRules {
    let limit = Window.maximumTime / 1_000_000
    var first = first
    var transitions: [ZoneRules.Transition] = []
    for change in changes where change.seconds < limit {
      if change.seconds <= -limit {
        first = change.offset
      } else {
        transitions.append(ZoneRules.Transition(time: change.seconds * 1_000_000, offset: change.offset * 1_000_000))
      }
    }
    guard let rule else { return ZoneRules(first: first * 1_000_000, transitions: transitions) }
    let last = transitions.last?.time ?? .min
    // The year of the last change may be governed by both; the two after it are the rule's alone, and 400 make a cycle. Where
    // there is no change the rule has always been, as far as anyone asks.
    let year =
      last == .min ? 0 : max(CivilDate(daysSinceEpoch: Int(last.floorDivided(by: CalendarPeriod.microsPerDay))).year, 0)
    let yearly = rule.changes(years: year..<year + 403)
    for change in yearly where Int64(change.seconds) * 1_000_000 > last {
      transitions.append(
        ZoneRules.Transition(time: Int64(change.seconds) * 1_000_000, offset: Int64(change.offset) * 1_000_000))
    }
    let horizon = Int64(CivilDate(year: year + 402, month: 1, day: 1).daysSinceEpoch) * CalendarPeriod.microsPerDay
    return ZoneRules(
      first: first * 1_000_000, transitions: transitions, horizon: yearly.isEmpty ? .max : horizon)
  }
}
