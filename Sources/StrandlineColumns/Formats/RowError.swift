/// A row that could not be decoded: where it stands and why, without anything of what it holds.
public struct RowError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The byte offset of the row in its stream.
  public var offset: Int
  /// The length of the row in bytes, without its line feed.
  public var length: Int
  /// What is wrong; never contains a payload or a key.
  public var reason: String
  /// The wanted column that could not be filled, where it is one column's fault.
  public var column: String?

  /// An error row at that place.
  public init(offset: Int, length: Int, reason: String, column: String? = nil) {
    self.offset = offset
    self.length = length
    self.reason = reason
    self.column = column
  }

  /// The place and the reason in one line.
  public var description: String {
    let place = column.map { " (column \($0))" } ?? ""
    return "row at byte \(offset), \(length) bytes\(place): \(reason)"
  }
}

/// Why a row is an error row.
enum RowFault: UInt8, Sendable {
  case none
  case malformed
  case notObject
  case invalidUTF8
  case controlCharacter
  case malformedString
  case tooDeep
  case tooLong
  case missing
  case notInteger
  case notNumber
  case numberRange
  case notBool
  case notTimestamp
  case timeRange
  case unitMissing
  case nested
  case fieldCount
  case openQuote
  case strayQuote

  /// The reason in words. `position` is a byte position within the row.
  func reason(at position: Int, maximumLineLength: Int) -> String {
    switch self {
    case .none: "no fault"
    case .malformed: "malformed JSON at byte \(position) of the line"
    case .notObject: "not a JSON object"
    case .invalidUTF8: "invalid UTF-8 at byte \(position) of the line"
    case .controlCharacter: "a control character in a string at byte \(position) of the line"
    case .malformedString: "a malformed escape in a string at byte \(position) of the line"
    case .tooDeep: "nested more than \(JSONRowScanner.maximumDepth) levels deep"
    case .tooLong: "longer than the maximum of \(maximumLineLength) bytes"
    case .missing: "null or missing, and the column is not nullable"
    case .notInteger: "not an integer in 64 bits"
    case .notNumber: "not a number"
    case .numberRange: "a number outside the range of a double"
    case .notBool: "neither true nor false"
    case .notTimestamp: "not an ISO 8601 time"
    case .timeRange: "a time outside the range of 64-bit microseconds"
    case .unitMissing: "a number as a time needs a unit: set timeUnit (command line: --time-unit s, ms or us)"
    case .nested: "an array or an object, where a single value is wanted"
    case .fieldCount: "not as many fields as the header"
    case .openQuote: "a quoted field is not closed"
    case .strayQuote: "a quote inside an unquoted field, or text after a closing quote"
    }
  }
}
