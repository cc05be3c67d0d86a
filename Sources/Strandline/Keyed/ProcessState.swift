import StrandlineColumns

/// What is kept per key for logic of your own: values, lists and maps, each a member with a name.
///
/// ```swift
/// struct Visits: ProcessState {
///   var count: Int64 = 0
///   var last: Timestamp?
///   var pages: [String] = []
///   var perPage: [String: Int64] = [:]
///
///   static var members: [StateMember<Visits>] {
///     [.value("count", \.count), .value("last", \.last), .list("pages", \.pages), .map("perPage", \.perPage)]
///   }
/// }
/// ```
///
/// `init()` is the state of a key that none is known of; a state that is equal to it takes no place in the store.
///
/// A later version of the program may have other members. A store keeps the old form until a key is changed: a new member
/// begins as in `init()`, one that is gone is dropped, an `Int64` becomes a `Double` and a value an optional one. Anything else
/// needs a higher `version`, and `migrated(from:)`.
public protocol ProcessState: Sendable {
  /// The state of a key that none is known of.
  init()
  /// The members, in order.
  static var members: [StateMember<Self>] { get }
  /// The number of this form of the type; 1 unless said otherwise.
  static var version: Int64 { get }
  /// The versions that `migrated(from:)` can read.
  static var migratedVersions: Set<Int64> { get }
  /// Makes a state of one that another version has written.
  ///
  /// - Throws: what makes it impossible; the run ends with it.
  static func migrated(from old: OldState) throws -> Self
}

extension ProcessState {
  public static var version: Int64 { 1 }
  public static var migratedVersions: Set<Int64> { [] }
  public static func migrated(from old: OldState) throws -> Self {
    throw StreamError(.plan, "the state has version \(old.version), and nothing says how it becomes version \(version)")
  }

  static var schema: StateSchema { StateSchema(version: version, members: members.map(\.member)) }
}

/// A member of a state: its name, and how it is written and read.
public struct StateMember<State: Sendable>: Sendable {
  let member: StateSchema.Member
  let append: @Sendable (State, inout MemberColumns) -> Void
  let read: @Sendable (inout State, MemberColumns, Int) throws(ColumnsError) -> Void

  /// A value.
  public static func value<Value: ColumnValue>(
    _ name: String, _ path: any WritableKeyPath<State, Value> & Sendable
  ) -> StateMember {
    StateMember(
      member: StateSchema.Member(
        name: name, kind: .value, fields: [Field("value", Value.columnType, nullable: Value.isNullable)]),
      append: { state, columns in columns.append { state[keyPath: path].append(to: &$0.columns[0]) } },
      read: { state, columns, row throws(ColumnsError) in
        state[keyPath: path] = try columns.value(row, column: 0)
      })
  }

  /// A list of values.
  public static func list<Element: ColumnValue>(
    _ name: String, _ path: any WritableKeyPath<State, [Element]> & Sendable
  ) -> StateMember {
    StateMember(
      member: StateSchema.Member(
        name: name, kind: .list, fields: [Field("value", Element.columnType, nullable: Element.isNullable)]),
      append: { state, columns in
        columns.append { rows in for element in state[keyPath: path] { element.append(to: &rows.columns[0]) } }
      },
      read: { state, columns, row throws(ColumnsError) in
        var list: [Element] = []
        for index in columns.range(row) { list.append(try columns.value(index, column: 0)) }
        state[keyPath: path] = list
      })
  }

  /// A list of rows.
  public static func list<Element: Record>(
    _ name: String, _ path: any WritableKeyPath<State, [Element]> & Sendable
  ) -> StateMember {
    StateMember(
      member: StateSchema.Member(name: name, kind: .list, fields: Element.schema.fields),
      append: { state, columns in
        columns.append { rows in for element in state[keyPath: path] { element.append(to: &rows) } }
      },
      read: { state, columns, row throws(ColumnsError) in
        var reader = try RowReader(columns.rows, for: Element.schema)
        var list: [Element] = []
        for index in columns.range(row) {
          reader.row = index
          list.append(try Element(reading: &reader))
        }
        state[keyPath: path] = list
      })
  }

  /// A map from keys to values.
  public static func map<Key: ColumnValue & Hashable, Value: ColumnValue>(
    _ name: String, _ path: any WritableKeyPath<State, [Key: Value]> & Sendable
  ) -> StateMember {
    StateMember(
      member: StateSchema.Member(
        name: name, kind: .map,
        fields: [
          Field("key", Key.columnType, nullable: Key.isNullable),
          Field("value", Value.columnType, nullable: Value.isNullable),
        ]),
      append: { state, columns in
        columns.append { rows in
          for (key, value) in state[keyPath: path] {
            key.append(to: &rows.columns[0])
            value.append(to: &rows.columns[1])
          }
        }
      },
      read: { state, columns, row throws(ColumnsError) in
        var map: [Key: Value] = [:]
        for index in columns.range(row) {
          let key: Key = try columns.value(index, column: 0)
          map[key] = try columns.value(index, column: 1)
        }
        state[keyPath: path] = map
      })
  }
}

/// A state that another version of a program has written, read by the names of its members.
public struct OldState: Sendable {
  /// The version that wrote it.
  public let version: Int64
  let schema: StateSchema
  let members: [MemberColumns]

  /// A value.
  ///
  /// - Throws: `StreamError` `.plan` where the state has no value of that name and type.
  public func value<Value: ColumnValue>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    try member(name, .value, [Value.columnType]).value(0, column: 0)
  }

  /// A list of values.
  ///
  /// - Throws: `StreamError` `.plan` where the state has no list of that name and type.
  public func list<Element: ColumnValue>(_ name: String, of type: Element.Type = Element.self) throws -> [Element] {
    let columns = try member(name, .list, [Element.columnType])
    return try columns.range(0).map { try columns.value($0, column: 0) }
  }

  /// A map from keys to values.
  ///
  /// - Throws: `StreamError` `.plan` where the state has no map of that name and types.
  public func map<Key: ColumnValue & Hashable, Value: ColumnValue>(
    _ name: String, key: Key.Type = Key.self, value: Value.Type = Value.self
  ) throws -> [Key: Value] {
    let columns = try member(name, .map, [Key.columnType, Value.columnType])
    var map: [Key: Value] = [:]
    for index in columns.range(0) {
      let key: Key = try columns.value(index, column: 0)
      map[key] = try columns.value(index, column: 1)
    }
    return map
  }

  private func member(
    _ name: String, _ kind: StateSchema.Member.Kind, _ types: [ColumnType]
  ) throws(StreamError) -> MemberColumns {
    guard
      let index = schema.members.firstIndex(where: { $0.name == name && $0.kind == kind }),
      schema.members[index].fields.map(\.type) == types
    else {
      throw StreamError(
        .plan, "the old state has no such member '\(name)': it is \(schema.lines.joined(separator: "; "))")
    }
    return members[index]
  }
}
