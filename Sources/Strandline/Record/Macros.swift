/// Makes a struct a record: each stored property is a column, named like it.
///
/// A property is of type `Int64`, `Int`, `Double`, `Bool`, `Timestamp`, `String`, an optional of one, a `TimeWindow` (two
/// columns: `name_start` and `name_end`), or a type of your own that is a `ColumnValue`. Computed and static properties are
/// left alone. The struct is not generic, and the members have its access level.
@attached(
  member, names: named(Columns), named(Projection), named(schema), named(columns), named(columns(prefix:)),
  named(project), named(expressions))
@attached(extension, conformances: Record, names: named(init), named(append))
public macro Record() = #externalMacro(module: "StrandlineMacros", type: "RecordMacro")

/// Gives the column of a record's property another name than the property's.
@attached(peer)
public macro Column(_ name: String) = #externalMacro(module: "StrandlineMacros", type: "ColumnMacro")
