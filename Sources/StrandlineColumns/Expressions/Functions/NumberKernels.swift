/// Functions of numbers.
enum NumberKernels {
  static func evaluate(
    _ function: ScalarFunction, _ type: ColumnType, _ operands: [Operand], _ rows: CallRows
  ) throws(ColumnsError) -> Column {
    type == .double ? doubles(function, operands, rows) : try integers(function, operands, rows)
  }

  private static func doubles(_ function: ScalarFunction, _ operands: [Operand], _ rows: CallRows) -> Column {
    let values = operands[0]
    switch function {
    case .abs: return rows.numbers { values.number($0).magnitude }
    case .floor: return rows.numbers { Rounding.down(values.number($0)) }
    case .ceil: return rows.numbers { Rounding.up(values.number($0)) }
    case .round:
      guard operands.count > 1 else { return rows.numbers { Rounding.halfAway(values.number($0)) } }
      return rows.numbers { Rounding.halfAway(values.number($0), digits: operands[1].word($0)) }
    case .sqrt: return rows.numbers { values.number($0).squareRoot() }
    case .ln: return rows.numbers { ElementaryFunctions.logarithm(values.number($0)) }
    case .exp: return rows.numbers { ElementaryFunctions.exponential(values.number($0)) }
    case .power: return rows.numbers { ElementaryFunctions.power(values.number($0), operands[1].number($0)) }
    default:
      // The sign. A zero and a NaN are their own.
      return rows.numbers { row in
        let value = values.number(row)
        return value > 0 ? 1 : value < 0 ? -1 : value
      }
    }
  }

  private static func integers(
    _ function: ScalarFunction, _ operands: [Operand], _ rows: CallRows
  ) throws(ColumnsError) -> Column {
    let values = operands[0]
    switch function {
    case .abs:
      return try rows.words(.int64) { row throws(ColumnsError) in
        let value = values.word(row)
        guard value != .min else { throw ArithmeticKernels.overflow(rows.expression) }
        return Swift.abs(value)
      }
    case .round where operands.count > 1:
      return try rows.words(.int64) { row throws(ColumnsError) in
        guard let value = Rounding.halfAway(values.word(row), digits: operands[1].word(row)) else {
          throw ArithmeticKernels.overflow(rows.expression)
        }
        return value
      }
    case .sign:
      return rows.words(.int64) { values.word($0).signum() }
    default:
      // An integer is whole already.
      return rows.words(.int64) { values.word($0) }
    }
  }
}

/// The smallest and the largest of some values, of which nulls are none.
enum ExtremeKernels {
  static func extreme(
    _ function: ScalarFunction, _ type: ColumnType, _ operands: [Operand], _ rows: CallRows
  ) -> Column {
    let wantsLess = function == .least
    var out = Column(type, capacity: rows.count)
    for row in 0..<rows.count {
      var best: Operand?
      for operand in operands where !operand.isNull(row) {
        guard let known = best else {
          best = operand
          continue
        }
        let order = compare(type, operand, known, row)
        if wantsLess ? order < 0 : order > 0 { best = operand }
      }
      if let best { out.append(row &* best.stride, of: best.column) } else { out.appendNull() }
    }
    return out
  }

  /// The order of two operands' values. A NaN is above every number and the same as another.
  private static func compare(_ type: ColumnType, _ left: Operand, _ right: Operand, _ row: Int) -> Int64 {
    switch type {
    case .string:
      return TextOrder.compare(left.texts[row], right.texts[row])
    case .double:
      let (one, other) = (left.number(row), right.number(row))
      if one.isNaN || other.isNaN { return (one.isNaN ? 1 : 0) - (other.isNaN ? 1 : 0) }
      return one < other ? -1 : one > other ? 1 : 0
    case .int64, .timestamp, .bool:
      let (one, other) = (left.word(row), right.word(row))
      return one < other ? -1 : one > other ? 1 : 0
    }
  }
}
