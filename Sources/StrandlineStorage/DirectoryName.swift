/// A name that a store may use: 1 to 255 of `A-Z a-z 0-9 . _ -`, and neither `.` nor `..`.
///
/// So a name read from a damaged or hostile file can't leave its directory.
public struct DirectoryName: Sendable, Hashable, CustomStringConvertible {
  /// The name.
  public let description: String

  /// Checks a name.
  ///
  /// - Throws: `.invalidName`; the refused text is shortened and stripped of what a terminal would act on.
  public init(_ text: String, for operation: StorageError.Operation = .open) throws(StorageError) {
    guard Self.isValid(text) else {
      throw StorageError(.invalidName, operation, path: Self.printable(text, limit: 64))
    }
    description = text
  }

  /// Whether `text` is a name that may be used.
  public static func isValid(_ text: String) -> Bool {
    let utf8 = text.utf8
    guard (1...255).contains(utf8.count), text != ".", text != ".." else { return false }
    return utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }

  /// At most `limit` characters of foreign text, with a question mark for all but printable ASCII.
  static func printable(_ text: String, limit: Int) -> String {
    let shown = text.unicodeScalars.prefix(limit).map { (0x20..<0x7F).contains($0.value) ? Character($0) : "?" }
    return String(shown)
  }
}
