import StrandlineColumns

/// A generator of a fixed sequence: SplitMix64 (G. Steele, D. Lea, C. Flood, 2014).
struct RandomSource: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

/// Random batches, selections and expressions over a fixed schema, with the values where things go wrong.
struct RandomExpressions {
  static let schema = Schema([
    Field("i", .int64), Field("i?", .int64, nullable: true),
    Field("d", .double), Field("d?", .double, nullable: true),
    Field("b", .bool), Field("b?", .bool, nullable: true),
    Field("t", .timestamp), Field("t?", .timestamp, nullable: true),
    Field("s", .string), Field("s?", .string, nullable: true),
  ])

  private static let integers: [Int64] = [0, 0, 1, 1, 2, -1, 3, 7, -7, .max, .min, 1 << 53 + 1]
  private static let numbers: [Double] = [
    0, -0.0, 1, 1.5, -2, 3, .infinity, -.infinity, .nan, 9e15, .leastNonzeroMagnitude,
  ]
  private static let texts = [
    "", "view", "views", "vie", "buy", "a longer text", "a longer texT", "a longer text still", "ä", "é€𐍈", "\u{0}",
    "it's", "42", "-7", "+1", "9223372036854775808", "1.5", "1e3", "0x10", " 1 ", "inf", "NaN", "TRUE", "false",
    "2015-05-17T10:00:00Z", "1969-12-31", "a%b_c", "Straße ÄÖÜ", "'\u{301}", "eee", "e",
  ]

  var generator: RandomSource

  init(seed: UInt64) {
    generator = RandomSource(seed: seed)
  }

  mutating func batch(rows: Int) -> ColumnBatch {
    var columns: [Column] = []
    for field in Self.schema.fields {
      var column = Column(field.type)
      for _ in 0..<rows {
        if field.isNullable, chance(4) {
          column.appendNull()
          continue
        }
        switch literal(field.type) {
        case .int64(let value), .timestamp(let value): column.append(word: value)
        case .double(let value): column.append(value)
        case .bool(let value): column.append(word: value ? 1 : 0)
        case .string(let value): column.append(value)
        case .null: column.appendNull()
        }
      }
      columns.append(column)
    }
    return ColumnBatch(Self.schema, columns: columns)
  }

  mutating func selection(rows: Int) -> Selection {
    if chance(2) { return .all(rows) }
    let one = UInt64.random(in: 1...3, using: &generator)
    return .rows((0..<Int32(rows)).filter { _ in generator.next() % 4 < one })
  }

  mutating func expression(_ type: ColumnType, depth: Int) -> Expression {
    if depth == 0 || chance(8) { return leaf(type) }
    if chance(3) { return general(type, depth: depth - 1) }
    switch type {
    case .bool: return condition(depth: depth - 1)
    case .int64:
      if chance(2) { return function(.int64, depth: depth - 1) }
      if chance(5) { return .negate(expression(.int64, depth: depth - 1)) }
      if chance(8) {
        return .arithmetic(.subtract, expression(.timestamp, depth: depth - 1), present(.timestamp, depth: depth - 1))
      }
      return .arithmetic(
        one(of: Arithmetic.allCases), expression(.int64, depth: depth - 1), expression(.int64, depth: depth - 1))
    case .double:
      if chance(2) { return function(.double, depth: depth - 1) }
      if chance(5) { return .negate(expression(.double, depth: depth - 1)) }
      let other: ColumnType = chance(3) ? .int64 : .double
      let operation = one(of: Arithmetic.allCases)
      let (left, right) = (expression(other, depth: depth - 1), expression(.double, depth: depth - 1))
      return chance(2) ? .arithmetic(operation, left, right) : .arithmetic(operation, right, left)
    case .timestamp, .string:
      return function(type, depth: depth - 1)
    }
  }

  /// An expression that has a type of its own, which a bare null hasn't.
  mutating func present(_ type: ColumnType, depth: Int) -> Expression {
    while true {
      let expression = expression(type, depth: depth)
      if expression != .literal(.null) { return expression }
    }
  }

  private mutating func condition(depth: Int) -> Expression {
    switch Int.random(in: 0..<12, using: &generator) {
    case 0: return .and(expression(.bool, depth: depth), expression(.bool, depth: depth))
    case 1: return .or(expression(.bool, depth: depth), expression(.bool, depth: depth))
    case 2: return .not(expression(.bool, depth: depth))
    case 3: return .isNull(expression(one(of: ColumnType.allCases), depth: depth))
    case 4: return .isTruth(chance(2), expression(.bool, depth: depth))
    case 5:
      let (left, right) = comparable(depth: depth)
      return .distinct(left, right)
    case 6:
      let (value, low) = comparable(depth: depth)
      return .between(value, low, value == .literal(.null) ? low : expression(type(of: value), depth: depth))
    case 7, 8: return membership(depth: depth)
    case 9: return textTest(depth: depth)
    default:
      let (left, right) = comparable(depth: depth)
      return .compare(one(of: Comparison.allCases), left, right)
    }
  }

  /// Two operands of one type, or an int64 and a double.
  private mutating func comparable(depth: Int) -> (Expression, Expression) {
    let type = one(of: ColumnType.allCases)
    var other = type
    if chance(3), type == .int64 { other = .double }
    if chance(3), type == .double { other = .int64 }
    return (expression(type, depth: depth), expression(other, depth: depth))
  }

  private func type(of expression: Expression) -> ColumnType {
    let bound = try? BoundExpression(expression, schema: Self.schema)
    return bound?.type ?? .bool
  }

  mutating func leaf(_ type: ColumnType) -> Expression {
    if chance(12) { return .literal(.null) }
    if chance(3) { return .literal(literal(type)) }
    let fields = Self.schema.fields.filter { $0.type == type }
    return .column(one(of: fields).name)
  }

  mutating func literal(_ type: ColumnType) -> Literal {
    switch type {
    case .int64: .int64(one(of: Self.integers))
    case .double: .double(one(of: Self.numbers))
    case .bool: .bool(chance(2))
    case .timestamp: .timestamp(one(of: Self.integers))
    case .string: .string(one(of: Self.texts))
    }
  }

  mutating func one<Element>(of elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &generator)]
  }

  mutating func chance(_ count: UInt64) -> Bool {
    generator.next() % count == 0
  }
}
