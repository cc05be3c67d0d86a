import StrandlineColumns

extension Expr where Value: ColumnValue, Value.Base == String {
  /// The text in lower case.
  public func lowercased() -> Self { call(.lower) }
  /// The text in upper case.
  public func uppercased() -> Self { call(.upper) }
  /// The text without spaces at both ends.
  public func trimmed() -> Self { call(.trim) }

  /// The characters from a position on, counted from 1, at most so many; to the end without a length.
  public func substring(from start: Int, length: Int? = nil) -> Self {
    call(.substring, [.literal(.int64(Int64(start)))] + (length.map { [.literal(.int64(Int64($0)))] } ?? []))
  }

  /// The part of that number between the delimiters, counted from 1, or from the end by -1; empty where there is none.
  public func part(_ number: Int, separatedBy delimiter: String) -> Self {
    call(.splitPart, [.literal(.string(delimiter)), .literal(.int64(Int64(number)))])
  }

  /// The text with every occurrence of another replaced.
  public func replacing(_ text: String, with other: String) -> Self {
    call(.replace, [.literal(.string(text)), .literal(.string(other))])
  }

  /// What a group of a regular expression holds at its first match (0: all of it); null where there is none.
  public func firstMatch(of pattern: String, group: Int = 0) -> Expr<String?> {
    Expr<String?>(.call(.regexpExtract, [expression, .literal(.string(pattern)), .literal(.int64(Int64(group)))]))
  }

  /// Whether the text begins with another. Null where it is null.
  public func hasPrefix(_ text: String) -> Expr<Bool> { test(.startsWith, text) }
  /// Whether the text ends with another. Null where it is null.
  public func hasSuffix(_ text: String) -> Expr<Bool> { test(.endsWith, text) }
  /// Whether the text holds another. Null where it is null.
  public func contains(_ text: String) -> Expr<Bool> { test(.contains, text) }
  /// Whether a regular expression matches somewhere in the text. Null where it is null.
  public func matches(_ pattern: String) -> Expr<Bool> { test(.regexpMatches, pattern) }

  /// Whether the text has the form of a pattern: `%` stands for any text, `_` for one character. Null where it is null.
  public func isLike(_ pattern: String, escape: Unicode.Scalar? = nil) -> Expr<Bool> {
    Expr<Bool>(.like(expression, pattern, escape: escape))
  }

  /// One text behind the other. Null where an operand is.
  public static func + (left: Self, right: Self) -> Self {
    Self(.call(.concatenate, [left.expression, right.expression]))
  }

  /// One text behind the other. Null where an operand is.
  public static func + (left: Self, right: String) -> Self {
    Self(.call(.concatenate, [left.expression, .literal(.string(right))]))
  }

  /// One text behind the other. Null where an operand is.
  public static func + (left: String, right: Self) -> Self {
    Self(.call(.concatenate, [.literal(.string(left)), right.expression]))
  }

  private func call(_ function: ScalarFunction, _ arguments: [Expression] = []) -> Self {
    Self(.call(function, [expression] + arguments))
  }

  private func test(_ function: ScalarFunction, _ text: String) -> Expr<Bool> {
    Expr<Bool>(.call(function, [expression, .literal(.string(text))]))
  }
}

extension Expr where Value == String {
  /// The number of characters (Unicode scalars).
  public var length: Expr<Int64> { Expr<Int64>(.call(.length, [expression])) }
}

extension Expr where Value == String? {
  /// The number of characters (Unicode scalars).
  public var length: Expr<Int64?> { Expr<Int64?>(.call(.length, [expression])) }
}
