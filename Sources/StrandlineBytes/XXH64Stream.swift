/// XXH64 of bytes that come in pieces, whose state can be saved and taken up again by another process.
public struct XXH64Stream: Sendable {
  private let seed: UInt64
  private var lanes: XXH64.Lanes
  private var total: UInt64 = 0
  /// What is not a whole stripe of 32 bytes yet; fewer than 32.
  private var pending: [UInt8] = []

  /// Creates the hash of nothing.
  public init(seed: UInt64 = 0) {
    self.seed = seed
    lanes = XXH64.Lanes(seed: seed)
    pending.reserveCapacity(32)
  }

  /// How many bytes have been taken in.
  public var count: UInt64 { total }

  /// Takes in the next bytes; O(count).
  public mutating func update(_ bytes: RawSpan) {
    total &+= UInt64(bytes.byteCount)
    var rest = bytes
    if !pending.isEmpty {
      let wanted = min(32 - pending.count, rest.byteCount)
      pending.append(contentsOf: [UInt8](copying: rest.extracting(first: wanted)))
      rest = rest.extracting(droppingFirst: wanted)
      guard pending.count == 32 else { return }
      // A local copy of the lanes, because `pending` is lent out meanwhile.
      var lanes = lanes
      lanes.consume(pending.rawSpan, count: 32)
      self.lanes = lanes
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.byteCount & ~31
    lanes.consume(rest, count: whole)
    pending.append(contentsOf: [UInt8](copying: rest.extracting(droppingFirst: whole)))
  }

  /// Takes in the next bytes; O(count).
  public mutating func update(_ bytes: [UInt8]) {
    update(bytes.rawSpan)
  }

  /// The hash of everything taken in so far, the same as `XXH64.hash` of it in one piece.
  public var value: UInt64 {
    let start = total >= 32 ? lanes.merged : seed &+ XXH64.prime5
    return XXH64.finish(start &+ total, rest: pending.rawSpan, from: 0)
  }

  /// Appends the state: seed, count, four lanes (8 bytes each), then the pending bytes with their length.
  public func encode(into writer: inout ByteWriter) {
    for word in [seed, total, lanes.first, lanes.second, lanes.third, lanes.fourth] { writer.uint64(word) }
    writer.blob(pending)
  }

  /// Reads a state that ``encode(into:)`` wrote; one that cannot be is `.malformed`.
  public init(decoding reader: inout ByteReader) throws(BytesError) {
    self.init(seed: try reader.uint64())
    total = try reader.uint64()
    lanes.first = try reader.uint64()
    lanes.second = try reader.uint64()
    lanes.third = try reader.uint64()
    lanes.fourth = try reader.uint64()
    pending = try reader.blob(limit: 31)
    guard UInt64(pending.count) == total % 32 else {
      throw BytesError(.malformed, "a saved hash of \(total) bytes with \(pending.count) of them pending")
    }
  }
}
