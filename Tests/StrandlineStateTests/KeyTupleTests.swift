import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("keys")
struct KeyTupleTests {
  @Test("as tuples come back, and their bytes have the order of the columns", arguments: keyTypes)
  func order(types: [ColumnType]) throws {
    var random = SeededRandom(seed: 1)
    var columns = types.map { Column($0) }
    var keys: [[KeyPart]] = []
    for _ in 0..<150 {
      let key = types.map { KeyPart.random($0, nullable: true, &random) }
      keys.append(key)
      for (index, part) in key.enumerated() { part.append(to: &columns[index]) }
    }
    let tuples = KeyTuple.encode(columns, rows: keys.count)
    #expect(tuples.count == keys.count)
    let decoded = try KeyTuple.decode(tuples, types: types)
    for (row, key) in keys.enumerated() {
      #expect(decoded.map { KeyPart($0, row) } == key)
    }
    func bytes(_ row: Int) -> ArraySlice<UInt8> {
      tuples.bytes[Int(tuples.offsets[row])..<Int(tuples.offsets[row + 1])]
    }
    for a in keys.indices {
      for b in keys.indices {
        #expect(bytes(a).lexicographicallyPrecedes(bytes(b)) == keys[a].lexicographicallyPrecedes(keys[b]))
        #expect((bytes(a) == bytes(b)) == (keys[a] == keys[b]))
      }
    }
  }

  @Test("cut anywhere, continued or of another type are refused")
  func malformed() throws {
    let types: [ColumnType] = [.string, .int64]
    var text = Column(.string)
    text.append("a\0b")
    let tuple = KeyTuple.encode([text, Column(.int64, words: [7])], rows: 1)
    for length in 0..<tuple.bytes.count {
      var cut = Column(.string)
      cut.append(utf8: tuple.bytes.prefix(length))
      #expect(throws: StateError.self) { try KeyTuple.decode(cut, types: types) }
    }
    for extra in [0, 1, 2] as [UInt8] {
      var longer = Column(.string)
      longer.append(utf8: tuple.bytes + [extra])
      #expect(throws: StateError.self) { try KeyTuple.decode(longer, types: types) }
    }
    #expect(throws: StateError.self) { try KeyTuple.decode(tuple, types: [.string]) }
    #expect(throws: StateError.self) { try KeyTuple.decode(tuple, types: [.int64, .string]) }
    #expect(throws: StateError.self) { try KeyTuple.decode(tuple, types: []) }
    var tag = Column(.string)
    tag.append(utf8: [2] + tuple.bytes.dropFirst())
    #expect(throws: StateError.self) { try KeyTuple.decode(tag, types: types) }
    var escape = Column(.string)
    escape.append(utf8: [1, 0, 7, 0, 0, 0])
    #expect(throws: StateError.self) { try KeyTuple.decode(escape, types: types) }
  }

  @Test("of one column are held as words or texts, of several or none as tuples")
  func layouts() {
    #expect(KeyLayout([.int64]) == .word(.int64))
    #expect(KeyLayout([.string]) == .text)
    #expect(KeyLayout([]) == .tuple([]))
    #expect(KeyLayout([.string, .bool]) == .tuple([.string, .bool]))
    for types in keyTypes { #expect(KeyLayout(types).types == types) }
  }

  @Test("of doubles sort as numbers do, with one zero and one NaN")
  func doubles() {
    let values: [Double] = [
      -.infinity, -1e308, -1, -.leastNonzeroMagnitude, 0, .leastNonzeroMagnitude, 1, 1e308, .infinity, .nan,
    ]
    func sortable(_ value: Double) -> Int64 { KeyOrder.sortable(Int64(bitPattern: value.bitPattern), .double) }
    for (a, b) in zip(values, values.dropFirst()) { #expect(sortable(a) < sortable(b)) }
    #expect(sortable(-0.0) == sortable(0))
    #expect(sortable(-.nan) == sortable(.nan))
    #expect(sortable(.signalingNaN) == sortable(.nan))
    for value in values {
      let word = KeyOrder.word(ofSortable: sortable(value), .double)
      #expect(canonical(Double(bitPattern: UInt64(bitPattern: word))).bitPattern == canonical(value).bitPattern)
    }
  }

  @Test("have hashes that depend on the seed and on every byte, and fill shards and slots evenly")
  func hashes() {
    for type in [ColumnType.int64, .string] {
      var keys = Column(type)
      for key in 0..<4096 { if type == .string { keys.append("key-\(key)") } else { keys.append(word: Int64(key)) } }
      var first: [UInt64] = []
      var second: [UInt64] = []
      KeyHasher(seed: 1).hash(keys, into: &first)
      KeyHasher(seed: 2).hash(keys, into: &second)
      #expect(zip(first, second).allSatisfy { $0 != $1 })
      #expect(Set(first).count == 4096)
      for shift in [0, 58] as [UInt64] {
        var counts = [Int](repeating: 0, count: 64)
        for hash in first { counts[Int(hash >> shift & 63)] += 1 }
        // 64 keys are expected, with a deviation of 8.
        #expect(counts.allSatisfy { (24...112).contains($0) }, "\(type) \(counts)")
      }
    }
  }
}
