import Strandline

/// What dictionaries, sorting and the plain formulas say of some sales.
struct SalesOracle {
  /// Sales with the partition and place from which they come.
  var sales: [(sale: Sale, partition: Int, place: Int)] = []

  /// What is said of windows of so many minutes, one of which begins every minute.
  func summaries(minutes length: Int64 = 1) -> [SalesSummary] {
    var groups: [String: (start: Int64, rows: [(sale: Sale, partition: Int, place: Int)])] = [:]
    for sale in sales {
      let minute = sale.sale.at.microseconds / 60_000_000
      for start in (minute - length + 1)...minute {
        groups["\(start) \(sale.sale.shop)", default: (start, [])].rows.append(sale)
      }
    }
    return groups.values.map { start, rows in
      let sorted = rows.sorted { ($0.sale.at, $0.partition, $0.place) < ($1.sale.at, $1.partition, $1.place) }
      return summary(
        sorted.map(\.sale),
        TimeWindow(
          start: Timestamp(microsecondsSince1970: start * 60_000_000),
          end: Timestamp(microsecondsSince1970: (start + length) * 60_000_000)))
    }.sorted { ($0.window.start, $0.shop) < ($1.window.start, $1.shop) }
  }

  private func summary(_ rows: [Sale], _ window: TimeWindow) -> SalesSummary {
    let low = rows.filter { $0.amount < 5 }
    let ratings = rows.compactMap(\.rating)
    let byPrice = rows.sorted { ($0.price, $0.item) < ($1.price, $1.item) }
    let byPriceDown = rows.sorted { ($1.price, $0.item) < ($0.price, $1.item) }
    let byRating = rows.filter { $0.rating != nil }.sorted { ($0.rating ?? 0, $0.item) < ($1.rating ?? 0, $1.item) }
    let lowRatings = low.compactMap(\.rating)
    let prices = rows.map(\.price)
    return SalesSummary(
      shop: rows[0].shop,
      window: window,
      items: Int64(Set(rows.map(\.item)).count), lowRated: Set(lowRatings).count,
      about: Int64(Set(rows.map(\.item)).count), least: rows.map(\.item).min() ?? "", greatest: low.map(\.item).max(),
      first: rows[0].item, last: ratings.last, firstLow: low.first?.item, dearest: byPriceDown[0].item,
      cheapest: byPrice[0].item, worst: byRating.first?.item,
      prices: json(byPriceDown.prefix(3).map(\.price)) ?? "", amounts: json(low.map(\.amount).sorted().prefix(2)),
      dear: json(byPriceDown.prefix(2).map(\.item)) ?? "", rated: json(byRating.prefix(2).map(\.item)),
      list: json(rows.prefix(4).map(\.amount)) ?? "", lows: json(ratings.prefix(3)),
      variance: variance(prices, isSample: true), deviation: (variance(prices, isSample: false) ?? 0).squareRoot(),
      amountDeviation: variance(low.map { Double($0.amount) }, isSample: true)?.squareRoot(),
      ratingVariance: variance(ratings.map(Double.init), isSample: false), median: quantile(prices, 0.5) ?? 0,
      ninetieth: quantile(ratings.map(Double.init), 0.9),
      total: lowRatings.isEmpty
        ? nil
        : "\(lowRatings.reduce(0, +)) of \(lowRatings.count)\(lowRatings.reduce(0, +).isMultiple(of: 2) ? "" : ", odd")"
    )
  }

  private func json(_ values: some Collection<some CustomStringConvertible>) -> String? {
    if values.isEmpty { return nil }
    return "[" + values.map { $0 is String ? "\"\($0)\"" : "\($0)" }.joined(separator: ",") + "]"
  }

  private func variance(_ values: [Double], isSample: Bool) -> Double? {
    if values.count < (isSample ? 2 : 1) { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - (isSample ? 1 : 0))
  }

  private func quantile(_ values: [Double], _ share: Double) -> Double? {
    values.isEmpty ? nil : values.sorted()[Int(share * Double(values.count - 1))]
  }
}
