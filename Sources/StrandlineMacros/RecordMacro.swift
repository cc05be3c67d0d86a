import SwiftDiagnostics
package import SwiftSyntax
import SwiftSyntaxBuilder
package import SwiftSyntaxMacros

/// `@Record`: the members and the conformance of a record.
///
/// The initialiser goes into the extension, so that the struct keeps its memberwise one.
package enum RecordMacro {
  /// The struct's properties; nil, after reporting what is wrong, where it can't be a record.
  private static func properties(
    _ declaration: some DeclGroupSyntax, _ node: AttributeSyntax, report: (Diagnostic) -> Void
  ) -> [RecordProperty]? {
    guard let declaration = declaration.as(StructDeclSyntax.self) else {
      report(RecordDiagnostic.notAStruct.at(node))
      return nil
    }
    if let parameters = declaration.genericParameterClause {
      report(RecordDiagnostic.genericStruct.at(parameters))
      return nil
    }
    let (properties, problems) = RecordProperty.all(in: declaration)
    problems.forEach(report)
    return problems.isEmpty ? properties : nil
  }

  /// The access level that members need: that of the struct where it is above internal.
  private static func access(_ declaration: some DeclGroupSyntax) -> String {
    for modifier in declaration.modifiers {
      switch modifier.name.tokenKind {
      case .keyword(.public): return "public "
      case .keyword(.package): return "package "
      default: continue
      }
    }
    return ""
  }

  private static func lines(_ properties: [RecordProperty], _ line: (RecordProperty) -> String) -> String {
    properties.map(line).joined(separator: "\n")
  }

  private static func list(_ properties: [RecordProperty], _ element: (RecordProperty) -> String) -> String {
    properties.map(element).joined(separator: ",\n")
  }
}

extension RecordMacro: MemberMacro {
  package static func expansion(
    of node: AttributeSyntax, providingMembersOf declaration: some DeclGroupSyntax,
    conformingTo protocols: [TypeSyntax], in context: some MacroExpansionContext
  ) throws -> [DeclSyntax] {
    // Both roles see the same problems; this one reports them.
    guard let properties = properties(declaration, node, report: { context.diagnose($0) }) else { return [] }
    let access = access(declaration)
    return [
      members("Columns", of: "Expr", properties, access, comment: "An expression for each property."),
      members("Projection", of: "Output", properties, access, comment: "An output of a group for each property."),
      """
      /// The columns, in the order of the properties.
      \(raw: access)static let schema = Strandline.Schema(
      [
      \(raw: list(properties) { "\($0.type.name).fields(\(literal($0.column)))" })
      ].flatMap { $0 })
      """,
      """
      /// The columns as expressions.
      \(raw: access)static let columns: Columns = columns(prefix: "")
      """,
      """
      /// The columns as expressions, with names that begin with `prefix`.
      \(raw: access)static func columns(prefix: Swift.String) -> Columns {
      Columns(
      \(raw: list(properties) { "\($0.label): Strandline.Expr(column: prefix + \(literal($0.column)))" })
      )
      }
      """,
      """
      /// The output columns of a projection.
      \(raw: access)static func project(
      _ projection: Projection
      ) -> [(name: Swift.String, item: Strandline.OutputItem)] {
      [
      \(raw: list(properties) { "\($0.type.name).outputs(\(literal($0.column)), projection.\($0.name))" })
      ].flatMap { $0 }
      }
      """,
      """
      /// The columns of a projection of rows.
      \(raw: access)static func expressions(
      _ columns: Columns
      ) -> [(name: Swift.String, expression: Strandline.Expression)] {
      [
      \(raw: list(properties) { "\($0.type.name).expressions(\(literal($0.column)), columns.\($0.name))" })
      ].flatMap { $0 }
      }
      """,
    ]
  }

  /// A struct with a member for each property, and its initialiser in their order.
  private static func members(
    _ name: String, of type: String, _ properties: [RecordProperty], _ access: String, comment: String
  ) -> DeclSyntax {
    """
    /// \(raw: comment)
    \(raw: access)struct \(raw: name): Swift.Sendable {
    \(raw: lines(properties) { "\(access)let \($0.name): Strandline.\(type)<\($0.type.name)>" })

    \(raw: access)init(
    \(raw: list(properties) { "\($0.name): Strandline.\(type)<\($0.type.name)>" })
    ) {
    \(raw: lines(properties) { "self.\($0.name) = \($0.name)" })
    }
    }
    """
  }

  private static func literal(_ text: String) -> String {
    StringLiteralExprSyntax(content: text).description
  }
}

extension RecordMacro: ExtensionMacro {
  package static func expansion(
    of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
    providingExtensionsOf type: some TypeSyntaxProtocol,
    conformingTo protocols: [TypeSyntax], in context: some MacroExpansionContext
  ) throws -> [ExtensionDeclSyntax] {
    guard let properties = properties(declaration, node, report: { _ in }) else { return [] }
    let access = access(declaration)
    let conformance = protocols.isEmpty ? "" : ": Strandline.Record"
    let text: DeclSyntax = """
      extension \(type.trimmed)\(raw: conformance) {
      /// The record at the reader's row.
      \(raw: access)init(reading row: inout Strandline.RowReader) throws(Strandline.ColumnsError) {
      \(raw: lines(properties) { "self.\($0.name) = try \($0.type.name).read(&row)" })
      }

      /// Adds the record as a row to a batch of its schema.
      \(raw: access)func append(to batch: inout Strandline.ColumnBatch) {
      var column = 0
      \(raw: lines(properties) { "self.\($0.name).append(to: &batch, column: &column)" })
      }
      }
      """
    return text.as(ExtensionDeclSyntax.self).map { [$0] } ?? []
  }
}
