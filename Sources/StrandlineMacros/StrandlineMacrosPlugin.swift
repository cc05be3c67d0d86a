import SwiftCompilerPlugin
import SwiftSyntaxMacros

/// The macros that the compiler loads.
@main
struct StrandlineMacrosPlugin: CompilerPlugin {
  let providingMacros: [any Macro.Type] = [RecordMacro.self, ColumnMacro.self]
}
