import Strandline
import StrandlineColumns
import StrandlineTestKit

/// A row of the tests' stream.
@Record struct Touch: Equatable {
  var user: String?
  var at: Timestamp
  var value: Int64
}

/// A row that the tests' logic gives.
@Record struct Note: Equatable {
  var user: String?
  var kind: String
  var count: Int64
  var at: Timestamp
}

/// What the tests' logic keeps: a value, a list and a map.
struct Touches: ProcessState, Equatable {
  var count: Int64 = 0
  var last: [Int64] = []
  var perValue: [Int64: Int64] = [:]

  static var members: [StateMember<Touches>] {
    [.value("count", \.count), .list("last", \.last), .map("per value", \.perValue)]
  }

  /// Takes values of rows.
  mutating func add(_ values: [Int64]) {
    count += Int64(values.count)
    for value in values { perValue[value, default: 0] += 1 }
    last = (last + values).suffix(3)
  }

  /// All of it in a number.
  var sum: Int64 {
    count * 1000 + last.reduce(0, +) + perValue.reduce(0) { $0 + $1.key * $1.value * $1.value }
  }
}

extension Timestamp {
  static func seconds(_ seconds: Int64) -> Timestamp { Timestamp(microsecondsSince1970: seconds * 1_000_000) }

  func after(_ seconds: Int64) -> Timestamp { Timestamp(microsecondsSince1970: microseconds + seconds * 1_000_000) }
}

/// The tests' logic as a stream, and the same again over dictionaries.
enum TouchLogic {
  static let timeToLive: Int64 = 40

  static func stream(_ rows: Stream<Touch>) -> Stream<Note> {
    rows.eventTime(\.at, delay: .seconds(5))
      .keyed(by: { $0.user })
      .process(Note.self, state: Touches.self, name: "touches", timeToLive: .seconds(timeToLive)) {
        user, rows, state, context in
        state.add(rows.map(\.value))
        context.emit(Note(user: user, kind: "rows", count: state.sum, at: context.time))
        context.timers.set("idle", at: context.time.after(10))
        if rows.contains(where: { $0.value % 5 == 0 }) { context.timers.cancel("idle") }
        if rows.contains(where: { $0.value % 7 == 0 }) { context.timers.set("again", at: context.time.after(3)) }
      } onTimer: { user, timer, state, context in
        context.emit(Note(user: user, kind: timer.name, count: state.sum, at: timer.time))
        if timer.name == "idle" {
          state = Touches()
        } else if state.count % 4 != 0 {
          state.add([timer.time.microseconds / 1_000_000 % 3])
          context.timers.set("again", at: timer.time.after(2))
        }
      }
  }

  /// Obviously what the rules say, for batches of one partition each.
  struct Oracle {
    private struct Timer: Hashable {
      var user: String?
      var name: String
    }
    private var states: [String?: Touches] = [:]
    private var updated: [String?: Int64] = [:]
    private var timers: [Timer: Int64] = [:]
    private var newest: [Int64?]
    private(set) var notes: [Note] = []
    private(set) var late = 0
    private var watermark = Int64.min

    init(partitions: Int) { newest = Array(repeating: nil, count: partitions) }

    mutating func feed(_ rows: [Touch], partition: Int) {
      var order: [String?] = []
      var parts: [String?: [Touch]] = [:]
      for row in rows {
        let second = row.at.microseconds / 1_000_000
        let latest = max(newest[partition] ?? second, second)
        newest[partition] = latest
        if second < latest - 5 || second < watermark {
          late += 1
          continue
        }
        if parts[row.user] == nil { order.append(row.user) }
        parts[row.user, default: []].append(row)
      }
      for user in order {
        let rows = parts[user] ?? []
        let time = rows.map { $0.at.microseconds / 1_000_000 }.max() ?? 0
        var state = states[user] ?? Touches()
        state.add(rows.map(\.value))
        notes.append(Note(user: user, kind: "rows", count: state.sum, at: .seconds(time)))
        timers[Timer(user: user, name: "idle")] = time + 10
        if rows.contains(where: { $0.value % 5 == 0 }) { timers[Timer(user: user, name: "idle")] = nil }
        if rows.contains(where: { $0.value % 7 == 0 }) { timers[Timer(user: user, name: "again")] = time + 3 }
        states[user] = state
        updated[user] = max(updated[user] ?? .min, time)
      }
      if newest.allSatisfy({ $0 != nil }) {
        watermark = max(watermark, newest.reduce(Int64.max) { min($0, ($1 ?? .min) - 5) })
      }
      fire()
    }

    mutating func finish() {
      watermark = .max
      fire()
    }

    private mutating func fire() {
      while let (timer, time) = timers.filter({ $0.value <= watermark }).min(by: Self.isEarlier) {
        timers[timer] = nil
        var state = states[timer.user] ?? Touches()
        notes.append(Note(user: timer.user, kind: timer.name, count: state.sum, at: .seconds(time)))
        updated[timer.user] = max(updated[timer.user] ?? .min, time)
        if timer.name == "idle" {
          state = Touches()
        } else if state.count % 4 != 0 {
          state.add([time % 3])
          if watermark != .max { timers[timer] = time + 2 }
        }
        states[timer.user] = state
      }
      for (user, state) in states
      where state == Touches() || (updated[user].map { $0 + TouchLogic.timeToLive <= watermark } ?? false) {
        states[user] = nil
        updated[user] = nil
      }
    }

    private static func isEarlier(_ a: (key: Timer, value: Int64), _ b: (key: Timer, value: Int64)) -> Bool {
      if a.value != b.value { return a.value < b.value }
      if a.key.user != b.key.user {
        guard let left = a.key.user else { return true }
        guard let right = b.key.user else { return false }
        return left < right
      }
      return a.key.name < b.key.name
    }

    /// The number of groups that a store holds.
    var groups: Int { states.count + timers.count }
  }
}
