/// An expression whose columns are positions and whose types are resolved: what the kernels run on.
indirect enum ExpressionNode: Sendable {
  case column(Int, ColumnType)
  /// A constant that is not null.
  case constant(Literal)
  case null(ColumnType)
  /// The double of an int64.
  case widened(ExpressionNode)
  /// Operands of one type.
  case compare(OrderSet, ColumnType, ExpressionNode, ExpressionNode)
  case and(ExpressionNode, ExpressionNode)
  case or(ExpressionNode, ExpressionNode)
  case not(ExpressionNode)
  case isNull(ExpressionNode)
  /// Whether a condition is that one of true and false, never null.
  case isTruth(Bool, ExpressionNode)
  /// Whether operands of one type differ, where null differs from every value and not from null.
  case distinct(ColumnType, ExpressionNode, ExpressionNode)
  /// Whether the value is one of some constants.
  case member(ExpressionNode, ConstantSet)
  /// Words of the given type from operands whose words are computed with as they are; the expression is for an error.
  case arithmetic(Arithmetic, ColumnType, ExpressionNode, ExpressionNode, Expression)
  case negate(ColumnType, ExpressionNode, Expression)
  /// The first branch whose condition is true, or else the last value; all of one type.
  case choice([Branch], ExpressionNode, ColumnType)
  /// The first value that is not null; all of one type.
  case coalesce([ExpressionNode], ColumnType)
  /// The last node over the batch with one more column at that position: the values of the first node, which so is
  /// evaluated once, however often it is read.
  case letting(ExpressionNode, column: Int, ExpressionNode)
  case call(BoundCall)
  case cast(BoundCast)

  /// A condition and the value of the rows for which it is true.
  struct Branch: Sendable {
    var condition: ExpressionNode
    var value: ExpressionNode
  }
}
