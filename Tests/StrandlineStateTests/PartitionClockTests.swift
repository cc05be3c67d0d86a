import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("event time")
struct PartitionClockTests {
  /// What becomes of the rows of a batch, row by row.
  struct Outcome: Equatable {
    var panes: [Int64: [Int32]] = [:]
    var late: [Int32] = []
    var refused: [Int32: StampedRows.Refusal] = [:]

    init() {}

    init(_ assignment: StampedAssignment) {
      for (pane, rows) in assignment.selections where rows.count > 0 { panes[pane] = rows.list }
      late = assignment.late
      for (row, refusal) in assignment.refused { refused[row] = refusal }
    }
  }

  /// The rules of lateness as the design says them, one row at a time.
  struct Oracle {
    var maximum: Int64?
    var joinedAt = Int64.min

    mutating func assign(
      _ times: [Int64?], _ selected: Set<Int32>, size: Int64, offset: Int64, _ limits: EventTimeLimits
    ) -> Outcome {
      var outcome = Outcome()
      for (index, time) in times.enumerated() {
        let row = Int32(index)
        guard let time else {
          outcome.refused[row] = .noTime
          continue
        }
        guard time.magnitude < 1 << 61 else {
          outcome.refused[row] = .outOfRange
          continue
        }
        if let maximum, Int128(time) - Int128(maximum) > Int128(limits.maximumJump) {
          outcome.refused[row] = .jump
          continue
        }
        maximum = max(maximum ?? time, time)
        guard selected.contains(row) else { continue }
        let watermark = max(Int128(joinedAt), Int128(maximum ?? time) - Int128(limits.delay))
        var pane = Int128(offset)
        // The largest start that is not after the time.
        pane += (Int128(time) - pane).quotientTowardMinusInfinity(Int128(size)) * Int128(size)
        if pane + Int128(size) > watermark {
          outcome.panes[Int64(pane), default: []].append(row)
        } else {
          outcome.late.append(row)
        }
      }
      return outcome
    }
  }

  private func column(_ times: [Int64?]) -> Column {
    var column = Column(.timestamp)
    for time in times { if let time { column.append(word: time) } else { column.appendNull() } }
    return column
  }

  @Test("assigns rows to panes, late or refused as the rules say, whatever the shape of the batch", arguments: 0..<6)
  func oracle(style: Int) {
    for seed in UInt64(0)..<150 {
      var random = SeededRandom(seed: seed &* 6 &+ UInt64(style))
      let size = [1, 10, 1000, 1 << 60][Int(random.next() % 4)] as Int64
      let window = Window.tumbling(size: size, offset: [0, 3, -7][Int(random.next() % 3)])
      guard case .tumbling(_, let offset) = window else { return }
      let limits = EventTimeLimits(
        delay: [0, 1, 50, 1 << 60][Int(random.next() % 4)], maximumJump: [.max, 0, 30, 5000][Int(random.next() % 4)])
      var clock = PartitionClock()
      var oracle = Oracle()
      var now = [0, -1_000_000, 1_600_000_000_000_000][Int(random.next() % 3)] as Int64
      for batch in 0..<12 {
        let count = Int(random.next() % 20)
        let times = (0..<count).map { _ -> Int64? in
          now += Int64(random.next() % 8)
          switch (style, random.next() % 30) {
          case (0, _), (1, 3...): return now
          case (_, 0): return nil
          case (_, 1):
            return [Int64.min, .max, 1 << 61, -(1 << 61), (1 << 61) - 1, 1 - (1 << 61)].randomElement(using: &random)
          case (2, _): return now - Int64(random.next() % 60)
          case (3, _): return now - Int64(random.next() % 3000)
          default: return now + Int64(random.next() % 200) - 100
          }
        }
        let selection: Selection
        if random.next() % 2 == 0 {
          selection = .all(count)
        } else {
          selection = .rows((0..<Int32(count)).filter { _ in random.next() % 3 != 0 })
        }
        if random.next() % 9 == 0 {
          let joined = now - 40
          clock.join(at: joined)
          oracle.joinedAt = max(oracle.joinedAt, joined)
        }
        let selected: Set<Int32>
        if case .rows(let rows) = selection { selected = Set(rows) } else { selected = Set(0..<Int32(count)) }
        let found = Outcome(clock.assign(column(times), selection, window: window, limits: limits))
        let expected = oracle.assign(times, selected, size: size, offset: offset, limits)
        #expect(found == expected, "style \(style), seed \(seed), batch \(batch)")
        #expect(clock.maximum == oracle.maximum)
      }
    }
  }

