/// A function whose arguments are bound and of the right types, with what is prepared once from its constants.
struct BoundCall: Sendable {
  let function: ScalarFunction
  let type: ColumnType
  let arguments: [ExpressionNode]
  let prepared: Prepared
  /// The call, for an error's words.
  let expression: Expression

  enum Prepared: Sendable {
    case nothing
    case like(LikePattern)
    case regex(RegularExpression, group: Int)
    case timeUnit(CalendarUnit)
    case timePart(TimePart)
  }

  func evaluate(_ batch: ColumnBatch, _ selection: Selection) throws(ColumnsError) -> Column {
    var operands: [Operand] = []
    for argument in arguments { operands.append(try Operand(argument, batch, selection)) }
    let rows = CallRows(count: selection.count, validity: Operand.validity(operands), expression: expression)
    switch prepared {
    case .like(let pattern):
      let subject = operands[0]
      let texts = subject.texts
      return rows.truths { pattern.matches(texts[$0]) }
    case .regex(let regex, let group):
      return function == .regexpMatches
        ? RegexKernels.matches(regex, operands[0], rows)
        : try RegexKernels.extracted(regex, group: group, operands[0], rows)
    case .timeUnit(let unit):
      return try TimeKernels.truncated(operands[1], to: unit, rows)
    case .timePart(let part):
      return TimeKernels.extracted(part, operands[1], rows)
    case .nothing:
      switch function {
      case .startsWith, .endsWith, .contains, .position, .length, .octetLength:
        return TextKernels.measured(function, operands, rows)
      case .trim, .trimStart, .trimEnd, .substring, .splitPart:
        return try TextKernels.part(function, operands, rows)
      case .lower, .upper, .replace, .concat, .concatenate:
        return try TextKernels.made(function, operands, rows)
      case .least, .greatest:
        return ExtremeKernels.extreme(function, type, operands, rows)
      default:
        return try NumberKernels.evaluate(function, type, operands, rows)
      }
    }
  }
}

/// The rows that a function is computed for.
struct CallRows {
  let count: Int
  /// The rows where no argument is null; nil when that is every row.
  let validity: Bitmap?
  let expression: Expression

  /// The most bytes that a text made by a function can have.
  static let textLengthMax = 1 << 26

  @inline(__always)
  func isPresent(_ row: Int) -> Bool { validity?[row] ?? true }

  /// A column of truth values; the test is made where no argument is null.
  @inline(__always)
  func truths(_ test: (Int) -> Bool) -> Column {
    words(.bool) { test($0) ? 1 : 0 }
  }

  /// A column of words, made where no argument is null.
  @inline(__always)
  func words<Failure: Error>(_ type: ColumnType, _ word: (Int) throws(Failure) -> Int64) throws(Failure) -> Column {
    var words = [Int64](repeating: 0, count: count)
    if let validity {
      for row in 0..<count where validity[row] { words[row] = try word(row) }
    } else {
      for row in 0..<count { words[row] = try word(row) }
    }
    guard let validity, validity.zeros > 0 else { return Column(type, words: words) }
    return Column(type, words: words, validity: validity)
  }

  /// A column of numbers, made where no argument is null.
  @inline(__always)
  func numbers(_ number: (Int) -> Double) -> Column {
    words(.double) { Int64(bitPattern: number($0).bitPattern) }
  }

  /// A column of texts; each is appended to the bytes of those before, where no argument is null. False makes a null.
  @inline(__always)
  func texts(_ append: (Int, inout [UInt8]) throws(ColumnsError) -> Bool) throws(ColumnsError) -> Column {
    var out = Column(.string, capacity: count)
    for row in 0..<count {
      let start = out.bytes.count
      guard isPresent(row), try append(row, &out.bytes) else {
        out.appendNull()
        continue
      }
      guard out.bytes.count - start <= Self.textLengthMax else { throw tooLong }
      guard out.bytes.count <= Int(Int32.max) else {
        throw ColumnsError(.overflow, "the texts of \(expression) take more than 2 GiB for one batch")
      }
      out.endText()
    }
    return out
  }

  /// The error of a text beyond the limit.
  var tooLong: ColumnsError {
    ColumnsError(
      .overflow, "\(expression) makes a text of more than \(Self.textLengthMax >> 20) MiB",
      column: expression.columns.min())
  }
}
