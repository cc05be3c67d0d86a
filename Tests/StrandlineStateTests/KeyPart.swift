import StrandlineColumns

/// One value of a key as the oracle sees it: compared and hashed by what it means, not by its bits.
enum KeyPart: Hashable, Comparable, CustomStringConvertible {
  case null
  case word(Int64)
  case double(Double)
  case text([UInt8])

  static func == (a: KeyPart, b: KeyPart) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.word(let x), .word(let y)): x == y
    case (.double(let x), .double(let y)): x == y || (x.isNaN && y.isNaN)
    case (.text(let x), .text(let y)): x == y
    default: false
    }
  }

  func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .word(let value): hasher.combine(value)
    case .double(let value): hasher.combine(value.isNaN ? 1e300 : value)
    case .text(let bytes): hasher.combine(bytes)
    }
  }

  /// Nulls first, then by value, NaN above all numbers, texts by their bytes.
  static func < (a: KeyPart, b: KeyPart) -> Bool {
    switch (a, b) {
    case (.null, .null): false
    case (.null, _): true
    case (.word(let x), .word(let y)): x < y
    case (.double(let x), .double(let y)): x.isNaN ? false : y.isNaN || x < y
    case (.text(let x), .text(let y)): x.lexicographicallyPrecedes(y)
    default: false
    }
  }

  var description: String {
    switch self {
    case .null: "null"
    case .word(let value): "\(value)"
    case .double(let value): "\(canonical(value))"
    case .text(let bytes): String(decoding: bytes, as: UTF8.self).debugDescription
    }
  }

  init(_ column: Column, _ row: Int) {
    if column.isNull(row) {
      self = .null
    } else {
      switch column.type {
      case .string: self = .text(Array(column.text(row).utf8))
      case .double: self = .double(Double(bitPattern: UInt64(bitPattern: column.words[row])))
      default: self = .word(column.words[row])
      }
    }
  }

  /// Appends the value to a column of its type.
  func append(to column: inout Column) {
    switch self {
    case .null: column.appendNull()
    case .word(let value): column.append(word: value)
    case .double(let value): column.append(value)
    case .text(let bytes): column.append(utf8: bytes)
    }
  }

  /// A value of a type, from few enough that keys repeat; the awkward ones are among them.
  static func random(_ type: ColumnType, nullable: Bool, _ random: inout SeededRandom) -> KeyPart {
    if nullable && random.next() % 8 == 0 { return .null }
    let choice = Int(random.next() % 24)
    switch type {
    case .int64, .timestamp:
      return .word([.min, .max, 0, -1, 1, 0x6E75_6C6C][safe: choice] ?? Int64(choice) * 1_000_003)
    case .bool: return .word(Int64(choice & 1))
    case .double:
      let otherNaN = Double(bitPattern: 0xFFF8_0000_0000_1234)
      return .double(
        [0, -0.0, .nan, otherNaN, .infinity, -.infinity, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, -1.5, 1e308][
          safe: choice]
          ?? Double(choice) / 3)
    case .string:
      let texts = ["", "\0", "a", "a\0", "a\0b", "é", "abcdefg", "abcdefgh", "abcdefghi", "日本語日本語"]
      return .text(Array((texts[safe: choice] ?? String(repeating: "long key ", count: choice)).utf8))
    }
  }
}

extension Array {
  subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
