public import StrandlineColumns
import StrandlineState

/// By what rows are ordered, and in which direction.
///
/// Ascending: null first, then numbers and times from the smallest up, NaN last; text by its bytes; false before true. Descending is
/// all of that the other way round.
public struct Ordering: Sendable, Hashable {
  /// The value.
  public var expression: Expression
  /// Whether the largest comes first.
  public var isDescending: Bool

  /// An order by a value.
  public init(_ expression: Expression, isDescending: Bool) {
    self.expression = expression
    self.isDescending = isDescending
  }

  /// The smallest first.
  public static func ascending<Value: ColumnValue>(_ value: Expr<Value>) -> Ordering {
    Ordering(value.expression, isDescending: false)
  }

  /// The largest first.
  public static func descending<Value: ColumnValue>(_ value: Expr<Value>) -> Ordering {
    Ordering(value.expression, isDescending: true)
  }

  var planText: String { "\(isDescending ? "descending" : "ascending") \(expression)" }
}

/// Values to order rows by, bound to the columns of their input.
struct BoundOrdering: Sendable {
  let expressions: [BoundExpression]
  let descending: [Bool]

  /// Bytes for each row, whose order is that of the rows, from the values of its expressions.
  ///
  /// Each value is encoded as a key of its own, which no other begins with; so turning all bytes turns the order.
  func keys(_ values: [Column], rows: Int) -> [[UInt8]] {
    var keys = [[UInt8]](repeating: [], count: rows)
    for (column, isDescending) in zip(values, descending) {
      let values = KeyTuple.encode([column], rows: rows)
      for row in keys.indices {
        let bytes = values.key(row)
        keys[row] += isDescending ? bytes.map { ~$0 } : bytes
      }
    }
    return keys
  }
}
