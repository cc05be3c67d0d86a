public import StrandlineColumns

/// The three kinds of events.
public enum NexmarkKind: String, Sendable, Hashable, CaseIterable {
  /// Somebody who may sell and bid; one event in 50.
  case person
  /// Something for sale; three events in 50.
  case auction
  /// An offer for it; 46 events in 50.
  case bid

  /// The columns of such events.
  public var schema: Schema {
    switch self {
    case .person:
      Schema([
        Field("id", .int64), Field("name", .string), Field("emailAddress", .string), Field("creditCard", .string),
        Field("city", .string), Field("state", .string), Field("dateTime", .timestamp), Field("extra", .string),
      ])
    case .auction:
      Schema([
        Field("id", .int64), Field("itemName", .string), Field("description", .string), Field("initialBid", .int64),
        Field("reserve", .int64), Field("dateTime", .timestamp), Field("expires", .timestamp),
        Field("seller", .int64), Field("category", .int64), Field("extra", .string),
      ])
    case .bid:
      Schema([
        Field("auction", .int64), Field("bidder", .int64), Field("price", .int64), Field("channel", .string),
        Field("url", .string), Field("dateTime", .timestamp), Field("extra", .string),
      ])
    }
  }
}
