/// A sequence of rows of one key, in the order of their event time.
///
/// ```swift
/// let pattern = Pattern<Login>.begin("failures") { !$0.succeeded }.times(3...5).consecutive()
///   .next("success") { $0.succeeded }
///   .within(.minutes(5))
/// ```
///
/// `times`, `oneOrMore`, `optional`, `greedy`, `consecutive` and `allowingCombinations` are about the element before them.
public struct Pattern<Row: Record>: Sendable {
  private(set) var plan = PatternPlan()

  private init() {}

  /// Begins with a row that fulfils a condition.
  public static func begin(_ name: String, _ condition: (Row.Columns) -> Expr<Bool>) -> Pattern {
    Pattern().adding(name, .followedBy, condition)
  }

  /// Goes on with the very next row of the key, which fulfils a condition.
  public func next(_ name: String, _ condition: (Row.Columns) -> Expr<Bool>) -> Pattern {
    adding(name, .next, condition)
  }

  /// Goes on with the next row that fulfils a condition.
  public func followedBy(_ name: String, _ condition: (Row.Columns) -> Expr<Bool>) -> Pattern {
    adding(name, .followedBy, condition)
  }

  /// Goes on with any later row that fulfils a condition.
  public func followedByAny(_ name: String, _ condition: (Row.Columns) -> Expr<Bool>) -> Pattern {
    adding(name, .followedByAny, condition)
  }

  /// The very next row must not fulfil a condition.
  public func notNext(_ name: String, _ condition: (Row.Columns) -> Expr<Bool>) -> Pattern {
    adding(name, .next, condition, isNegated: true)
  }

  /// No row before that of the next element fulfils a condition; at the end: none within the pattern's time.
  public func notFollowedBy(_ name: String, _ condition: (Row.Columns) -> Expr<Bool>) -> Pattern {
    adding(name, .followedBy, condition, isNegated: true)
  }

  private func adding(
    _ name: String, _ contiguity: Contiguity, _ condition: (Row.Columns) -> Expr<Bool>, isNegated: Bool = false
  ) -> Pattern {
    var next = self
    var element = PatternPlan.Element(
      name: name, condition: condition(Row.columns).expression, contiguity: contiguity)
    element.isNegated = isNegated
    next.plan.elements.append(element)
    return next
  }

  private func changing(_ change: (inout PatternPlan.Element) -> Void) -> Pattern {
    var next = self
    change(&next.plan.elements[next.plan.elements.count - 1])
    return next
  }

  /// The element takes so many rows.
  public func times(_ count: Int) -> Pattern { changing { $0.times = count...max(count, count) } }

  /// The element takes so many rows: each number that there are rows for makes a match.
  public func times(_ range: ClosedRange<Int>) -> Pattern { changing { $0.times = range } }

  /// The element takes a row or more: each number of them makes a match.
  public func oneOrMore() -> Pattern { changing { $0.times = 1...Int.max } }

  /// The element may be missing; where it isn't, that is a match, too.
  public func optional() -> Pattern { changing { $0.isOptional = true } }

  /// The element takes as many rows as it can before the next element.
  public func greedy() -> Pattern { changing { $0.isGreedy = true } }

  /// The rows of the element follow each other without others between.
  public func consecutive() -> Pattern { changing { $0.inner = .next } }

  /// The rows of the element may leave out others that fulfil its condition.
  public func allowingCombinations() -> Pattern { changing { $0.inner = .followedByAny } }

  /// The whole sequence takes less than that time, from its first to its last row.
  public func within(_ time: Duration) -> Pattern {
    var next = self
    next.plan.within = time.microseconds
    return next
  }
}

extension Keyed {
  /// Looks for a sequence among the rows of each key.
  ///
  /// ```swift
  /// logins.eventTime(\.at, delay: .seconds(10)).keyed(by: { $0.user })
  ///   .matching(pattern, skip: .pastLastRow)
  ///   .select(Alert.self) { match in
  ///     Alert(user: match.key, failures: Int64(match["failures"].count), at: try match.last("success").at)
  ///   }
  /// ```
  public func matching(_ pattern: Pattern<Row>, skip: MatchSkip = .none) -> Matching<Row, Key> {
    var plan = pattern.plan
    plan.skip = skip
    return Matching(keyed: self, pattern: plan)
  }
}

/// Sequences that were found, to be made rows of.
public struct Matching<Row: Record, Key: Sendable>: Sendable {
  let keyed: Keyed<Row, Key>
  var pattern: PatternPlan

  /// Makes a row of each match.
  public func select<Output: Record>(
    _ output: Output.Type = Output.self, _ row: @escaping @Sendable (Match<Key, Row>) throws -> Output
  ) -> Stream<Output> {
    var pattern = pattern
    pattern.output = Output.schema
    pattern.logic = TypedMatches(names: pattern.elements.map(\.name), coding: keyed.coding, row: row)
    var plan = keyed.stream.plan
    plan.operation = .pattern(pattern)
    return Stream<Output>(plan: plan, ends: keyed.stream.ends)
  }
}
