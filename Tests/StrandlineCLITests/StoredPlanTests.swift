@testable import Strandline
import StrandlineColumns
import StrandlineState
import Testing

@Suite("A plan read back from its description")
struct StoredPlanTests {
  private static func plan(_ change: (inout StreamPlan) throws -> Void) rethrows -> StreamPlan {
    var plan = StreamPlan(
      rows: Schema([
        Field("at", .timestamp), Field("unused", .bool), Field("page", .string, nullable: true),
        Field("bytes", .int64), Field("user \"id\"", .double, nullable: true),
      ]))
    plan.eventTime = EventTimePlan(column: "at", delay: 5_000_000)
    plan.keys = [.column("page")]
    plan.window = .tumbling(size: 60_000_000, offset: 0)
    plan.outputs = [
      OutputColumn("page", .key(0)), OutputColumn("window", .window),
      OutputColumn("count", .aggregate(AggregateCall(.count))),
    ]
    try change(&plan)
    return plan
  }

  private static let aggregates = [
    "count(distinct page)", "var_pop(bytes)", "stddev_samp(\"user \"\"id\"\"\")", "first(page)", "last(bytes + 1)",
    "min_by(page, bytes)", "max_by(at, bytes) filter (where bytes > 0)", "approx_count_distinct(page)",
    "approx_count_distinct(page, 8)", "approx_quantile(bytes, 0.99)", "approx_quantile(bytes, 0.5, 0.05)",
    "top_k(bytes, 3)", "bottom_k(page, 2)", "top_k_by(page, bytes, 3)", "bottom_k_by(page, bytes, 3)",
    "collect(page, 100)", "min(page)",
  ]

  static let plans: [@Sendable () throws -> StreamPlan] = [
    { plan { _ in } },
    { plan { $0.window = .tumbling(size: 3, offset: -2) } },
    { plan { $0.window = .daily(in: "Europe/Berlin") } },
    {
      try plan {
        for (index, text) in aggregates.enumerated() {
          $0.outputs.append(OutputColumn("a\(index)", .aggregate(try AggregateCall(parsing: text))))
        }
      }
    },
    {
      plan {
        $0.window = .sliding(.hours(1), every: .minutes(1))
        $0.lateness = 7
        $0.emission = .changes
        $0.outputs.append(OutputColumn("change", .change))
      }
    },
    {
      plan {
        $0.window = .cumulating(.days(1), every: .hours(1))
        $0.early = .batches(3)
      }
    },
    { plan { $0.early = .micros(5) } },
    { plan { $0.window = .calendar(2, .week, in: "UTC") } },
    {
      plan {
        $0.eventTime?.maximumJump = 86_400_000_000
        $0.emission = .changes
      }
    },
    {
      try plan {
        $0.keys = [
          try Expression(parsing: "\"user \"\"id\"\"\" + 1"), try Expression(parsing: "page"), .column("bytes"),
        ]
        $0.outputs[0] = OutputColumn("key \"one\": it", .key(2))
        $0.filters = [try Expression(parsing: "page <> 'it''s (odd' and bytes > -3"), .not(.isNull(.column("page")))]
        $0.outputFilters = [try Expression(parsing: "count > 1 or window_start is null")]
      }
    },
    {
      try plan {
        $0.filters = [.compare(.equal, .column("page"), .literal(.string("two\nlines \\n and ) a \"quote")))]
        let odd = AggregateCall(
          .sum, try Expression(parsing: "(bytes + 1) * 2"), filter: try Expression(parsing: "page = ')' or page = '('"))
        $0.outputs += [
          OutputColumn("odd", .aggregate(odd)), OutputColumn("low", .aggregate(AggregateCall(.min, .column("bytes")))),
          OutputColumn("mean", .aggregate(AggregateCall(.average, .column("user \"id\"")))),
          OutputColumn("start", .windowStart), OutputColumn("end", .windowEnd),
        ]
      }
    },
  ]

  @Test("the description is the same, and so is the state's shape", arguments: plans.indices)
  func roundTrip(_ index: Int) throws {
    let plan = try Self.plans[index]()
    let stored = try StoredPlan(parsing: plan.description + "\nsink: file ndjson")
    #expect(stored.plan.description == plan.description)
    #expect(stored.sink == "file ndjson")
    let again = try StoredPlan(parsing: stored.plan.description)
    #expect(
      again.emptyState(shardCount: 4, seed: 1).plans == stored.emptyState(shardCount: 4, seed: 1).plans)
  }

  @Test(
    "windows are said in words, and read again",
    arguments: [
      (.sliding(.hours(1), every: .minutes(1)), "sliding 3600000000 us every 60000000 us"),
      (.sliding(size: 7, slide: 3, offset: -1), "sliding 7 us every 3 us, offset -1 us"),
      (.cumulating(.days(1), every: .hours(1)), "cumulating 86400000000 us every 3600000000 us"),
      (.cumulating(size: 6, step: 2, offset: 5), "cumulating 6 us every 2 us, offset 5 us"),
      (.monthly(in: "America/Argentina/Buenos_Aires"), "calendar 1 month in America/Argentina/Buenos_Aires"),
      (.cumulating(.day, every: .hour, in: "Etc/GMT+3"), "cumulating 1 day every 1 hour in Etc/GMT+3"),
      (.session(gap: .minutes(30)), "session, gap 1800000000 us"),
      (.session(gap: Expr<Int64>(.column("bytes"))), "session, gap of the row in us: bytes"), (.global, "global"),
    ] as [(Window, String)])
  func windows(_ window: Window, _ text: String) throws {
    let plan = Self.plan { $0.window = window }
    #expect(plan.description.contains("\nwindow: \(text)\n"))
    #expect(try StoredPlan.plan(parsing: plan.description).plan.window == window)
  }

  @Test("a column that may be null changes the accumulators, and the description says so")
  func nullability() throws {
    let sum = OutputColumn("sum", .aggregate(AggregateCall(.sum, .column("bytes"))))
    let plain = Self.plan { $0.outputs.append(sum) }
    let nullable = Self.plan {
      $0.rows.fields[3].isNullable = true
      $0.outputs.append(sum)
    }
    #expect(plain.description.contains("column bytes int64\n"))
    #expect(nullable.description.contains("column bytes int64?\n"))
    let states = try [plain, nullable].map {
      try StoredPlan(parsing: $0.description).emptyState(shardCount: 1, seed: 0).plans
    }
    #expect(states[0] != states[1])
  }

  @Test(
    "a line that can't be read is named",
    arguments: [
      "column at", "window: sliding 3 us", "window: sliding 3 us every 1 us, offset", "window: hopping 3 us",
      "window: cumulating 1 day every 1 hour", "window: calendar 1 fortnight in UTC", "window: session, gap 1 s",
      "window: session, gap of the row in us: 1 +", "window: tumbling 3 us and more", "window: global 3",
      "key one: page", "output x: median(bytes)", "emission: never", "colour: red",
      "output x: sum(bytes", "event time: at, delay 5 s", "where: page =",
    ])
  func unreadable(_ line: String) throws {
    let error = try #require(throws: StreamError.self) {
      try StoredPlan(parsing: Self.plan({ _ in }).description + "\n" + line)
    }
    #expect(error.message.contains(line))
  }
}
