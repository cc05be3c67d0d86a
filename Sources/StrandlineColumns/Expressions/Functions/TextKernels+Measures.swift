/// Functions of text, on the bytes of the arena.
enum TextKernels {
  /// Truth values and numbers of texts.
  static func measured(_ function: ScalarFunction, _ operands: [Operand], _ rows: CallRows) -> Column {
    let subject = operands[0]
    let texts = subject.texts
    switch function {
    case .length:
      return rows.words(.int64) { Int64(Characters.count(texts[$0])) }
    case .octetLength:
      return rows.words(.int64) { Int64(texts[$0].count) }
    default:
      break
    }
    let other = operands[1]
    let others = other.texts
    switch function {
    case .startsWith:
      return rows.truths { ByteSearch.matches(others[$0], in: texts[$0], at: 0) }
    case .endsWith:
      return rows.truths { ByteSearch.matches(others[$0], in: texts[$0], at: texts[$0].count - others[$0].count) }
    case .contains:
      return rows.truths { ByteSearch.first(others[$0], in: texts[$0]) != nil }
    default:
      return rows.words(.int64) { row in
        let text = texts[row]
        guard let position = ByteSearch.first(others[row], in: text) else { return 0 }
        return Int64(Characters.count(text.extracting(..<position)) + 1)
      }
    }
  }
}
