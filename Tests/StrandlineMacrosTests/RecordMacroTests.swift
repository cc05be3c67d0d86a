import Testing

@Suite("@Record")
struct RecordMacroTests {
  @Test("a public struct gets public members, in the order of its properties")
  func members() {
    expectExpansion(
      of: """
        @Record
        public struct ViewCount {
          public var page: String?
          @Column("w") public var window: TimeWindow
        }
        """,
      """
      public struct ViewCount {
        public var page: String?
        public var window: TimeWindow

        /// An expression for each property.
        public struct Columns: Swift.Sendable {
          public let page: Strandline.Expr<Swift.Optional<String>>
          public let window: Strandline.Expr<TimeWindow>

          public init(
            page: Strandline.Expr<Swift.Optional<String>>,
            window: Strandline.Expr<TimeWindow>
          ) {
            self.page = page
            self.window = window
          }
        }

        /// An output of a group for each property.
        public struct Projection: Swift.Sendable {
          public let page: Strandline.Output<Swift.Optional<String>>
          public let window: Strandline.Output<TimeWindow>

          public init(
            page: Strandline.Output<Swift.Optional<String>>,
            window: Strandline.Output<TimeWindow>
          ) {
            self.page = page
            self.window = window
          }
        }

        /// The columns, in the order of the properties.
        public static let schema = Strandline.Schema(
          [
            Swift.Optional<String>.fields("page"),
            TimeWindow.fields("w")
          ].flatMap {
            $0
          })

        /// The columns as expressions.
        public static let columns: Columns = columns(prefix: "")

        /// The columns as expressions, with names that begin with `prefix`.
        public static func columns(prefix: Swift.String) -> Columns {
          Columns(
            page: Strandline.Expr(column: prefix + "page"),
            window: Strandline.Expr(column: prefix + "w")
          )
        }

        /// The output columns of a projection.
        public static func project(
          _ projection: Projection
        ) -> [(name: Swift.String, item: Strandline.OutputItem)] {
          [
            Swift.Optional<String>.outputs("page", projection.page),
            TimeWindow.outputs("w", projection.window)
          ].flatMap {
            $0
          }
        }

        /// The columns of a projection of rows.
        public static func expressions(
          _ columns: Columns
        ) -> [(name: Swift.String, expression: Strandline.Expression)] {
          [
            Swift.Optional<String>.expressions("page", columns.page),
            TimeWindow.expressions("w", columns.window)
          ].flatMap {
            $0
          }
        }
      }

      extension ViewCount: Strandline.Record {
        /// The record at the reader's row.
        public init(reading row: inout Strandline.RowReader) throws(Strandline.ColumnsError) {
          self.page = try Swift.Optional<String>.read(&row)
          self.window = try TimeWindow.read(&row)
        }

        /// Adds the record as a row to a batch of its schema.
        public func append(to batch: inout Strandline.ColumnBatch) {
          var column = 0
          self.page.append(to: &batch, column: &column)
          self.window.append(to: &batch, column: &column)
        }
      }
      """)
  }

  @Test("computed, static and nested members are left alone, observers are not")
  func storedPropertiesOnly() throws {
    let expanded = expansion(
      of: """
        @Record struct Row {
          static let limit = 3
          static var shared: [Int] { [] }
          var twice: [Int] { [n, n] }
          var both: Set<Int> { get { [] } set {} }
          var n: Int { didSet { print(n) } }
          struct Inner { var x: Float }
          func f() -> Float { 0 }
        }
        """)
    #expect(expanded.diagnostics == [])
    #expect(expanded.text.contains("Int.fields(\"n\")"))
    #expect(expanded.text.occurrences(of: ".fields(") == 1)
  }

  @Test("the type of a literal is read off, and one type serves several names")
  func types() {
    let expanded = expansion(
      of: """
        @Record struct Row {
          var count = -1
          var rate = 0.5
          var flag = true
          var label = "x"
          var a, b: Swift.Int64
          var c: Optional<Double>
          var `default`: UserID
        }
        """)
    #expect(expanded.diagnostics == [])
    for field in [
      "Swift.Int.fields(\"count\")", "Swift.Double.fields(\"rate\")", "Swift.Bool.fields(\"flag\")",
      "Swift.String.fields(\"label\")", "Swift.Int64.fields(\"a\")", "Swift.Int64.fields(\"b\")",
      "Swift.Optional<Double>.fields(\"c\")", "UserID.fields(\"default\")",
    ] {
      #expect(expanded.text.contains(field), "\(field)")
    }
  }

