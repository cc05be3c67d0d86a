import StrandlineColumns

extension FilePartition {
  /// How many bytes are read from a file at once before they are cut into morsels.
  private static let block = 1 << 20
  /// The most bytes that there is made room for before they are read.
  private static let reservedMax = 64 << 20
  /// The most bytes of a morsel: a column holds at most twice as many.
  private static let bytesMax = 1 << 30

  /// Reads as many lines as a batch may have rows, and cuts them into morsels of about `morselBytes`.
  ///
  /// nil where only decoding tells the rows apart: in CSV at a line with a quote, and at a line that is longer than a batch.
  func readMorsels(_ limits: BatchLimits, morselBytes: Int) throws(StreamError) -> MorselBlock? {
    do {
      guard try openCurrent() else { return block([], lines: 0, .waiting) }
      guard decoder.pendingLineStart == nil, let file else { return nil }
      remember(file)
      return try cutMorsels(limits, morselBytes, file)
    } catch let error as StreamError {
      throw error
    } catch {
      throw StreamError(.source, "\(name): \(error)", file: name)
    }
  }

  private func cutMorsels(_ limits: BatchLimits, _ morselBytes: Int, _ file: TextInput) throws -> MorselBlock? {
    let bytesMax = min(limits.bytes, Self.bytesMax)
    var cuts = LineCuts(from: 0, pieceLength: morselBytes, stopsAtQuotes: options.format.mayQuote)
    var isAtEnd = false
    var isWaiting = false
    while true {
      cuts.extend(buffer.rest, upTo: bytesMax, maximumLines: limits.rows)
      if cuts.isBlocked || cuts.lines >= limits.rows || cuts.position >= bytesMax { break }
      let end = buffer.end
      // A text that is shorter than a block needs no more.
      if buffer.rest.byteCount >= Self.block { buffer.reserve(min(bytesMax, Self.reservedMax) + 2 * Self.block) }
      if try buffer.refill({ try file.read(at: end, into: &$0, count: Self.block) }) > 0 { continue }
      try checkNotShrunk(file)
      isWaiting = mayGrow
      isAtEnd = !isWaiting
      break
    }
    if isAtEnd { cuts.takeUnfinishedLine(buffer.rest) }
    if cuts.lines == 0 {
      if isWaiting { return block([], lines: 0, .waiting) }
      guard isAtEnd, buffer.offset == buffer.end else { return nil }
    }
    let (text, first, base) = (buffer.bytes, buffer.position, buffer.base)
    let morsels = cuts.pieces.map { piece in
      RawMorsel(
        partition: file.path, text: text, range: first + piece.lowerBound..<first + piece.upperBound, base: base,
        decoder: headed)
    }
    buffer.skip(to: buffer.offset + cuts.end)
    let isRead = isAtEnd && buffer.offset == buffer.end
    return block(morsels, lines: cuts.lines, isRead ? try nextFile() : .more)
  }

  private func block(_ morsels: [RawMorsel], lines: Int, _ progress: PartitionProgress) -> MorselBlock {
    MorselBlock(morsels: morsels, lines: lines, progress: progress, offset: offset, identity: identity)
  }
}
