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
///
/// # Overview
/// They are kept as what they are of: the times of a batch as it was stamped, the marks of all of it, and which rows are these.
/// Most batches lie in one window whose end is not near, and then no operator asks for the time or the mark of a row.
public struct RowTimes: Sendable {
  /// The times of the stamped batch; none is null.
  private let stamped: Column
  /// The watermarks by which a row may be late, of the stamped batch.
  let stampedMarks: RowMarks
  /// Which of its rows these are.
  private(set) var rows: Selection
  /// From the smallest to the largest time of the stamped batch: no row's time is outside.
  public let range: ClosedRange<Int64>

  /// Times of at least one row.
  public init(_ times: Column, marks: RowMarks) {
    guard let range = times.range else { preconditionFailure("times of at least one row") }
    self.init(times, range, marks)
  }

  init(_ times: Column, _ range: ClosedRange<Int64>, _ marks: RowMarks) {
    stamped = times
    stampedMarks = marks
    rows = .all(times.count)
    self.range = range
  }

  /// The times of the rows. Linear in them, but for a batch as it was stamped.
  public var times: Column { stamped.gathered(rows) }

  /// The time of a row. Constant time.
  public func time(of row: Int) -> Int64 {
    switch rows {
    case .all: stamped.words[row]
    case .rows(let rows): stamped.words[Int(rows[row])]
    }
  }

  /// The marks of the rows. Linear in those of the stamped batch.
  public var marks: [Int64] {
    if case .same(let mark) = stampedMarks { return Array(repeating: mark, count: rows.count) }
    let all = stampedMarks.list(times: stamped)
    return if case .rows(let rows) = rows { all.gathered(rows) } else { all }
  }

  /// The mark that all rows have; nil where each has its own.
  public var commonMark: Int64? { if case .same(let mark) = stampedMarks { mark } else { nil } }

  /// The times and marks of those rows, of which there is at least one.
  public func gathered(_ rows: Selection) -> RowTimes {
    var out = self
    out.rows = self.rows.picking(rows)
    return out
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