  @Test(
    "the members have the struct's access level",
    arguments: [("public ", "public "), ("package ", "package "), ("", ""), ("fileprivate ", ""), ("private ", "")])
  func access(modifier: String, expected: String) {
    let expanded = expansion(of: "@Record \(modifier)struct Row { var n: Int }")
    #expect(expanded.diagnostics == [])
    for member in ["struct Columns", "static let schema", "init(reading", "func append(to"] {
      #expect(expanded.text.contains("  \(expected)\(member)"), "\(member)")
    }
  }

  @Test("a column's name is written as a literal again")
  func escapes() {
    let expanded = expansion(of: #"@Record struct Row { @Strandline.Column("a \"b\" \\") var n: Int }"#)
    #expect(expanded.diagnostics == [])
    #expect(expanded.text.contains(##"Int.fields(#"a "b" \"#)"##), "\(expanded.text)")
  }

  @Test(
    "what can't be a record is refused",
    arguments: [
      ("@Record class Row { var n: Int = 0 }", "@Record makes a struct a record; this is not a struct"),
      ("@Record enum Row { case a }", "@Record makes a struct a record; this is not a struct"),
      ("@Record struct Row<T> { var n: Int }", "a record has fixed columns, so it can't be generic"),
      ("@Record struct Row { static let n = 1 }", "a record has at least one stored property"),
      ("@Record struct Row { var n = count() }", "'n' needs a type: only that of a number, text or Boolean"),
      ("@Record struct Row { let n: Int = 5 }", "'n' is a constant with a value and can't be read from a row"),
      ("@Record struct Row { lazy var n: Int = 5 }", "'n' is lazy, and a row's values are there at once"),
      ("@Record struct Row { var (a, b): (Int, Int) }", "a record's properties are declared one name at a time"),
      ("@Record struct Row { var n: Int32 }", "'n' can't be a column: 'Int32' is no column type; use Int64"),
      ("@Record struct Row { var n: Foundation.Date? }", "'Foundation.Date?' is no column type; use Timestamp"),
      ("@Record struct Row { var n: [Int] }", "'[Int]' is no column type; use Int64, Int, Double"),
      ("@Record struct Row { var n: [Int: Int] }", "is no column type"),
      ("@Record struct Row { var n: (Int, Int) }", "is no column type"),
      ("@Record struct Row { var n: Int?? }", "'Int??' is no column type"),
      ("@Record struct Row { var n: Int! }", "'Int!' is no column type"),
      ("@Record struct Row { var n: any Sendable }", "is no column type"),
      ("@Record struct Row { var n: () -> Int }", "is no column type"),
      ("@Record struct Row { var n: Array<Int> }", "is no column type"),
      ("@Record struct Row { var n: TimeWindow? }", "'n' can't be optional: every result has its window"),
      (
        "@Record struct Row { var a: Int; @Column(\"a\") var b: Int }",
        "'a' and 'b' would both be the column 'a'; name one of them with @Column"
      ),
      (
        "@Record struct Row { var w: TimeWindow; var w_end: Timestamp }",
        "'w' and 'w_end' would both be the column 'w_end'"
      ),
      ("@Record struct Row { @Column(\"a\\(1)\") var n: Int }", "the name of a column is a string literal"),
      ("@Record struct Row { @Column(name) var n: Int }", "the name of a column is a string literal"),
      ("@Record struct Row { @Column(\"\") var n: Int }", "the name of a column can't be empty"),
      ("@Record struct Row { @Column(\"x\") var a, b: Int }", "@Column names one property"),
      (
        "@Record struct Row { var n: Int; @Column(\"x\") var twice: Int { n * 2 } }",
        "@Column names the column of a stored property of a record"
      ),
      ("struct Row { @Column(\"x\") var n: Int }", "@Column names the column of a stored property of a record"),
      ("@Column(\"x\") func f() {}", "@Column names the column of a stored property of a record"),
    ])
  func refused(source: String, message: String) {
    let expanded = expansion(of: source)
    #expect(expanded.diagnostics.contains { $0.contains(message) }, "\(expanded.diagnostics)")
    #expect(!expanded.text.contains(": Strandline.Record") || source.contains("var twice"))
  }

  @Test("every property that is wrong is reported, once")
  func allProblems() {
    let expanded = expansion(of: "@Record struct Row { var a: Float; var b: [Int]; var c: Int; lazy var d = 1 }")
    #expect(expanded.diagnostics.count == 3)
  }
}
