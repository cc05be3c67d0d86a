import Strandline
import StrandlineColumns

/// The Yahoo streaming benchmark's events as rows of fixed width: the type in thirds, a thousand a millisecond, one of
/// 1,000 ads by chance; ten ads are a campaign.
enum YahooRows {
  static let ads = 1000
  static let startMillis: Int64 = 1_700_000_000_000

  /// The ad of a row: that of the number by splitmix64 (S. Vigna), as the peers' programs have it.
  static func ad(_ row: Int) -> Int64 {
    var word = UInt64(row + 1) &* 0x9E37_79B9_7F4A_7C15
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return Int64((word ^ word >> 31) >> 33) % Int64(ads)
  }

  /// All rows, in batches.
  static func batches(_ rows: Int, batchRows: Int) -> [ColumnBatch] {
    stride(from: 0, to: rows, by: batchRows).map { start in
      let numbers = start..<min(rows, start + batchRows)
      return ColumnBatch(
        AdEvent.schema,
        columns: [
          Column(.int64, words: numbers.map(ad)), Column(.int64, words: numbers.map { Int64($0 % 3) }),
          Column(.timestamp, words: numbers.map { (startMillis + Int64($0 / 1000)) * 1000 }),
        ])
    }
  }

  /// The table of campaigns.
  static let campaigns = (0..<ads).map { AdOfCampaign(ad: Int64($0), campaign: Int64($0 / 10)) }

  /// The query.
  static func job(_ source: BatchSource, _ sink: any Sink) -> StreamJob {
    Stream(AdEvent.self, source: source)
      .eventTime(\.at, delay: .zero)
      .filter { $0.kind == 0 }
      .lookup(in: campaigns, on: { $0.ad }, equals: { $0.ad })
      .select(CampaignView.self) { event, campaign in .init(campaign: campaign.campaign, at: event.at) }
      .grouped(by: { $0.campaign }, in: .tumbling(.seconds(10)))
      .aggregate(CampaignCount.self) { .init(campaign: $0.key, window: $0.window, count: .count) }
      .write(to: sink)
  }

  /// What the result must be, from the batches alone.
  static func expected(_ batches: [ColumnBatch]) -> WindowCounts {
    var counts = WindowCounts()
    for batch in batches {
      var inBatch: [[Int64]: Int64] = [:]
      for row in 0..<batch.count where batch.columns[1].words[row] == 0 {
        let millis = batch.columns[2].words[row] / 1000
        inBatch[[batch.columns[0].words[row] / 10, millis - millis % 10_000], default: 0] += 1
      }
      for (key, count) in inBatch { counts.add("\(key[0])", startMillis: key[1], count) }
    }
    return counts
  }
}
