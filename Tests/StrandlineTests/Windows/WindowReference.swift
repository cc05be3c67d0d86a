import Strandline
import StrandlineState

/// A row of the tests of windows.
@Record struct ShopSale: Hashable {
  var shop: String
  var amount: Int64
  var at: Timestamp
}

/// What is computed of them.
@Record struct ShopTotal: Hashable {
  var shop: String
  var window: TimeWindow
  var sales: Int64
  var total: Int64
  var largest: Int64
}

/// The same, with what is taken back.
@Record struct ShopChange: Hashable {
  var shop: String
  var window: TimeWindow
  var change: Int64
  var sales: Int64
  var total: Int64
}

/// Windows by their definition, of rows one at a time: no panes, no batches.
struct WindowReference {
  let window: Window
  let delay: Int64
  let lateness: Int64
  private(set) var totals: [TimeWindow: [String: ShopTotal]] = [:]
  private(set) var late = 0
  private var latest: [Int: Int64] = [:]

  init(_ window: Window, delay: Int64, lateness: Int64 = 0) {
    self.window = window
    self.delay = delay
    self.lateness = lateness
  }

  mutating func add(_ sale: ShopSale, partition: Int) {
    let time = sale.at.microseconds
    latest[partition] = max(latest[partition] ?? time, time)
    let mark = (latest[partition] ?? time) - delay
    let taking = windows(at: time).filter { $0.end.microseconds + lateness > mark }
    if taking.isEmpty { late += 1 }
    for window in taking {
      var total =
        totals[window]?[sale.shop]
        ?? ShopTotal(shop: sale.shop, window: window, sales: 0, total: 0, largest: .min)
      total.sales += 1
      total.total += sale.amount
      total.largest = max(total.largest, sale.amount)
      totals[window, default: [:]][sale.shop] = total
    }
  }

  /// Every window that holds a time.
  private func windows(at time: Int64) -> [TimeWindow] {
    func range(_ start: Int64, _ end: Int64) -> TimeWindow {
      TimeWindow(
        start: Timestamp(microsecondsSince1970: start), end: Timestamp(microsecondsSince1970: end))
    }
    switch window {
    case .tumbling(let size, let offset):
      return (-1000...1000).map { range($0 * size + offset, ($0 + 1) * size + offset) }.filter { $0.contains(time) }
    case .sliding(let size, let slide, let offset):
      return (-1000...1000).map { range($0 * slide + offset, $0 * slide + offset + size) }
        .filter { $0.contains(time) }
    case .cumulating(let size, let step, let offset):
      return (-1000...1000).flatMap { number in
        (1...size / step).map { range(number * size + offset, number * size + offset + $0 * step) }
      }.filter { $0.contains(time) }
    case .calendar, .session, .global, .rows: return []
    }
  }

  /// The result, in its order.
  var rows: [ShopTotal] {
    totals.keys.sorted().flatMap { window in
      (totals[window] ?? [:]).values.sorted { $0.shop.utf8.lexicographicallyPrecedes($1.shop.utf8) }
    }
  }
}

extension TimeWindow {
  fileprivate func contains(_ time: Int64) -> Bool { start.microseconds <= time && time < end.microseconds }
}

/// A stream of sales, as a seed says: a window, rows of several partitions, out of order, in batches, with crashes between them.
struct RandomSales {
  var window: Window
  var delay: Int64
  var lateness: Int64
  var partitions: Int
  /// Batches of one partition each, and whether the process crashes after them.
  var batches: [(partition: Int, rows: [ShopSale], crashes: Bool)] = []

  init(seed: UInt64, lateness: Bool) {
    var random = SplitMix(state: seed)
    let step = Int64.random(in: 1...9, using: &random)
    let many = Int64.random(in: 1...6, using: &random)
    let shift = Int64.random(in: -step + 1..<step, using: &random)
    window =
      switch Int.random(in: 0..<5, using: &random) {
      case 0: .tumbling(size: step, offset: shift)
      case 1: .cumulating(size: step * many, step: step, offset: shift)
      case 2: .sliding(size: step * many, slide: step, offset: shift)
      default: .sliding(size: .random(in: 1...30, using: &random), slide: step, offset: shift)
      }
    delay = [0, 2, 8].randomElement(using: &random) ?? 0
    self.lateness = lateness ? .random(in: 1...20, using: &random) : 0
    partitions = .random(in: 1...3, using: &random)
    let disorder = Int64.random(in: 1...25, using: &random)
    var place = Int64.random(in: -60...0, using: &random)
    for _ in 0..<Int.random(in: 1...14, using: &random) {
      var rows: [ShopSale] = []
      for _ in 0..<Int.random(in: 0...9, using: &random) {
        place += .random(in: 0...3, using: &random)
        rows.append(
          ShopSale(
            shop: ["a", "b", ""].randomElement(using: &random) ?? "", amount: .random(in: -9...9, using: &random),
            at: Timestamp(microsecondsSince1970: place - .random(in: 0..<disorder, using: &random))))
      }
      batches.append(
        (.random(in: 0..<partitions, using: &random), rows, Int.random(in: 0..<5, using: &random) == 0))
    }
  }

  /// What must come of it.
  var reference: WindowReference {
    var reference = WindowReference(window, delay: delay, lateness: lateness)
    for batch in batches {
      for row in batch.rows { reference.add(row, partition: batch.partition) }
    }
    return reference
  }

  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      return value ^ (value >> 31)
    }
  }
}
