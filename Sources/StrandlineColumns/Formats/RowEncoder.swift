/// Turns the rows of a batch into lines of text.
///
/// What is appended is a function of the rows alone, so outputs can be compared byte by byte.
public protocol RowEncoder: Sendable {
  /// The columns that are written, in their order.
  var schema: Schema { get }
  /// Appends what stands before the first row of a file; nothing in most formats.
  func appendHeader(to output: inout [UInt8])
  /// Appends one line per selected row of a batch of the schema. Linear in what is written.
  func append(_ batch: ColumnBatch, _ selection: Selection, to output: inout [UInt8])
}

extension RowEncoder {
  /// Appends one line per row.
  public func append(_ batch: ColumnBatch, to output: inout [UInt8]) {
    append(batch, .all(batch.count), to: &output)
  }
}

/// Values as text.
enum ValueText {
  /// Appends an integer.
  static func append(_ value: Int64, to output: inout [UInt8]) {
    if value < 0 { output.append(UInt8(ascii: "-")) }
    let start = output.count
    var rest = value.magnitude
    repeat {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
      rest = quotient
    } while rest != 0
    output[start...].reverse()
  }

  /// Appends the shortest decimal that reads back as the same double, or says that there is none.
  static func append(_ value: Double, to output: inout [UInt8]) -> Bool {
    guard value.isFinite else { return false }
    output.append(contentsOf: value.description.utf8)
    return true
  }

  /// Appends a fixed-width value that is not null, or says that it has no text.
  static func append(_ word: Int64, _ type: ColumnType, to output: inout [UInt8]) -> Bool {
    switch type {
    case .int64: append(word, to: &output)
    case .double: return append(Double(bitPattern: UInt64(bitPattern: word)), to: &output)
    case .bool: output.append(contentsOf: (word == 0 ? "false" : "true").utf8)
    case .timestamp, .string: ISO8601.append(word, to: &output)
    }
    return true
  }
}
