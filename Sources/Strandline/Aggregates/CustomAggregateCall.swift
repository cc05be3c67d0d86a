public import StrandlineColumns
import StrandlineState

/// A call of an aggregate that is defined outside of this package (``Aggregate``).
///
/// Two are equal that say the same; code can't be compared.
public struct CustomAggregateCall: Sendable, Hashable {
  /// The aggregate's name.
  public let name: String
  /// The aggregate's version.
  public let version: Int
  /// The value per row.
  public let argument: Expression
  /// The condition that a row fulfils to take part; nil lets all of them.
  public let filter: Expression?
  /// The type of the values that it takes.
  let inputType: ColumnType
  /// The type of the result.
  let type: ColumnType
  /// Whether the result can be null.
  let isNullable: Bool
  /// What is done; nil where the call was read from a plan's description.
  let definition: (any CustomAggregation)?

  public static func == (a: CustomAggregateCall, b: CustomAggregateCall) -> Bool {
    a.description == b.description
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(description)
  }

  /// The columns that it reads.
  public var columns: Set<String> {
    argument.columns.union(filter?.columns ?? [])
  }

  /// The field of the result; without the definition nothing is known of its values.
  func field(_ name: String) -> Field {
    Field(name, type, nullable: isNullable || definition == nil)
  }

  /// Checks the call against the columns that it reads.
  func check(in schema: Schema) throws(ColumnsError) {
    guard !name.isEmpty, name.allSatisfy({ $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }) else {
      throw ColumnsError(.malformed, "the name of the aggregate '\(name)' is not of letters, digits and underscores")
    }
    guard AggregateFunction(rawValue: name) == nil else {
      throw ColumnsError(.unsupported, "the aggregate \(name) has the name of a function that is there already")
    }
    let type = try BoundExpression(argument, schema: schema).type
    guard type == inputType else {
      throw ColumnsError(.typeMismatch, "\(self): it takes a \(inputType.name), and \(argument) is a \(type.name)")
    }
    if let filter { try BoundExpression(filter, schema: schema).requireCondition() }
  }
}

extension CustomAggregateCall: CustomStringConvertible {
  /// The call as a plan holds it: `custom geometric_mean(price) filter (where ok) version 1 from double to double?`.
  public var description: String {
    "custom \(name)(\(argument))\(filter.map { " filter (where \($0))" } ?? "") version \(version) "
      + "from \(inputType.name) to \(type.name)\(isNullable ? "?" : "")"
  }

  /// Reads what stands behind `custom `.
  ///
  /// - Throws: `ColumnsError` `.malformed`.
  init(parsing text: String) throws(ColumnsError) {
    let call = try AggregateCallText(parsing: text)
    let words = call.remainder.split(separator: " ")
    guard call.arguments.count == 1, !call.isDistinct, words.count == 6, words[0] == "version", words[2] == "from",
      words[4] == "to", let version = Int(words[1]), let inputType = ColumnType(name: String(words[3])),
      let type = ColumnType(name: String(words[5].prefix { $0 != "?" }))
    else { throw ColumnsError(.malformed, "the aggregate '\(text)' can't be read") }
    self.init(
      name: call.name, version: version, argument: try Expression(parsing: call.arguments[0]),
      filter: try call.filter.map { text throws(ColumnsError) in try Expression(parsing: text) }, inputType: inputType,
      type: type, isNullable: words[5].hasSuffix("?"), definition: nil)
  }
}
