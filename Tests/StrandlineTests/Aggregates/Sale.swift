import Strandline
import StrandlineState

/// A row of the tests of aggregates.
@Record
struct Sale {
  var shop: String
  var item: String
  var price: Double
  var amount: Int64
  var rating: Int64?
  var at: Timestamp
}

/// What is said of the sales of a shop in a window: every aggregate once.
@Record
struct SalesSummary: Equatable {
  var shop: String
  var window: TimeWindow
  var items: Int64
  var lowRated: Int
  var about: Int64
  var least: String
  var greatest: String?
  var first: String
  var last: Int64?
  var firstLow: String?
  var dearest: String
  var cheapest: String
  var worst: String?
  var prices: String
  var amounts: String?
  var dear: String
  var rated: String?
  var list: String
  var lows: String?
  var variance: Double?
  var deviation: Double
  var amountDeviation: Double?
  var ratingVariance: Double?
  var median: Double
  var ninetieth: Double?
  var total: String?
}

/// The sum of amounts as a user would write it.
struct Total: Aggregate {
  static let name = "total"
  static let version = 3
  private var sum: Int64 = 0
  private var count: Int64 = 0
  private var isOdd = false
  private var name = ""

  init() {}
  mutating func add(_ value: Int64) {
    sum &+= value
    count += 1
    isOdd = !sum.isMultiple(of: 2)
    name = "\(sum)"
  }
  mutating func merge(_ other: Total) {
    sum &+= other.sum
    count += other.count
    isOdd = !sum.isMultiple(of: 2)
    name = "\(sum)"
  }
  var result: String? { count == 0 ? nil : "\(name) of \(count)\(isOdd ? ", odd" : "")" }

  func encode(into state: inout StateEncoder) {
    state.encode(sum)
    state.encode(Double(count))
    state.encode(isOdd)
    state.encode(name)
    state.encode([0xFF] as [UInt8])
  }
  init(decoding state: inout StateDecoder) throws {
    sum = try state.decode(Int64.self)
    count = Int64(try state.decode(Double.self))
    isOdd = try state.decode(Bool.self)
    name = try state.decode(String.self)
    _ = try state.decode([UInt8].self)
  }
}

extension Stream<Sale> {
  /// Every aggregate over the sales of each shop and window.
  func summaries(in window: Window = .tumbling(.minutes(1))) -> Stream<SalesSummary> {
    eventTime(\.at, delay: .minutes(10))
      .grouped(by: { $0.shop }, in: window)
      .aggregate(SalesSummary.self) { sales in
        .init(
          shop: sales.key, window: sales.window, items: .count(distinct: sales.row.item),
          lowRated: .count(distinct: sales.row.rating, where: sales.row.amount < 5),
          about: .approximateCount(distinct: sales.row.item), least: .min(sales.row.item),
          greatest: .max(sales.row.item, where: sales.row.amount < 5), first: .first(sales.row.item),
          last: .last(sales.row.rating), firstLow: .first(sales.row.item, where: sales.row.amount < 5),
          dearest: .value(sales.row.item, atLargest: sales.row.price),
          cheapest: .value(sales.row.item, atSmallest: sales.row.price),
          worst: .value(sales.row.item, atSmallest: sales.row.rating), prices: .largest(3, of: sales.row.price),
          amounts: .smallest(2, of: sales.row.amount, where: sales.row.amount < 5),
          dear: .values(2, of: sales.row.item, withLargest: sales.row.price),
          rated: .values(2, of: sales.row.item, withSmallest: sales.row.rating),
          list: .list(of: sales.row.amount, limit: 4), lows: .list(of: sales.row.rating, limit: 3),
          variance: .variance(of: sales.row.price), deviation: .populationDeviation(of: sales.row.price),
          amountDeviation: .standardDeviation(of: sales.row.amount, where: sales.row.amount < 5),
          ratingVariance: .populationVariance(of: sales.row.rating), median: .median(of: sales.row.price),
          ninetieth: .quantile(0.9, of: sales.row.rating, accuracy: 0.05),
          total: .aggregate(Total.self, of: sales.row.rating, where: sales.row.amount < 5))
      }
  }
}
