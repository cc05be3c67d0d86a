import SwiftDiagnostics
import SwiftParser
package import SwiftSyntax
package import SwiftSyntaxMacros

/// `@Column("name")`: read by `@Record`, it adds nothing itself and only says where it doesn't belong.
package enum ColumnMacro: PeerMacro {
  package static func expansion(
    of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
    in context: some MacroExpansionContext
  ) throws -> [DeclSyntax] {
    guard let variable = declaration.as(VariableDeclSyntax.self), variable.bindings.allSatisfy({ !$0.isComputed }),
      let owner = context.lexicalContext.first?.as(StructDeclSyntax.self), owner.attributes.attribute("Record") != nil
    else {
      context.diagnose(RecordDiagnostic.columnNotOnProperty.at(node))
      return []
    }
    return []
  }

  /// The name that the attribute gives.
  static func name(_ attribute: AttributeSyntax) throws(RecordDiagnostic) -> String {
    guard case .argumentList(let arguments)? = attribute.arguments, arguments.count == 1,
      let literal = arguments.first?.expression.as(StringLiteralExprSyntax.self),
      let name = literal.representedLiteralValue
    else { throw .columnNameNotLiteral }
    if name.isEmpty { throw .emptyColumnName }
    return name
  }
}
