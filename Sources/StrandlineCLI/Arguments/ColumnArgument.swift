import ArgumentParser
import StrandlineColumns

/// A column on the command line, `COL` or `COL:TYPE`.
struct ColumnArgument: ExpressibleByArgument, CustomStringConvertible {
  let name: String
  let type: ColumnType?

  /// What stands behind the last colon must be a type; a name with a colon needs one.
  init?(argument: String) {
    guard let colon = argument.lastIndex(of: ":") else {
      guard !argument.isEmpty else { return nil }
      name = argument
      type = nil
      return
    }
    guard let type = ColumnType(name: String(argument[argument.index(after: colon)...])), colon > argument.startIndex
    else { return nil }
    name = String(argument[..<colon])
    self.type = type
  }

  var description: String { type.map { "\(name):\($0.name)" } ?? name }
}
