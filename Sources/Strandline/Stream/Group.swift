package import StrandlineColumns

/// What can be said of a group: its key, its window, and aggregates over its rows.
///
/// It is handed to `aggregate`, which reads outputs off it: `.init(page: $0.key, views: .sum($0.row.bytes))`.
public struct Group<R: Record, Key: Sendable>: Sendable {
  /// The key: one output, or a tuple of several.
  public let key: Key
  /// The columns of the rows, for aggregates.
  public let row: R.Columns

  /// A group of rows with that key.
  package init(key: Key) {
    self.key = key
    self.row = R.columns
  }

  /// The window.
  public var window: Output<TimeWindow> { Output(.window) }

  /// 1 for what is so, and −1 for what was said of the group before and is so no more.
  ///
  /// A result that has it gets a row of −1, with the old values, before each row that corrects an earlier one; without it, only
  /// the new rows. The sum over all rows of a value times its change is what the last rows alone would give.
  public var change: Output<Int64> { Output(.change) }
}

/// The keys of a grouping, from the one or more expressions that a closure returns.
package enum GroupKeys {
  /// The keys, untyped and in order.
  package static func expressions<each K: ColumnValue>(_ keys: (repeat Expr<each K>)) -> [Expression] {
    var expressions: [Expression] = []
    for key in repeat each keys { expressions.append(key.expression) }
    return expressions
  }

  /// The keys as outputs, each with its position.
  package static func outputs<each K: ColumnValue>(_ keys: (repeat Expr<each K>)) -> (repeat Output<each K>) {
    var position = 0
    return (repeat output(each keys, &position))
  }

  private static func output<K: ColumnValue>(_ key: Expr<K>, _ position: inout Int) -> Output<K> {
    defer { position += 1 }
    return Output(.key(position))
  }
}
