import StrandlineColumns
import StrandlineState
import Testing

@Suite("Keys that begin with a key")
struct KeyShardTests {
  private static func column(_ type: ColumnType) -> Column {
    var column = Column(type, capacity: 0)
    switch type {
    case .string:
      for text in ["", "a", "\0", "\0\0", "a\0b", "\u{FF}\0é", String(repeating: "long ", count: 20), "\0\u{7FF}"] {
        column.append(text)
      }
      column.append(utf8: [0, 0xFF, 0xFF, 0, 1])
    case .double:
      for value in [0, -0.0, 1.5, -1.5, .nan, -.nan, .infinity, -.infinity, .leastNonzeroMagnitude] as [Double] {
        column.append(value)
      }
    case .bool:
      for row in 0..<9 { column.append(word: Int64(row % 2)) }
    default:
      for word in [0, 1, -1, .max, .min, 255, 1 << 32, -(1 << 40), 7] as [Int64] { column.append(word: word) }
    }
    column.appendNull()
    return column
  }

  private static func state(_ types: [ColumnType], shardColumns: Int? = nil) -> KeyedState {
    let keys: KeyLayout = shardColumns == nil ? KeyLayout(types) : .tuple(types)
    return KeyedState(
      KeyedStatePlan(
        id: 0, keys: keys, shardColumns: shardColumns, values: AccumulatorLayout([], ownWords: 1), panes: .single),
      shardCount: 4096, seed: 0xFEED)
  }

  private static let types: [ColumnType] = [.int64, .double, .bool, .timestamp, .string]

  @Test("are in the shard of that key alone, null included", arguments: types)
  func single(_ type: ColumnType) throws {
    let column = Self.column(type)
    let other = Column(.int64, words: (0..<Int64(column.count)).map { $0 &* 0x9E37_79B9 })
    let alone = try Self.state([type]).keys([column], rows: column.count)
    let longer = try Self.state([type, .int64], shardColumns: 1).keys([column, other], rows: column.count)
    #expect(alone.hashes.map { $0 >> 32 } == longer.hashes.map { $0 >> 32 })
    // A control: the other half, which chooses the slot, is that of the whole key.
    #expect(zip(alone.hashes, longer.hashes).allSatisfy { $0 & 0xFFFF_FFFF != $1 & 0xFFFF_FFFF })
  }

  @Test("of several columns, or of none, are in the shard of these alone", arguments: types)
  func several(_ type: ColumnType) throws {
    let (first, second) = (Self.column(type), Self.column(.string))
    let other = Column(.int64, words: (0..<Int64(first.count)).map { $0 &* 0x9E37_79B9 })
    let alone = try Self.state([type, .string]).keys([first, second], rows: first.count)
    let longer = try Self.state([type, .string, .int64], shardColumns: 2)
      .keys([first, second, other], rows: first.count)
    #expect(alone.hashes.map { $0 >> 32 } == longer.hashes.map { $0 >> 32 })
    let none = try Self.state([]).keys([], rows: first.count)
    let behind = try Self.state([type, .int64], shardColumns: 0).keys([first, other], rows: first.count)
    #expect(none.hashes.map { $0 >> 32 } == behind.hashes.map { $0 >> 32 })
  }
}
