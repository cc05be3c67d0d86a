import Strandline

/// An event of the Yahoo streaming benchmark as a row of fixed width: what the query reads of it.
@Record
struct AdEvent {
  var ad: Int64
  /// 0 view, 1 click, 2 purchase.
  var kind: Int64
  @Column("time") var at: Timestamp
}

/// Which campaign an ad belongs to, by number.
@Record
struct AdOfCampaign {
  var ad: Int64
  var campaign: Int64
}

/// A view of an ad of a campaign, by number.
@Record
struct CampaignView {
  var campaign: Int64
  var at: Timestamp
}

/// The result over rows of fixed width.
@Record
struct CampaignCount {
  var campaign: Int64
  var window: TimeWindow
  var count: Int64
}

/// An event as a line: what the query reads of its seven texts.
@Record
struct AdLine {
  @Column("ad_id") var ad: String
  @Column("event_type") var kind: String
  @Column("event_time") var at: Timestamp
}

/// Which campaign an ad belongs to, by name.
@Record
struct NamedAd {
  @Column("ad_id") var ad: String
  @Column("campaign_id") var campaign: String
}

/// A view of an ad of a campaign, by name.
@Record
struct NamedView {
  var campaign: String
  var at: Timestamp
}

/// The result over lines.
@Record
struct NamedCount {
  var campaign: String
  var window: TimeWindow
  var count: Int64
}

/// A line of the file of times and keys.
@Record
struct TimedKey {
  @Column("at") var at: Timestamp
  var key: Int64
}

/// Its result.
@Record
struct KeyCount {
  var key: Int64
  var window: TimeWindow
  var count: Int64
}
