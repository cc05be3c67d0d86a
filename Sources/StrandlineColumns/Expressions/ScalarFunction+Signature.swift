extension ScalarFunction {
  /// How many arguments it takes.
  var argumentCounts: ClosedRange<Int> {
    switch self {
    case .coalesce, .least, .greatest, .concat: 1...Int.max
    case .lower, .upper, .length, .octetLength, .abs, .floor, .ceil, .sqrt, .ln, .exp, .sign: 1...1
    case .trim, .trimStart, .trimEnd, .round: 1...2
    case .substring, .regexpExtract: 2...3
    case .splitPart, .replace: 3...3
    case .nullIf, .startsWith, .endsWith, .contains, .position, .concatenate, .regexpMatches: 2...2
    case .power, .dateTrunc, .extract: 2...2
    }
  }

  /// The types of so many arguments and of the result; nil where they depend on the arguments'.
  func signature(_ count: Int) -> (parameters: [ColumnType], result: ColumnType)? {
    switch self {
    case .coalesce, .nullIf, .least, .greatest, .abs, .floor, .ceil, .round, .sign: nil
    case .lower, .upper, .trim, .trimStart, .trimEnd, .replace, .concat, .concatenate:
      (Array(repeating: .string, count: count), .string)
    case .length, .octetLength: ([.string], .int64)
    case .position: ([.string, .string], .int64)
    case .startsWith, .endsWith, .contains, .regexpMatches: ([.string, .string], .bool)
    case .substring: ([.string, .int64, .int64], .string)
    case .splitPart: ([.string, .string, .int64], .string)
    case .regexpExtract: ([.string, .string, .int64], .string)
    case .sqrt, .ln, .exp: ([.double], .double)
    case .power: ([.double, .double], .double)
    case .dateTrunc: ([.string, .timestamp], .timestamp)
    case .extract: ([.string, .timestamp], .int64)
    }
  }
}
