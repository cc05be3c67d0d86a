import StrandlineBytes
import StrandlineColumns
import StrandlineState
import Testing

@Suite("A block of rows")
struct RowsBlockTests {
  private static let schema = Schema(
    ColumnType.allCases.map { Field($0.name, $0, nullable: true) })

  private static func block(_ seed: Int) -> RowsBlock {
    var random = SeededRandom(seed: UInt64(seed))
    let rows = [0, 1, 3, 64, 500][seed % 5]
    let isTimed = seed % 2 == 0
    var columns = ColumnBatch(schema)
    for index in columns.columns.indices {
      let hasNulls = Bool.random(using: &random)
      for _ in 0..<rows {
        if hasNulls && Bool.random(using: &random) {
          columns.columns[index].appendNull()
        } else if columns.columns[index].type == .string {
          columns.columns[index].append(String(repeating: "ä", count: Int.random(in: 0...5, using: &random)))
        } else {
          let reach = Int64.max >> Int64.random(in: 0...62, using: &random)
          columns.columns[index].append(word: Int64.random(in: -reach...reach, using: &random))
        }
      }
    }
    let words = (0..<rows).map { _ in Int64.random(in: .min ... .max, using: &random) }
    return RowsBlock(columns, times: isTimed ? words : [], marks: isTimed ? words.reversed() : [], ordinals: words)
  }

  @Test("is read as it was written, and damage of it is an error or other rows, not a trap", arguments: 0..<40)
  func bytes(_ seed: Int) throws {
    let block = Self.block(seed)
    var writer = ByteWriter()
    block.encode(into: &writer)
    let read = try RowsBlock(decoding: writer.rawSpan, schema: Self.schema)
    #expect(read.times == block.times && read.marks == block.marks && read.ordinals == block.ordinals)
    for (column, other) in zip(block.columns.columns, read.columns.columns) {
      #expect(column.words == other.words && column.bytes == other.bytes && column.offsets == other.offsets)
      #expect((0..<block.count).allSatisfy { column.isNull($0) == other.isNull($0) }, "seed \(seed)")
    }
    var random = SeededRandom(seed: UInt64(seed))
    for _ in 0..<200 {
      var damaged = writer.bytes
      damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      if Bool.random(using: &random) { damaged.removeLast(Int.random(in: 0..<damaged.count, using: &random)) }
      do {
        _ = try RowsBlock(decoding: damaged.span.rawSpan, schema: Self.schema)
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
  }

  @Test("holds what was added, and gives rows by their places")
  func rows() {
    var block = Self.block(8)
    let other = Self.block(28)
    let rows = block.count
    block.append(other)
    #expect(block.count == rows + other.count)
    let some = block.gathered([0, Int32(rows)])
    #expect(some.ordinals == [block.ordinals[0], block.ordinals[rows]] && some.columns.count == 2)
    #expect(some.times == [block.times[0], block.times[rows]])
  }
}
