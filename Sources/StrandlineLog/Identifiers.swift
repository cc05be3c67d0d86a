/// The number of a batch; the first is 0.
public struct BatchID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The number.
  public var value: UInt64
  /// The batch of that number.
  public init(_ value: UInt64) { self.value = value }
  /// The batch after this one.
  public var next: BatchID { BatchID(value &+ 1) }
  /// Whether a batch came before another.
  public static func < (a: BatchID, b: BatchID) -> Bool { a.value < b.value }
  /// The number.
  public var description: String { String(value) }
}

/// The number of a record in a store's log; the first is 1, and 0 stands for "none".
public struct SequenceNumber: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The number.
  public var value: UInt64
  /// The record of that number.
  public init(_ value: UInt64) { self.value = value }
  /// The record after this one.
  public var next: SequenceNumber { SequenceNumber(value &+ 1) }
  /// Whether a record stands before another.
  public static func < (a: SequenceNumber, b: SequenceNumber) -> Bool { a.value < b.value }
  /// The number.
  public var description: String { String(value) }
}

/// How often a store has been opened for writing; a writer of a lower epoch has lost it.
public struct Epoch: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The number; a store is made in epoch 1.
  public var value: UInt64
  /// The epoch of that number.
  public init(_ value: UInt64) { self.value = value }
  /// The epoch of the next opening.
  public var next: Epoch { Epoch(value &+ 1) }
  /// Whether an epoch came before another.
  public static func < (a: Epoch, b: Epoch) -> Bool { a.value < b.value }
  /// The number.
  public var description: String { String(value) }
}

/// What tells a store from every other: 128 random bits.
public struct StoreID: Sendable, Hashable, CustomStringConvertible {
  /// The bits.
  public var high: UInt64
  /// The bits.
  public var low: UInt64
  /// The store of those bits.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
  /// 32 hexadecimal digits.
  public var description: String { Self.hex(high) + Self.hex(low) }

  private static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
