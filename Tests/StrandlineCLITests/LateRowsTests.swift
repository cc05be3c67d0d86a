import Testing

@Suite("Late rows and plans on the command line")
struct LateRowsTests {
  @Test("--late writes them to a file of their own, once, and --explain shows the plan as a tree")
  func late() throws {
    try withTool { tool in
      try tool.write("t,k\n5,a\n25,a\n8,b\n", to: "in.csv")
      let arguments = [
        "count", "--input", tool.path("in.csv"), "--time", "t", "--time-unit", "s", "--key", "k", "--window", "10s",
        "--output", tool.path("out.ndjson"), "--late", tool.path("late.csv"), "--checkpoint", tool.path("store"),
      ]
      let explained = try tool.run(arguments + ["--explain"])
      #expect(explained.status == 0 && explained.output.contains("late rows to file csv (exactly-once)"))
      #expect(explained.output.contains("└─ aggregate by k in tumbling 10s: count"))
      for _ in 0..<2 { #expect(try tool.run(arguments).status == 0) }
      #expect(tool.text("late.csv") == "t,k\n1970-01-01T00:00:08Z,b\n")
      #expect(tool.text("out.ndjson").split(separator: "\n").count == 2)
      #expect(try tool.run(["verify", tool.path("store")]).status == 0)
      #expect(try tool.run(["inspect", tool.path("store")]).status == 0)
    }
  }
}
