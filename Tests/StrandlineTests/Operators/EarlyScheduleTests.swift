import StrandlineBytes
import StrandlineState
import Testing

@testable import Strandline

@Suite("The counts of early results in a commit")
struct EarlyScheduleTests {
  private func restored(_ early: EarlyResults, _ batches: Int64) throws(StreamError) -> EarlySchedule {
    var writer = ByteWriter()
    writer.zigzag(batches)
    writer.zigzag(.min)
    var schedule = EarlySchedule(early)
    try schedule.restore(writer.bytes)
    #expect(schedule.encoded == writer.bytes)
    return schedule
  }

  @Test("are taken up where they can be: fewer batches than early results take", arguments: [0, 1, 2] as [Int64])
  func right(_ batches: Int64) throws {
    var schedule = try restored(.batches(3), batches)
    var context = OperatorContext(StreamState([], shardCount: 1, seed: 0))
    // Batches without rows are not counted; they are due with the third one that has any.
    let isDueWithoutRows = schedule.isDue(context, hasOpenWindows: true)
    #expect(!isDueWithoutRows)
    context.hasRows = true
    for batch in batches..<3 { #expect(schedule.isDue(context, hasOpenWindows: true) == (batch == 2)) }
  }

  @Test("are refused where they can't be", arguments: [-1, 3, .max, .min] as [Int64])
  func wrong(_ batches: Int64) throws {
    let error = #expect(throws: StreamError.self) { try restored(.batches(3), batches) }
    #expect(error?.code == .store)
    #expect(throws: StreamError.self) { try restored(.micros(3), batches) }
  }
}
