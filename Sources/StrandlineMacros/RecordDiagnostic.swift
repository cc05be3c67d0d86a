import SwiftDiagnostics
import SwiftSyntax

/// What `@Record` and `@Column` refuse, in words.
enum RecordDiagnostic: DiagnosticMessage, Error {
  case notAStruct
  case genericStruct
  case noProperties
  case missingType(property: String)
  case constantWithValue(property: String)
  case lazyProperty(property: String)
  case pattern
  case unsupportedType(String, property: String, suggestion: String?)
  case optionalWindow(property: String)
  case duplicateColumn(String, first: String, second: String)
  case columnNameNotLiteral
  case emptyColumnName
  case columnOfSeveral
  case columnNotOnProperty

  var severity: DiagnosticSeverity { .error }

  var diagnosticID: MessageID { MessageID(domain: "StrandlineMacros", id: name) }

  var message: String {
    switch self {
    case .notAStruct:
      "@Record makes a struct a record; this is not a struct"
    case .genericStruct:
      "a record has fixed columns, so it can't be generic"
    case .noProperties:
      "a record has at least one stored property"
    case .missingType(let property):
      "'\(property)' needs a type: only that of a number, text or Boolean literal can be read off its value"
    case .constantWithValue(let property):
      "'\(property)' is a constant with a value and can't be read from a row; make it a variable or static, or remove the value"
    case .lazyProperty(let property):
      "'\(property)' is lazy, and a row's values are there at once; remove 'lazy' or compute it"
    case .pattern:
      "a record's properties are declared one name at a time, not as a tuple"
    case .unsupportedType(let type, let property, let suggestion):
      "'\(property)' can't be a column: '\(type)' is no column type; "
        + (suggestion.map { "use \($0)" }
          ?? "use Int64, Int, Double, Bool, Timestamp, String, an optional of one, or TimeWindow")
    case .optionalWindow(let property):
      "'\(property)' can't be optional: every result has its window"
    case .duplicateColumn(let column, let first, let second):
      "'\(first)' and '\(second)' would both be the column '\(column)'; name one of them with @Column"
    case .columnNameNotLiteral:
      "the name of a column is a string literal without interpolation"
    case .emptyColumnName:
      "the name of a column can't be empty"
    case .columnOfSeveral:
      "@Column names one property; declare the others on lines of their own"
    case .columnNotOnProperty:
      "@Column names the column of a stored property of a record"
    }
  }

  private var name: String {
    switch self {
    case .notAStruct: "notAStruct"
    case .genericStruct: "genericStruct"
    case .noProperties: "noProperties"
    case .missingType: "missingType"
    case .constantWithValue: "constantWithValue"
    case .lazyProperty: "lazyProperty"
    case .pattern: "pattern"
    case .unsupportedType: "unsupportedType"
    case .optionalWindow: "optionalWindow"
    case .duplicateColumn: "duplicateColumn"
    case .columnNameNotLiteral: "columnNameNotLiteral"
    case .emptyColumnName: "emptyColumnName"
    case .columnOfSeveral: "columnOfSeveral"
    case .columnNotOnProperty: "columnNotOnProperty"
    }
  }

  /// The message at a place in the source.
  func at(_ node: some SyntaxProtocol) -> Diagnostic {
    Diagnostic(node: node, message: self)
  }
}
