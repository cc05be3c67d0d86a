@testable import Strandline
import StrandlineBytes
import StrandlineColumns
import StrandlineTestKit
import Testing

@Suite("Names of a state's members")
struct StateNameTests {
  static let names = [
    "plain", "a\\b", "a\\nb", "a\\\\", "two\nlines", "say \"so\"", "\u{301}x", "e\u{301}", "a\r", "\r\nb",
  ]

  private func form(_ name: String, version: Int64 = 3) -> StateSchema {
    StateSchema(
      version: version,
      members: [
        .init(name: name, kind: .value, fields: [Field("value", .int64)]),
        .init(name: "list", kind: .list, fields: [Field(name, .string, nullable: true)]),
      ])
  }

  @Test("are read back as they were written", arguments: names)
  func readBack(_ name: String) throws {
    let forms = [form("older", version: 1), form(name)]
    let read = try StateForms.decode(StateForms.encode(forms))
    #expect(read.map(\.lines) == forms.map(\.lines))
    #expect(Array(try #require(read.last).members[0].name.unicodeScalars) == Array(name.unicodeScalars))
  }

  @Test("are read from a store that was written when backslashes were not escaped")
  func literal() throws {
    var writer = ByteWriter()
    writer.varint(1)
    writer.string("state version 3\nstate \"a\\b\" int64\nstate list list(\"a\\b\" string?)")
    #expect(try StateForms.decode(writer.bytes) == [form("a\\b")])
  }

  @Test(
    "that can't be read as they were written are refused",
    arguments: [
      "state version 03\nstate x int64", "state \"x\" int64", "state version 1\nstate x int64 more", "state x\\n int64",
    ])
  func refused(_ text: String) throws {
    var writer = ByteWriter()
    writer.varint(1)
    writer.string(text)
    let error = try #require(throws: StreamError.self) { try StateForms.decode(writer.bytes) }
    #expect(error.code == .store && error.message.contains("forms of a process's state"), "\(error)")
  }

  @Test("are read by Unicode scalars in a plan", arguments: names)
  func inPlan(_ name: String) throws {
    var plan = StreamPlan(rows: Schema([Field(name, .int64)]))
    plan.filters = [.compare(.equal, .column(name), .literal(.int64(1)))]
    let stored = try StoredPlan(parsing: plan.description)
    #expect(stored.plan.description == plan.description)
    #expect(stored.plan.rows.fields.map { Array($0.name.unicodeScalars) } == [Array(name.unicodeScalars)])
  }

  @Test("with a backslash keep their values over a crash")
  func overCrash() throws {
    let driver = try StreamDriver { (rows: Stream<Touch>) in
      rows.eventTime(\.at, delay: .zero).keyed(by: { $0.user })
        .process(Note.self, state: Slashed.self, name: "slashed") { user, rows, state, context in
          state.total += Int64(rows.count)
          context.emit(Note(user: user, kind: "", count: state.total, at: context.time))
        }
    }
    for second in 0..<3 { try driver.feed([Touch(user: "a", at: .seconds(Int64(second)), value: 1)]) }
    try driver.crash()
    try driver.feed([Touch(user: "a", at: .seconds(5), value: 1)])
    #expect(driver.output.map(\.count) == [1, 2, 3, 4])
  }
}

private struct Slashed: ProcessState {
  var total: Int64 = 0

  static var members: [StateMember<Slashed>] { [.value("a\\b", \.total)] }
}
