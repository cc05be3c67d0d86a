import StrandlineColumns
import StrandlineLog
import Testing

@testable import Strandline

@Suite("A file read in morsels")
struct MorselTests {
  static let formats: [TextFormat] = [.jsonLines, .csv(columns: nil), .csv(columns: ["a", "s"])]

  /// Lines with blank ones, wrong ones, line ends of two bytes, and quotes from a line on.
  static func text(_ format: TextFormat, lines: Int, quotesFrom: Int, seed: UInt64, endsLine: Bool = true) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    var text = format == .csv(columns: nil) ? "a,s\r\n" : ""
    for line in 0..<lines {
      let filler = String(repeating: "x", count: Int(random.next() % 40))
      let kind = random.next() % 12
      switch format {
      case .jsonLines where kind == 0: text += "{\"a\":\"no\(line)\"}"
      case .jsonLines where kind == 1: text += "   "
      case .jsonLines: text += "{\"s\":\"\(filler)\u{E9}\\n\",\"a\":\(line)}"
      case .csv where kind == 0: text += "no\(line),\(filler)"
      case .csv where kind == 1: text += ""
      case .csv where line >= quotesFrom && kind < 6: text += "\(line),\"\(filler)\n\(line),\"\"z\"\"\""
      case .csv: text += "\(line),\(filler)"
      }
      text += kind == 2 ? "\r\n" : "\n"
    }
    if !endsLine { while text.utf8.last == 10 || text.utf8.last == 13 { text.removeLast() } }
    return Array(text.utf8)
  }

  @Test(
    "gives the rows, problems and places that it gives row by row", arguments: formats, 1...4 as ClosedRange<UInt64>)
  func sameRows(format: TextFormat, seed: UInt64) throws {
    let reading = try FileReading(FileSource.Options(format: format))
    let text = Self.text(format, lines: 300, quotesFrom: 200, seed: seed, endsLine: seed % 2 == 0)
    try reading.write(text, to: "rows")
    let whole = try FileReading.read(try reading.open()[0], .rows(BatchLimits()))
    #expect(whole.rows.count > 150 && whole.problems.count > 8 && whole.isFinished)
    for limits in [BatchLimits(), BatchLimits(rows: 1), BatchLimits(rows: 37), BatchLimits(rows: 500, bytes: 90)] {
      for bytes in [1, 333, 1 << 20] {
        let content = try FileReading.read(try reading.open()[0], .morsels(limits, bytes))
        #expect(FileReading.differences(content, whole) == [], "seed \(seed), \(limits), morsels of \(bytes) bytes")
        #expect(content.blocks > 0)
      }
      let rows = try FileReading.read(try reading.open()[0], .rows(limits))
      #expect(FileReading.differences(rows, whole) == [], "seed \(seed), \(limits)")
    }
  }

  @Test("goes on from every block after a restart, in either way", arguments: formats)
  func restarts(format: TextFormat) throws {
    let reading = try FileReading(FileSource.Options(format: format))
    try reading.write(Self.text(format, lines: 120, quotesFrom: 60, seed: 3), to: "rows")
    let whole = try FileReading.read(try reading.open()[0], .rows(BatchLimits()))
    let way = FileReading.Way.morsels(BatchLimits(rows: 7), 64)
    for batches in 1...17 {
      let before = try FileReading.read(try reading.open()[0], way, batches: batches)
      for next in [way, .rows(BatchLimits(rows: 9))] {
        let after = try FileReading.read(try reading.open(at: [before.record])[0], next)
        #expect(before.rows + after.rows == whole.rows, "\(batches) batches")
        #expect(before.problems + after.problems == whole.problems)
        #expect(before.places + after.places == whole.places)
        #expect(after.offset == whole.offset && after.identity == whole.identity)
      }
    }
  }

  @Test("of a series goes over from file to file, and problems name their own")
  func series() throws {
    let reading = try FileReading(FileSource.Options(format: .jsonLines, isSeries: true))
    for file in 0..<4 {
      let text = Self.text(
        .jsonLines, lines: file == 2 ? 0 : 50, quotesFrom: 0, seed: UInt64(file + 1), endsLine: false)
      try reading.write(text, to: "part-\(file)")
    }
    let readers = try reading.open()
    #expect(readers.count == 1)
    let whole = try FileReading.read(readers[0], .rows(BatchLimits()))
    for file in [0, 1, 3] { #expect(whole.problems.contains { $0.hasPrefix("part-\(file) ") }) }
    #expect(whole.places.count == whole.rows.count)
    for limits in [BatchLimits(), BatchLimits(rows: 3), BatchLimits(bytes: 200)] {
      let content = try FileReading.read(try reading.open()[0], .morsels(limits, 50))
      #expect(FileReading.differences(content, whole) == [], "\(limits)")
    }
  }

  @Test("waits for the end of a line, and for the end of a header, while the file grows")
  func follows() throws {
    for way in [FileReading.Way.rows(BatchLimits()), .morsels(BatchLimits(), 10)] {
      let reading = try FileReading(FileSource.Options(format: .csv(columns: nil), follows: true))
      try reading.write([], to: "rows")
      let reader = try reading.open()[0]
      #expect(try FileReading.read(reader, way).rows.isEmpty)
      try reading.append("a,", to: "rows")
      #expect(try FileReading.read(reader, way).rows.isEmpty)
      try reading.append("s\n1,x\n2,", to: "rows")
      #expect(try FileReading.read(reader, way).rows == ["1 x"])
      try reading.append("y\n", to: "rows")
      let last = try FileReading.read(reader, way)
      #expect(last.rows == ["2 y"] && !last.isFinished && last.offset == 12)
    }
  }

  @Test("passes lines over that are longer than a line may be")
  func longLines() throws {
    let decoding = DecodingOptions(maximumLineLength: 100)
    let reading = try FileReading(FileSource.Options(format: .jsonLines, decoding: decoding))
    let long = "{\"a\":1,\"s\":\"" + String(repeating: "l", count: 3000) + "\"}\n"
    try reading.write(Array("{\"a\":1}\n\(long){\"a\":2}\n\(long)\(long.dropLast())".utf8), to: "rows")
    let whole = try FileReading.read(try reading.open()[0], .rows(BatchLimits()))
    #expect(whole.rows == ["1 null", "2 null"] && whole.problems.count == 3)
    for bytes in [20, 2000, 100_000] {
      let content = try FileReading.read(try reading.open()[0], .morsels(BatchLimits(bytes: bytes), 50))
      #expect(FileReading.differences(content, whole) == [])
    }
  }
}
