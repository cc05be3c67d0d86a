import StrandlineMacros
import SwiftDiagnostics
import SwiftParser
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

private let macros: [String: MacroSpec] = [
  "Record": MacroSpec(type: RecordMacro.self, conformances: ["Record"]), "Column": MacroSpec(type: ColumnMacro.self),
]

/// Compares the expansion of `@Record` and `@Column` in a source; every difference is an issue.
func expectExpansion(
  of source: String, _ expanded: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
  assertMacroExpansion(source, expandedSource: expanded, macroSpecs: macros, indentationWidth: .spaces(2)) { failure in
    Issue.record("\(failure.message)", sourceLocation: sourceLocation)
  }
}

/// The source with `@Record` and `@Column` expanded, and the messages.
func expansion(of source: String) -> (text: String, diagnostics: [String]) {
  let file = Parser.parse(source: source)
  let context = BasicMacroExpansionContext(
    sourceFiles: [file: .init(moduleName: "Tests", fullFilePath: "Tests.swift")])
  let expanded = file.expand(
    macroSpecs: macros,
    contextGenerator: {
      BasicMacroExpansionContext(sharingWith: context, lexicalContext: $0.allMacroLexicalContexts())
    },
    indentationWidth: .spaces(2))
  return ("\(expanded)", context.diagnostics.map(\.message))
}

extension String {
  /// How often the text occurs.
  func occurrences(of text: String) -> Int {
    ranges(of: text).count
  }
}
