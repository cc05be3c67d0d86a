import StrandlineColumns

extension Stream {
  /// Adds to each row that of a table with the same key, and drops those that the table has none for.
  ///
  /// ```swift
  /// clicks.lookup(Campaign.self, in: .csv("campaigns.csv", refresh: .seconds(10)), on: { $0.campaign }, equals: { $0.id })
  ///   .select(Named.self) { click, campaign in .init(name: campaign.name, at: click.at) }
  /// ```
  ///
  /// A batch sees one version of the table: the one that is there when its first row comes. Which one that was is in its commit.
  /// A key that the table has twice is an error.
  public func lookup<Table: Record, each Key: ColumnValue, each TableKey: ColumnValue>(
    _ table: Table.Type = Table.self, in input: LookupInput, on key: (Row.Columns) -> (repeat Expr<each Key>),
    equals tableKey: (Table.Columns) -> (repeat Expr<each TableKey>)
  ) -> Joined<Row.Columns, Table.Columns> where repeat (each Key).Base == (each TableKey).Base {
    let (keys, tableKeys) = (key(Row.columns), tableKey(Table.columns))
    let plan = looked(
      up: input.table(Table.schema), Table.self, .inner, GroupKeys.expressions((repeat each keys)),
      GroupKeys.expressions((repeat each tableKeys)))
    return Joined(
      plan: plan, ends: ends,
      left: Row.columns(prefix: JoinPlan.leftPrefix),
      right: Table.columns(prefix: JoinPlan.rightPrefix))
  }

  /// Adds to each row that of a table with the same key; its columns are null where the table has none.
  public func leftLookup<Table: Record, each Key: ColumnValue, each TableKey: ColumnValue>(
    _ table: Table.Type = Table.self, in input: LookupInput, on key: (Row.Columns) -> (repeat Expr<each Key>),
    equals tableKey: (Table.Columns) -> (repeat Expr<each TableKey>)
  ) -> Joined<Row.Columns, OptionalColumns<Table>> where repeat (each Key).Base == (each TableKey).Base {
    let (keys, tableKeys) = (key(Row.columns), tableKey(Table.columns))
    let plan = looked(
      up: input.table(Table.schema), Table.self, .left, GroupKeys.expressions((repeat each keys)),
      GroupKeys.expressions((repeat each tableKeys)))
    return Joined(
      plan: plan, ends: ends,
      left: Row.columns(prefix: JoinPlan.leftPrefix),
      right: OptionalColumns(Table.columns(prefix: JoinPlan.rightPrefix)))
  }

  /// Adds to each row the record with the same key, and drops those that there is none for.
  public func lookup<Table: Record, each Key: ColumnValue, each TableKey: ColumnValue>(
    in rows: [Table], on key: (Row.Columns) -> (repeat Expr<each Key>),
    equals tableKey: (Table.Columns) -> (repeat Expr<each TableKey>)
  ) -> Joined<Row.Columns, Table.Columns> where repeat (each Key).Base == (each TableKey).Base {
    let (keys, tableKeys) = (key(Row.columns), tableKey(Table.columns))
    let plan = looked(
      up: LookupTable(rows: Table.batch(of: rows)), Table.self, .inner, GroupKeys.expressions((repeat each keys)),
      GroupKeys.expressions((repeat each tableKeys)))
    return Joined(
      plan: plan, ends: ends,
      left: Row.columns(prefix: JoinPlan.leftPrefix),
      right: Table.columns(prefix: JoinPlan.rightPrefix))
  }

  /// Adds to each row the record with the same key; its columns are null where there is none.
  public func leftLookup<Table: Record, each Key: ColumnValue, each TableKey: ColumnValue>(
    in rows: [Table], on key: (Row.Columns) -> (repeat Expr<each Key>),
    equals tableKey: (Table.Columns) -> (repeat Expr<each TableKey>)
  ) -> Joined<Row.Columns, OptionalColumns<Table>> where repeat (each Key).Base == (each TableKey).Base {
    let (keys, tableKeys) = (key(Row.columns), tableKey(Table.columns))
    let plan = looked(
      up: LookupTable(rows: Table.batch(of: rows)), Table.self, .left, GroupKeys.expressions((repeat each keys)),
      GroupKeys.expressions((repeat each tableKeys)))
    return Joined(
      plan: plan, ends: ends,
      left: Row.columns(prefix: JoinPlan.leftPrefix),
      right: OptionalColumns(Table.columns(prefix: JoinPlan.rightPrefix)))
  }

  /// A stage of pairs of rows with those of a table.
  private func looked<Table: Record>(
    up table: LookupTable, _ record: Table.Type, _ kind: JoinKind, _ keys: [Expression], _ tableKeys: [Expression]
  ) -> StreamPlan {
    var stage = opened.plan
    stage.operation = .lookup(LookupPlan(kind: kind, keys: keys, table: table, tableKeys: tableKeys))
    return StreamPlan(rows: LookupPlan.schema(Row.schema, Table.schema, kind: kind), from: .stage(stage))
  }
}
