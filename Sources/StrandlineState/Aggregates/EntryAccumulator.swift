public import StrandlineColumns

/// The smallest entries of a group in ascending order: what `first`, `min_by`, `top_k`, `collect` and exact counts of distinct
/// values are made of.
///
/// # Overview
/// An entry is what a row has in some columns, as bytes whose order is the order wanted (`EntryPart`); a row with a null in one of
/// them has none. The blob is the `limit` smallest entries, ascending; equal ones are one where they are `isDistinct`. The
/// smallest entries of a union don't depend on how it was united, so neither does the blob.
///
/// Layout: entries of fixed-width parts as they are; with a text part each has its length (varint) before it.
public struct EntryAccumulator: BlobAccumulator {
  /// The columns of an entry, the most significant first.
  public let parts: [EntryPart]
  /// The number of entries kept; nil keeps all.
  public let limit: Int?
  /// Whether equal entries count once.
  public let isDistinct: Bool
  /// The bytes of an entry where all have as many: looked at for every entry.
  let entryLength: Int?

  /// An accumulator of entries of those parts.
  public init(_ parts: [EntryPart], limit: Int? = nil, distinct: Bool = false) {
    precondition(!parts.isEmpty && limit ?? 1 > 0, "entries have a part, and a limit is positive")
    self.parts = parts
    self.limit = limit
    self.isDistinct = distinct
    entryLength = parts.contains { $0.type == .string } ? nil : parts.count * 8
  }

  public func add(_ inputs: [Column], _ rows: ArraySlice<Int32>, to blob: inout [UInt8]) throws(StateError) {
    let run = run(inputs, rows)
    if run.isEmpty { return }
    try merge(run.span, into: &blob)
  }

  public func merge(_ other: Span<UInt8>, into blob: inout [UInt8]) throws(StateError) {
    if other.isEmpty { return }
    if blob.isEmpty {
      EntryMerge.copy(other, 0..<other.count, to: &blob)
    } else {
      blob = EntryMerge(self).union(blob.span, other)
    }
    try BlobLimit.check(blob.count)
  }

  public func check(_ blob: Span<UInt8>) throws(StateError) {
    var position = 0
    var previous: Range<Int>?
    var count = 0
    var texts: Column?
    while position < blob.count {
      guard let entry = entry(blob, &position), position <= blob.count else { throw malformed("an entry ends early") }
      var place = entry.lowerBound
      for part in parts {
        if part.type == .string { texts = Column(.string) }
        guard part.read(blob, &place, entry.upperBound, into: &texts) else {
          throw malformed("an entry is none of the aggregate's")
        }
        if let read = texts, !Self.isUTF8(read) { throw malformed("a text of an entry is not UTF-8") }
        texts = nil
      }
      guard place == entry.upperBound else { throw malformed("an entry is longer than its parts") }
      if let previous {
        let order = EntryMerge.compare(blob, previous, blob, entry)
        guard order < 0 || order == 0 && !isDistinct else { throw malformed("entries are out of order") }
      }
      previous = entry
      count += 1
    }
    guard count <= limit ?? .max else { throw malformed("there are more entries than the aggregate keeps") }
  }

  private static func isUTF8(_ column: Column) -> Bool {
    do {
      _ = try UTF8Span(validating: column.bytes.span)
      return true
    } catch {
      return false
    }
  }

  /// Where the bytes of the entry at a position lie; moves behind it. Nil where its length can't be read.
  @inline(__always)
  func entry(_ blob: Span<UInt8>, _ position: inout Int) -> Range<Int>? {
    if let entryLength {
      let start = position
      position += entryLength
      return position <= blob.count ? start..<position : nil
    }
    var length = 0
    var shift = 0
    while position < blob.count {
      let byte = blob[position]
      position += 1
      length |= Int(byte & 0x7F) << shift
      shift += 7
      if byte < 0x80 {
        // One length has one encoding, or equal states could have different bytes.
        guard shift == 7 || byte != 0, length <= blob.count - position else { return nil }
        defer { position += length }
        return position..<position + length
      }
      if shift > 28 { return nil }
    }
    return nil
  }
}

extension EntryAccumulator {
  /// The number of entries. Constant time for fixed-width parts, else linear.
  public func count(_ blob: Span<UInt8>) -> Int {
    if let entryLength { return blob.count / entryLength }
    var position = 0
    var count = 0
    while position < blob.count, entry(blob, &position) != nil { count += 1 }
    return count
  }

  /// The values that the entries hold in one part, in their order: the first `limit` of them. Linear in their bytes.
  ///
  /// The blob is one that was made or checked.
  public func values(_ blob: Span<UInt8>, part wanted: Int, limit: Int = .max) -> Column {
    var column: Column? = Column(parts[wanted].type)
    var nothing: Column?
    var position = 0
    var count = 0
    while position < blob.count, count < limit, let entry = entry(blob, &position) {
      var place = entry.lowerBound
      for (index, part) in parts.enumerated() where index <= wanted {
        let isPart =
          index == wanted
          ? part.read(blob, &place, entry.upperBound, into: &column)
          : part.read(blob, &place, entry.upperBound, into: &nothing)
        precondition(isPart, "a blob that was made or checked")
      }
      count += 1
    }
    return column ?? Column(parts[wanted].type)
  }
}
