import Strandline
import StrandlineColumns

/// The Yahoo streaming benchmark's events as NDJSON: seven texts, about 155 bytes, the time in milliseconds.
enum YahooLines {
  /// Lines: 1,000 ads, event types in thirds by chance, 10,000 events a second of event time.
  static func lines(_ rows: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rows.count * 190)
    let types = ["view", "click", "purchase"]
    let adTypes = ["banner", "modal", "sponsored-search", "mail", "mobile"]
    for row in rows {
      // A row's draws are of its number, so that any range of rows can be made alone.
      var word = UInt64(row + 1) &* 0x9E37_79B9_7F4A_7C15
      word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
      let random = Int((word ^ word >> 27) >> 33)
      let line =
        "{\"user_id\":\"u\(random % 100)\",\"page_id\":\"p\(random / 100 % 100)\",\"ad_id\":\"ad-\(100_000 + random / 7 % 1000)\","
        + "\"ad_type\":\"\(adTypes[random / 11 % 5])\",\"event_type\":\"\(types[random / 13 % 3])\","
        + "\"event_time\":\"\(1_700_000_000_000 + row / 10)\",\"ip_address\":\"10.1.2.3\"}\n"
      bytes.append(contentsOf: line.utf8)
    }
    return bytes
  }

  /// The table of campaigns as CSV: ten ads are a campaign.
  static var campaigns: [UInt8] {
    Array("ad_id,campaign_id\n".utf8) + (0..<1000).flatMap { Array("ad-\(100_000 + $0),campaign-\($0 / 10)\n".utf8) }
  }

  /// The query.
  static func job(_ file: String, campaigns: String, _ sink: any Sink) -> StreamJob {
    Stream(AdLine.self, from: .jsonLines(file, timeUnit: .milliseconds))
      .eventTime(\.at, delay: .zero)
      .filter { $0.kind == "view" }
      .lookup(NamedAd.self, in: .csv(campaigns), on: { $0.ad }, equals: { $0.ad })
      .select(NamedView.self) { event, ad in .init(campaign: ad.campaign, at: event.at) }
      .grouped(by: { $0.campaign }, in: .tumbling(.seconds(10)))
      .aggregate(NamedCount.self) { .init(campaign: $0.key, window: $0.window, count: .count) }
      .write(to: sink)
  }

  /// Adds what the result must be of these lines, as they stand there: by looking for the names of the fields.
  static func addExpected(_ bytes: [UInt8], to counts: inout WindowCounts) {
    let ad = Array("\"ad_id\":\"ad-".utf8)
    let kind = Array("\"event_type\":\"view\"".utf8)
    let time = Array("\"event_time\":\"".utf8)
    var inBytes: [[Int64]: Int64] = [:]
    for line in bytes.split(separator: 10) where position(after: kind, in: line) != nil {
      guard let ad = number(after: ad, in: line), let time = number(after: time, in: line) else { continue }
      inBytes[[(ad - 100_000) / 10, time - time % 10_000], default: 0] += 1
    }
    for (key, count) in inBytes { counts.add("campaign-\(key[0])", startMillis: key[1], count) }
  }

  private static func number(after needle: [UInt8], in line: ArraySlice<UInt8>) -> Int64? {
    position(after: needle, in: line).map { start in
      line[start...].prefix { $0 >= 48 && $0 < 58 }.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }
  }

  private static func position(after needle: [UInt8], in line: ArraySlice<UInt8>) -> Int? {
    guard line.count >= needle.count else { return nil }
    for start in line.startIndex...(line.endIndex - needle.count) {
      if line[start] == needle[0], line[start..<start + needle.count].elementsEqual(needle) {
        return start + needle.count
      }
    }
    return nil
  }
}
