/// A function of the values of one row. The raw value is its name in SQL; what each does is written in docs/SEMANTICS.md.
///
/// Where an argument is null the result is, but for `coalesce`, `nullif`, `concat`, `least` and `greatest`. Characters are
/// Unicode scalars, and positions count them from 1.
public enum ScalarFunction: String, Sendable, Hashable, CaseIterable {
  /// The first argument that is not null.
  case coalesce
  /// The first argument, or null where it equals the second.
  case nullIf = "nullif"
  /// The smallest argument that is not null.
  case least
  /// The largest argument that is not null.
  case greatest

  /// The text in lower case.
  case lower
  /// The text in upper case.
  case upper
  /// The number of characters.
  case length
  /// The number of bytes in UTF-8.
  case octetLength = "octet_length"
  /// The text without spaces, or the given characters, at both ends.
  case trim
  /// The text without spaces, or the given characters, at its beginning.
  case trimStart = "ltrim"
  /// The text without spaces, or the given characters, at its end.
  case trimEnd = "rtrim"
  /// Whether the text begins with another.
  case startsWith = "starts_with"
  /// Whether the text ends with another.
  case endsWith = "ends_with"
  /// Whether the text holds another.
  case contains
  /// The position of another text in the text; 0 where it isn't.
  case position = "strpos"
  /// The characters from a position on, at most so many.
  case substring
  /// One of the parts between the delimiters of a text.
  case splitPart = "split_part"
  /// The text with every occurrence of another replaced.
  case replace
  /// All texts one after another; nulls count as empty.
  case concat
  /// Two texts one after another.
  case concatenate = "||"
  /// Whether a regular expression matches somewhere in the text.
  case regexpMatches = "regexp_matches"
  /// What a group of a regular expression holds at its first match; null where there is none.
  case regexpExtract = "regexp_extract"

  /// The number without its sign.
  case abs
  /// The largest whole number that is not above.
  case floor
  /// The smallest whole number that is not below.
  case ceil
  /// The number rounded to a whole one, or to decimal digits; a half away from zero.
  case round
  /// The square root.
  case sqrt
  /// The natural logarithm.
  case ln
  /// The power of e.
  case exp
  /// A power of any base.
  case power
  /// -1, 0 or 1 by the number's sign.
  case sign

  /// The beginning of the second, minute, hour, day, week, month, quarter or year of a time, in UTC.
  case dateTrunc = "date_trunc"
  /// A part of a time, in UTC.
  case extract
}
