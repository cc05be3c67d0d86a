// readme: begin
import Strandline

@Record
struct Transfer {
  var account: String
  var amount: Int64
  var at: Timestamp
}

@Record
struct Overdraft: Hashable {
  var account: String
  var balance: Int64
  var at: Timestamp
}

struct Account: ProcessState {
  var balance: Int64 = 0
  static var members: [StateMember<Account>] { [.value("balance", \.balance)] }
}

/// A row for every account that has been below zero for a day.
func overdrafts(_ transfers: Stream<Transfer>) -> Stream<Overdraft> {
  transfers.eventTime(\.at, delay: .seconds(10))
    .keyed(by: { $0.account })
    .process(Overdraft.self, state: Account.self, name: "overdrafts") { account, transfers, state, context in
      for transfer in transfers {
        let wasBelow = state.balance < 0
        state.balance += transfer.amount
        if state.balance >= 0 { context.timers.cancel("below zero") }
        if state.balance < 0 && !wasBelow { context.timers.set("below zero", at: transfer.at + .hours(24)) }
      }
    } onTimer: { account, timer, state, context in
      context.emit(Overdraft(account: account, balance: state.balance, at: timer.time))
    }
}
// readme: end

import StrandlineTestKit
import Testing

@Suite("The README's example of logic of one's own")
struct ProcessExampleTests {
  @Test("stands there word for word")
  func verbatim() throws {
    #expect(try ReadmeText.readme.contains("```swift\n\(try ReadmeText.example(in: #filePath))\n```"))
  }

  @Test("tells of the account that stays below zero, also after a crash")
  func runs() throws {
    func transfer(_ account: String, _ amount: Int64, _ hour: Int) -> Transfer {
      Transfer(account: account, amount: amount, at: Timestamp(secondsSince1970: hour * 3600))
    }
    let input = TestInput<Transfer>()
    let driver = try StreamDriver(overdrafts(input.stream))
    try driver.feed([transfer("a", -5, 0), transfer("b", 10, 0), transfer("c", -1, 1)], to: input)
    try driver.crash()
    try driver.feed([transfer("c", 4, 20), transfer("b", 1, 26)], to: input)
    #expect(driver.output == [Overdraft(account: "a", balance: -5, at: Timestamp(secondsSince1970: 24 * 3600))])
  }
}
