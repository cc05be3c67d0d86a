// readme: begin
import Strandline

@Record
struct Order {
  var id: String
  var product: String
  var placed: Timestamp
}

@Record
struct Payment {
  var order: String
  var amount: Double
  var paid: Timestamp
}

@Record
struct Settled: Hashable {
  var order: String
  var amount: Double?
}

/// Every order with its payment, and without one when none came within an hour. Payments that are sent twice count once.
func settle(_ orders: Stream<Order>, _ payments: Stream<Payment>) -> Stream<Settled> {
  let once = payments.eventTime(\.paid, delay: .seconds(10)).deduplicated(by: { $0.order }, within: .hours(1))
  return orders.eventTime(\.placed, delay: .seconds(10))
    .leftJoin(once, on: { $0.id }, equals: { $0.order }, within: .zero ... .hours(1))
    .select(Settled.self) { order, payment in .init(order: order.id, amount: payment.amount) }
}
// readme: end

import Testing

@Suite("The join of the README")
struct PairingExampleTests {
  @Test("stands there word for word")
  func verbatim() throws {
    let example = try ReadmeText.example(in: #filePath)
    #expect(try ReadmeText.readme.contains("```swift\n\(example)\n```"))
  }

  @Test("gives each order once, with its payment or without")
  func runs() throws {
    let orders = ["a", "b", "c"].enumerated().map { index, id in
      Order(id: id, product: "p", placed: Timestamp(secondsSince1970: index * 10))
    }
    let payments = [("a", 2.5, 60), ("a", 2.5, 61), ("b", 4, 4000)].map {
      Payment(order: $0, amount: $1, paid: Timestamp(secondsSince1970: $2))
    }
    let run = try CrashingRun(settle(Stream(orders), Stream(payments)), crash: { $0 == 1 })
    #expect(
      Set(run.rows) == [
        Settled(order: "a", amount: 2.5), Settled(order: "b", amount: nil), Settled(order: "c", amount: nil),
      ])
    #expect(run.rows.count == 3 && run.report.groups == 0)
  }
}
