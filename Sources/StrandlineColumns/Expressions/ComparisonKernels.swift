/// Loops that find the rows for which a comparison is true. Validity is the caller's business.
enum ComparisonKernels {
  /// The selected rows that pass the test, ascending.
  ///
  /// Every row is written and the position moves on only for one that passes, so there is no branch to predict.
  @inline(__always)
  static func keep(_ selection: Selection, _ test: (Int) -> Bool) -> Selection {
    var kept = [Int32](repeating: 0, count: selection.count)
    var count = 0
    var out = kept.mutableSpan
    switch selection {
    case .all(let rows):
      for row in 0..<rows {
        out[count] = Int32(truncatingIfNeeded: row)
        count += test(row) ? 1 : 0
      }
    case .rows(let rows):
      let rows = rows.span
      for index in rows.indices {
        out[count] = rows[index]
        count += test(Int(rows[index])) ? 1 : 0
      }
    }
    // All of all rows stay that, which saves a gathering later.
    if count == selection.count { return selection }
    kept.removeLast(kept.count - count)
    return .rows(kept)
  }

  /// Words against a constant.
  static func words(_ orders: OrderSet, _ column: [Int64], _ constant: Int64, _ selection: Selection) -> Selection {
    let words = column.span
    if orders == .equal { return keep(selection) { words[$0] == constant } }
    return keep(selection) { orders.contains(words[$0], constant) }
  }

  /// Words against words.
  static func words(_ orders: OrderSet, _ left: [Int64], _ right: [Int64], _ selection: Selection) -> Selection {
    let left = left.span
    let right = right.span
    return keep(selection) { orders.contains(left[$0], right[$0]) }
  }

  /// Numbers against a constant.
  static func doubles(_ orders: OrderSet, _ column: [Int64], _ constant: Double, _ selection: Selection) -> Selection {
    let words = column.span
    return keep(selection) { orders.contains(number(words[$0]), constant) }
  }

  /// Numbers against numbers.
  static func doubles(_ orders: OrderSet, _ left: [Int64], _ right: [Int64], _ selection: Selection) -> Selection {
    let left = left.span
    let right = right.span
    return keep(selection) { orders.contains(number(left[$0]), number(right[$0])) }
  }

  /// Text against a constant.
  static func text(_ orders: OrderSet, _ column: Column, _ constant: String, _ selection: Selection) -> Selection {
    let pattern = TextPattern(constant)
    let offsets = column.offsets.span
    let bytes = column.bytes.span
    let wanted = pattern.bytes.span
    switch orders.subtracting(.unordered) {
    case .equal where pattern.isShort:
      return keep(selection) { pattern.matchesShort(bytes, Int(offsets[$0]), Int(offsets[$0 + 1])) }
    case .equal:
      return keep(selection) { pattern.matches(bytes, Int(offsets[$0]), Int(offsets[$0 + 1])) }
    case [.less, .greater] where pattern.isShort:
      return keep(selection) { !pattern.matchesShort(bytes, Int(offsets[$0]), Int(offsets[$0 + 1])) }
    case [.less, .greater]:
      return keep(selection) { !pattern.matches(bytes, Int(offsets[$0]), Int(offsets[$0 + 1])) }
    default:
      return keep(selection) {
        let text = bytes.extracting(Int(offsets[$0])..<Int(offsets[$0 + 1]))
        return orders.contains(TextOrder.compare(text, wanted), 0)
      }
    }
  }

  /// Text against text.
  static func text(_ orders: OrderSet, _ left: Column, _ right: Column, _ selection: Selection) -> Selection {
    let leftOffsets = left.offsets.span
    let rightOffsets = right.offsets.span
    let leftBytes = left.bytes.span
    let rightBytes = right.bytes.span
    return keep(selection) {
      let one = leftBytes.extracting(Int(leftOffsets[$0])..<Int(leftOffsets[$0 + 1]))
      let other = rightBytes.extracting(Int(rightOffsets[$0])..<Int(rightOffsets[$0 + 1]))
      return orders.contains(TextOrder.compare(one, other), 0)
    }
  }

  /// The rows whose word is another than the constant, or which are null.
  static func open(_ column: Column, deciding constant: Int64, _ selection: Selection) -> Selection {
    let words = column.words.span
    guard let validity = column.validity else { return keep(selection) { words[$0] != constant } }
    let bits = validity.words.span
    return keep(selection) { words[$0] != constant || bits[$0 >> 6] >> UInt64($0 & 63) & 1 == 0 }
  }

  /// The rows of a selection whose bit is set.
  static func present(_ validity: Bitmap, _ selection: Selection) -> Selection {
    let words = validity.words.span
    return keep(selection) { words[$0 >> 6] >> UInt64($0 & 63) & 1 != 0 }
  }

  /// The rows of a selection whose bit is not set.
  static func absent(_ validity: Bitmap, _ selection: Selection) -> Selection {
    let words = validity.words.span
    return keep(selection) { words[$0 >> 6] >> UInt64($0 & 63) & 1 == 0 }
  }

  @inline(__always)
  private static func number(_ word: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: word))
  }
}
