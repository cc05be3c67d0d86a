import StrandlineBytes

/// Writes the parts of a state one after another.
public struct StateEncoder: Sendable {
  private var writer = ByteWriter()

  init() {}

  var bytes: [UInt8] { writer.bytes }

  /// Writes a number; small ones take few bytes.
  public mutating func encode(_ value: Int64) { writer.zigzag(value) }

  /// Writes a number in eight bytes.
  public mutating func encode(_ value: Double) { writer.uint64(value.bitPattern) }

  /// Writes a truth value.
  public mutating func encode(_ value: Bool) { writer.uint8(value ? 1 : 0) }

  /// Writes a text.
  public mutating func encode(_ value: String) { writer.string(value) }

  /// Writes bytes.
  public mutating func encode(_ value: [UInt8]) { writer.blob(value) }
}

/// Reads the parts of a state in the order in which they were written.
///
/// Bytes may be damaged: each reading checks what it needs, and throws where they are not what was written.
public struct StateDecoder: Sendable {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The number of bytes that are left: what bounds how many parts there can be.
  public var remaining: Int { bytes.count - position }

  /// Reads a number written as an `Int64`.
  public mutating func decode(_ type: Int64.Type) throws -> Int64 {
    try read { reader in try reader.zigzag() }
  }

  /// Reads a number written as a `Double`.
  public mutating func decode(_ type: Double.Type) throws -> Double {
    try read { reader in Double(bitPattern: try reader.uint64()) }
  }

  /// Reads a truth value.
  public mutating func decode(_ type: Bool.Type) throws -> Bool {
    try read { reader in try reader.count(limit: 1) == 1 }
  }

  /// Reads a text.
  public mutating func decode(_ type: String.Type) throws -> String {
    try read { reader in try reader.string(limit: reader.remaining) }
  }

  /// Reads bytes.
  public mutating func decode(_ type: [UInt8].Type) throws -> [UInt8] {
    try read { reader in try reader.blob(limit: reader.remaining) }
  }

  private mutating func read<Value>(_ body: (inout ByteReader) throws -> Value) throws -> Value {
    // Bytes have no padding.
    var reader = ByteReader(unsafe bytes.span.extracting(position...).bytes)
    let value = try body(&reader)
    position += reader.offset
    return value
  }
}
