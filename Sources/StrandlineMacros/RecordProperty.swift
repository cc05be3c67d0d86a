import SwiftDiagnostics
import SwiftSyntax

/// A stored property of a record.
struct RecordProperty {
  /// The name as the source writes it, with backticks where it has them.
  let name: String
  /// The name of its column; a window's columns begin with it.
  let column: String
  let type: ColumnType

  /// The names of the columns that it takes.
  var columns: [String] { type.isWindow ? ["\(column)_start", "\(column)_end"] : [column] }

  /// The name as the label of an argument, where only these three words need backticks.
  var label: String {
    let bare = name.filter { $0 != "`" }
    return ["inout", "var", "let"].contains(bare) ? name : bare
  }

  /// The stored properties of a struct in order, and what is wrong with them.
  static func all(in declaration: StructDeclSyntax) -> (properties: [RecordProperty], problems: [Diagnostic]) {
    var properties: [RecordProperty] = []
    var problems: [Diagnostic] = []
    var owners: [String: String] = [:]
    for member in declaration.memberBlock.members {
      guard let variable = member.decl.as(VariableDeclSyntax.self), !variable.isStatic else { continue }
      for (index, binding) in variable.bindings.enumerated() where !binding.isComputed {
        do throws(RecordDiagnostic) {
          let property = try RecordProperty(variable, index, binding)
          for column in property.columns {
            if let first = owners.updateValue(property.name, forKey: column) {
              throw .duplicateColumn(column, first: first, second: property.name)
            }
          }
          properties.append(property)
        } catch {
          problems.append(error.at(binding))
        }
      }
    }
    if properties.isEmpty && problems.isEmpty { problems.append(RecordDiagnostic.noProperties.at(declaration.name)) }
    return (properties, problems)
  }

  private init(
    _ variable: VariableDeclSyntax, _ index: Int, _ binding: PatternBindingSyntax
  ) throws(RecordDiagnostic) {
    guard let identifier = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier else { throw .pattern }
    name = identifier.text
    if variable.modifiers.contains(where: { $0.name.tokenKind == .keyword(.lazy) }) {
      throw .lazyProperty(property: name)
    }
    if variable.bindingSpecifier.tokenKind == .keyword(.let), binding.initializer != nil {
      throw .constantWithValue(property: name)
    }
    if let annotation = variable.annotation(of: index) {
      type = try ColumnType(annotation, property: name)
    } else if let value = binding.initializer?.value, let literal = ColumnType(of: value) {
      type = literal
    } else {
      throw .missingType(property: name)
    }
    if let attribute = variable.attributes.attribute("Column") {
      guard variable.bindings.count == 1 else { throw .columnOfSeveral }
      column = try ColumnMacro.name(attribute)
    } else {
      column = identifier.identifier?.name ?? name
    }
  }
}

extension VariableDeclSyntax {
  fileprivate var isStatic: Bool {
    modifiers.contains { $0.name.tokenKind == .keyword(.static) || $0.name.tokenKind == .keyword(.class) }
  }

  /// The type of a name: in `var a, b: Int` the type of both is written behind the last.
  fileprivate func annotation(of index: Int) -> TypeSyntax? {
    for binding in bindings.dropFirst(index) {
      if let annotation = binding.typeAnnotation { return annotation.type }
      if binding.initializer != nil { return nil }
    }
    return nil
  }
}

extension PatternBindingSyntax {
  /// Whether its value is computed; observers of a stored one don't make it so.
  var isComputed: Bool {
    switch accessorBlock?.accessors {
    case .getter: true
    case .accessors(let accessors):
      !accessors.allSatisfy {
        $0.accessorSpecifier.tokenKind == .keyword(.willSet) || $0.accessorSpecifier.tokenKind == .keyword(.didSet)
      }
    case nil: false
    }
  }
}

extension AttributeListSyntax {
  /// The attribute of that name, with or without its module, or nil.
  func attribute(_ name: String) -> AttributeSyntax? {
    for case .attribute(let attribute) in self {
      let type = attribute.attributeName
      if type.as(IdentifierTypeSyntax.self)?.name.text == name || type.as(MemberTypeSyntax.self)?.name.text == name {
        return attribute
      }
    }
    return nil
  }
}
