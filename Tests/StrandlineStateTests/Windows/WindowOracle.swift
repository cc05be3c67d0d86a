@testable import StrandlineState

/// Windows by their definition: all that hold a time, counted out in numbers that have room for everything.
struct WindowOracle {
  struct Bounds: Hashable, Comparable {
    var start: Int64
    var end: Int64

    static func < (left: Bounds, right: Bounds) -> Bool { (left.end, left.start) < (right.end, right.start) }
  }

  let window: Window

  /// The windows that take a time, by their ends.
  func windows(at time: Int64) -> [Bounds] {
    switch window {
    case .tumbling(let size, let offset):
      return starts(time, every: size, offset, longest: size).map { Bounds(start: $0, end: $0 + size) }
    case .sliding(let size, let slide, let offset):
      return starts(time, every: slide, offset, longest: size).map { Bounds(start: $0, end: $0 + size) }
    case .cumulating(let size, let step, let offset):
      return starts(time, every: size, offset, longest: size).flatMap { start in
        stride(from: start + step, through: start + size, by: Int64.Stride(step))
          .filter { time < $0 }.map { Bounds(start: start, end: $0) }
      }
    case .calendar, .session, .global, .rows:
      return []
    }
  }

  /// The numbers k * every + offset that are at or before a time and less than `longest` before it.
  private func starts(_ time: Int64, every: Int64, _ offset: Int64, longest: Int64) -> [Int64] {
    var k = (Int128(time) - Int128(offset)) / Int128(every) + 2
    var starts: [Int64] = []
    while k * Int128(every) + Int128(offset) > Int128(time) - Int128(longest) {
      let start = k * Int128(every) + Int128(offset)
      if start <= Int128(time) { starts.append(Int64(start)) }
      k -= 1
    }
    return starts.reversed()
  }
}

extension Window {
  /// A window of small lengths.
  static func random(_ random: inout SeededRandom, scale: Int64 = 1) -> Window {
    let length = Int64.random(in: 1...12, using: &random) * scale
    switch Int.random(in: 0..<3, using: &random) {
    case 0: return .tumbling(size: length, offset: .random(in: -length + 1..<length, using: &random))
    case 1:
      let slide = Int64.random(in: 1...15, using: &random) * scale
      return .sliding(size: length, slide: slide, offset: .random(in: -slide + 1..<slide, using: &random))
    default:
      let size = length * .random(in: 1...5, using: &random)
      return .cumulating(size: size, step: length, offset: .random(in: -size + 1..<size, using: &random))
    }
  }
}