  @Test("gives the same for one row at a time as for a whole batch")
  func cuts() {
    for seed in UInt64(0)..<50 {
      var random = SeededRandom(seed: seed)
      let times = (0..<60).map { Int64($0) * 3 + Int64(random.next() % 60) - 30 }
      let window = Window.tumbling(size: 20, offset: 0)
      let limits = EventTimeLimits(delay: 15)
      var whole = PartitionClock()
      let all = Outcome(whole.assign(column(times), .all(60), window: window, limits: limits))
      var single = PartitionClock()
      var late: [Int32] = []
      for (row, time) in times.enumerated() {
        let one = Outcome(single.assign(column([time]), .all(1), window: window, limits: limits))
        if !one.late.isEmpty { late.append(Int32(row)) }
      }
      #expect(all.late == late && whole == single, "seed \(seed)")
    }
  }

  private func late(_ times: [Int64], delay: Int64, selected: [Int32]? = nil) -> [Int32] {
    var clock = PartitionClock()
    return clock.assign(
      column(times), selected.map { .rows($0) } ?? .all(times.count), window: .tumbling(size: 10, offset: 0),
      limits: EventTimeLimits(delay: delay)
    ).late
  }

  @Test("takes a row until the watermark has reached the end of its window, and not at it")
  func bounds() {
    // The window of 5 is [0, 10); its end is reached by a watermark of 10.
    #expect(late([14, 5], delay: 5) == [])
    #expect(late([15, 5], delay: 5) == [1])
    #expect(late([9, 5], delay: 0) == [])
    #expect(late([10, 5], delay: 0) == [1])
    #expect(late([-1, -10], delay: 0) == [])
    #expect(late([0, -1], delay: 0) == [1])
    #expect(late([0, -1], delay: 1) == [])
  }

  @Test("goes by rows that a filter drops as well")
  func filtered() {
    #expect(late([5, 30, 6], delay: 0, selected: [0, 2]) == [2])
    var clock = PartitionClock()
    let assignment = clock.assign(
      column([1, 2, 9]), .rows([]), window: .tumbling(size: 10, offset: 0), limits: EventTimeLimits(delay: 0))
    #expect(Outcome(assignment) == Outcome() && clock.maximum == 9)
  }

  @Test("begins no earlier than the stream where the partition joins, and never goes back")
  func joins() {
    var clock = PartitionClock()
    #expect(clock.watermark(delay: 5) == .min)
    clock.join(at: 100)
    #expect(clock.watermark(delay: 5) == 100)
    let window = Window.tumbling(size: 10, offset: 0)
    let first = clock.assign(column([95, 105]), .all(2), window: window, limits: EventTimeLimits(delay: 5))
    #expect(first.late == [0])
    #expect(clock.watermark(delay: 5) == 100)
    clock.join(at: 50)
    #expect(clock.watermark(delay: 5) == 100)
    _ = clock.assign(column([200]), .all(1), window: window, limits: EventTimeLimits(delay: 5))
    #expect(clock.watermark(delay: 5) == 195)
    #expect(PartitionClock(maximum: 200, joinedAt: 100) == clock)
  }

  @Test("refuses a row too far ahead of its partition, and the rows after it are judged without it")
  func jumps() {
    var clock = PartitionClock()
    let assignment = clock.assign(
      column([0, 100, 101, 50, 150]), .all(5), window: .tumbling(size: 1000, offset: 0),
      limits: EventTimeLimits(delay: 0, maximumJump: 100))
    #expect(assignment.refused.map(\.row) == [])
    #expect(clock.maximum == 150)
    let next = clock.assign(
      column([251, 250, 300]), .all(3), window: .tumbling(size: 1000, offset: 0),
      limits: EventTimeLimits(delay: 0, maximumJump: 100))
    #expect(next.refused.map(\.row) == [0])
    #expect(clock.maximum == 300)
  }

  @Test("is cut into windows that are aligned to 1970, before it as well", arguments: [0, 3, -7, 1_000_001])
  func windows(offset: Int64) {
    for size in [1, 7, 60_000_000, 1 << 60] as [Int64] {
      let window = Window.tumbling(size: size, offset: offset)
      for time in [0, 1, -1, 6, 7, -7, -8, 59_999_999, 1 - (1 << 61), (1 << 61) - 1] as [Int64] {
        let pane = window.pane(of: time)
        #expect(pane <= time && Int128(time) < Int128(pane) + Int128(size))
        #expect((Int128(pane) - Int128(offset)) % Int128(size) == 0)
        #expect(window.pane(of: pane) == pane && window.paneEnd(pane) == pane + size)
        #expect(window.end(ofPane: pane) == pane + size)
      }
    }
  }
}

extension Int128 {
  func quotientTowardMinusInfinity(_ divisor: Int128) -> Int128 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
