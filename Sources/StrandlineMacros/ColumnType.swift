import SwiftSyntax

/// The type of a record's property, as far as its text tells.
///
/// Names that are not known here are let through: whether they are column values is for the compiler to say.
struct ColumnType {
  /// The type as the expansion writes it, an optional in full so that it can be called on.
  let name: String
  /// Whether it takes two columns.
  let isWindow: Bool

  /// - Throws: what is wrong with it.
  init(_ type: TypeSyntax, property: String) throws(RecordDiagnostic) {
    if let wrapped = Self.wrapped(type) {
      let base = try Self.named(wrapped, type, property)
      if base.isWindow { throw .optionalWindow(property: property) }
      self.init(name: "Swift.Optional<\(base.name)>", isWindow: false)
    } else {
      self = try Self.named(type, type, property)
    }
  }

  /// The type of a literal, or nil.
  init?(of value: ExprSyntax) {
    if let sign = value.as(PrefixOperatorExprSyntax.self), sign.operator.text == "-",
      sign.expression.is(IntegerLiteralExprSyntax.self) || sign.expression.is(FloatLiteralExprSyntax.self)
    {
      self.init(of: sign.expression)
      return
    }
    switch value.kind {
    case .integerLiteralExpr: self.init(name: "Swift.Int", isWindow: false)
    case .floatLiteralExpr: self.init(name: "Swift.Double", isWindow: false)
    case .booleanLiteralExpr: self.init(name: "Swift.Bool", isWindow: false)
    case .stringLiteralExpr: self.init(name: "Swift.String", isWindow: false)
    default: return nil
    }
  }

  private init(name: String, isWindow: Bool) {
    self.name = name
    self.isWindow = isWindow
  }

  /// The type in an optional, written in either way.
  private static func wrapped(_ type: TypeSyntax) -> TypeSyntax? {
    if let optional = type.as(OptionalTypeSyntax.self) { return optional.wrappedType }
    let (name, arguments) = parts(type)
    guard name == "Optional", let arguments, arguments.count == 1, case .type(let wrapped)? = arguments.first?.argument
    else { return nil }
    return wrapped
  }

  private static func named(
    _ type: TypeSyntax, _ whole: TypeSyntax, _ property: String
  ) throws(RecordDiagnostic) -> ColumnType {
    let (name, arguments) = parts(type)
    guard let name, arguments == nil, !refused.contains(name), replacements[name] == nil else {
      throw .unsupportedType(
        whole.trimmedDescription, property: property, suggestion: name.flatMap { replacements[$0] })
    }
    return ColumnType(name: type.trimmedDescription, isWindow: name == "TimeWindow")
  }

  /// The last name of a type such as `Swift.Int64`, and what is in its angle brackets.
  private static func parts(_ type: TypeSyntax) -> (name: String?, arguments: GenericArgumentListSyntax?) {
    if let identifier = type.as(IdentifierTypeSyntax.self) {
      return (identifier.name.text, identifier.genericArgumentClause?.arguments)
    }
    if let member = type.as(MemberTypeSyntax.self) {
      return (member.name.text, member.genericArgumentClause?.arguments)
    }
    return (nil, nil)
  }

  /// Well-known types that are no columns, and what to use in their place.
  private static let replacements: [String: String] = [
    "Int8": "Int64", "Int16": "Int64", "Int32": "Int64", "Int128": "Int64", "UInt": "Int64", "UInt8": "Int64",
    "UInt16": "Int64", "UInt32": "Int64", "UInt64": "Int64", "UInt128": "Int64", "Float": "Double",
    "Float16": "Double", "Float32": "Double", "Float80": "Double", "Decimal": "Double", "Character": "String",
    "Substring": "String", "StaticString": "String", "UUID": "String", "URL": "String", "Date": "Timestamp",
    "Duration": "Int64 with the unit in its name", "TimeInterval": "Double",
  ]

  private static let refused: Set<String> = [
    "Any", "AnyObject", "Array", "Dictionary", "Set", "Optional", "Void", "Never", "Data", "Range", "ClosedRange",
    "Self",
  ]
}
