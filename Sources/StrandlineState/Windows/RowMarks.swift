public import StrandlineColumns

/// The watermark of a row's own partition at that row, for every row of a batch: what decides whether the row is late.
///
/// It is kept as what it follows from as long as the batch is whole, since most batches lie in one window and none of their
/// rows needs it.
public enum RowMarks: Sendable {
  /// One mark for all: rows that an operator made have its watermark.
  case same(Int64)
  /// Marks that follow from the times of the rows, all of which move the clock of their partition on.
  case running(PartitionClock, delay: Int64)
  /// A mark per row.
  case each([Int64])

  /// The marks of those rows, of a batch with those times.
  public func gathered(_ rows: Selection, times: Column) -> RowMarks {
    guard case .rows(let positions) = rows else { return self }
    switch self {
    case .same: return self
    case .each(let marks): return .each(positions.map { marks[Int($0)] })
    case .running(var clock, let delay):
      let words = times.words.span
      var marks: [Int64] = []
      marks.reserveCapacity(positions.count)
      var next = 0
      for row in words.indices where next < positions.count {
        clock.observe(words[row])
        if Int(positions[next]) == row {
          marks.append(clock.watermark(delay: delay))
          next += 1
        }
      }
      return .each(marks)
    }
  }

  /// The marks as a list of as many as there are rows.
  public func list(times: Column) -> [Int64] {
    switch self {
    case .same(let mark): return Array(repeating: mark, count: times.count)
    case .each(let marks): return marks
    case .running(var clock, let delay):
      return times.words.map { time in
        clock.observe(time)
        return clock.watermark(delay: delay)
      }
    }
  }
}

/// Rows with their event time, on their way to an operator.
public struct RowTimes: Sendable {
  /// The times of all rows of the batch; none is null.
  public var times: Column
  /// The smallest and the largest time of all rows.
  public var range: ClosedRange<Int64>
  /// The watermarks by which a row may be late.
  public var marks: RowMarks

  /// Times of at least one row.
  public init(_ times: Column, marks: RowMarks) {
    guard let range = times.range else { preconditionFailure("times of at least one row") }
    self.init(times, range, marks)
  }

  init(_ times: Column, _ range: ClosedRange<Int64>, _ marks: RowMarks) {
    self.times = times
    self.range = range
    self.marks = marks
  }

  /// The times and marks of those rows, of which there is at least one.
  public func gathered(_ rows: Selection) -> RowTimes {
    guard case .rows = rows else { return self }
    return RowTimes(times.gathered(rows), marks: marks.gathered(rows, times: times))
  }
}

extension Column {
  /// The smallest and the largest word; nil of no rows. Linear in the rows.
  public var range: ClosedRange<Int64>? { range(of: 0..<words.count) }

  /// The smallest and the largest word of consecutive rows; nil of none. Linear in the rows.
  public func range(of rows: Range<Int>) -> ClosedRange<Int64>? {
    if rows.isEmpty { return nil }
    var (low, high) = (words[rows.lowerBound], words[rows.lowerBound])
    let words = words.span.extracting(rows)
    for row in words.indices {
      low = min(low, words[row])
      high = max(high, words[row])
    }
    return low...high
  }
}
