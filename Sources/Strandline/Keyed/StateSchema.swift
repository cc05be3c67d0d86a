public import StrandlineColumns

/// What a type of state consists of, in words that a plan's description holds.
public struct StateSchema: Sendable, Hashable {
  /// A member: a value, a list of rows, or a map from a key to a row.
  public struct Member: Sendable, Hashable {
    /// What a member holds.
    public enum Kind: String, Sendable, Hashable {
      /// One value of one field.
      case value
      /// Any number of rows of the fields, in order.
      case list
      /// Rows of the fields, of which the first is the key.
      case map
    }
    /// The name, unique in its state.
    public var name: String
    /// What it holds.
    public var kind: Kind
    /// The columns of its rows.
    public var fields: [Field]
  }

  /// The number that the type gives this form of it.
  public var version: Int64
  /// The members, in order.
  public var members: [Member]

  /// The lines of a plan's description.
  var lines: [String] {
    ["state version \(version)"]
      + members.map { "state \(StreamPlan.name($0.name)) \($0.typeText)" }
  }

  static func type(_ field: Field) -> String { field.type.name + (field.isNullable ? "?" : "") }
}

extension StateSchema.Member {
  /// What it holds, as a plan's description says it.
  var typeText: String {
    if kind == .value { return StateSchema.type(fields[0]) }
    let list = fields.map { "\(StreamPlan.name($0.name)) \(StateSchema.type($0))" }
    return "\(kind.rawValue)(\(list.joined(separator: ", ")))"
  }
}

extension PlanLine {
  /// Takes what follows `state ` in a line: the version, or a member.
  mutating func state(into schema: inout StateSchema) throws(StreamError) {
    let name = try name()
    try expect(" ")
    if name == "version", let version = finalNumber() {
      schema.version = version
      return
    }
    let word = try self.name()
    guard let kind = StateSchema.Member.Kind(rawValue: word), skip("(") else {
      schema.members.append(StateSchema.Member(name: name, kind: .value, fields: [try field("value", word)]))
      return
    }
    var fields: [Field] = []
    repeat {
      let name = try self.name()
      try expect(" ")
      fields.append(try field(name, try self.name()))
    } while skip(", ")
    try expect(")")
    schema.members.append(StateSchema.Member(name: name, kind: kind, fields: fields))
  }

  /// Takes the `?` of a type that was taken.
  mutating func field(_ name: String, _ type: String) throws(StreamError) -> Field {
    guard let type = ColumnType(name: type) else { throw unreadable("an unknown type") }
    return Field(name, type, nullable: skip("?"))
  }
}
