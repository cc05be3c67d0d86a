/// Everything about decoding lines that doesn't depend on their format: where they end in a buffer, blank and over-long
/// ones, error rows, and moving staged rows to the batch.
///
/// # Overview
/// A buffer is scanned in place up to its last line feed that has `ScanRegion.padding` bytes after it; the few lines behind
/// are copied to a padded tail. So a scanner never asks whether it has reached the end of the buffer.
///
/// # Over-long lines
/// A line with more than `maximumLineLength` bytes is an error row that ends at the first line feed from that length on,
/// whether the line is whole in the buffer or not. (That matters where a row may span lines: a quote that is never closed
/// costs the rows of that length and not the rest of the stream.)
struct RowDecoder<Scanner: RowScanner>: Sendable {
  var scanner: Scanner
  private var stage: RowStage
  private let maximumLineLength: Int
  private var tail: [UInt8] = []
  /// The stream offset of the over-long line that is being skipped.
  private(set) var pendingLineStart: Int?

  init(scanner: Scanner, schema: Schema, options: DecodingOptions) {
    self.scanner = scanner
    self.maximumLineLength = max(1, min(options.maximumLineLength, 1 << 30))
    var options = options
    options.maximumLineLength = maximumLineLength
    self.stage = RowStage(schema: schema, options: options)
  }

  var schema: Schema { stage.schema }
  var options: DecodingOptions { stage.options }

  mutating func decode(
    _ buffer: RawSpan, from start: Int, baseOffset: Int, atEnd: Bool, maximumRows: Int,
    into batch: inout ColumnBatch, errors: inout [RowError]
  ) -> Int {
    precondition(start >= 0 && start <= buffer.byteCount, "decoding starts inside the buffer")
    precondition(batch.columns.count == stage.width, "a batch of the decoder's schema")
    let room = batch.columns.reduce(Int(Int32.max)) { min($0, Int(Int32.max) - $1.bytes.count) }
    if buffer.byteCount - start > room {
      // A text is never longer than what it was written as, so what is cut off here can't overflow a column either.
      return decodeWhole(
        buffer.extracting(0..<(start + room)), from: start, baseOffset: baseOffset, atEnd: false, isCut: true,
        maximumRows: maximumRows, into: &batch, errors: &errors)
    }
    return decodeWhole(
      buffer, from: start, baseOffset: baseOffset, atEnd: atEnd, isCut: false, maximumRows: maximumRows, into: &batch,
      errors: &errors)
  }

  private mutating func decodeWhole(
    _ buffer: RawSpan, from start: Int, baseOffset: Int, atEnd: Bool, isCut: Bool, maximumRows: Int,
    into batch: inout ColumnBatch, errors: inout [RowError]
  ) -> Int {
    var position = start
    var budget = maximumRows
    if budget > 0, let lineStart = pendingLineStart {
      let resume = max(position, lineStart + maximumLineLength - baseOffset)
      let lineFeed = resume < buffer.byteCount ? buffer.firstLineFeed(from: resume) : nil
      guard lineFeed != nil || atEnd else { return buffer.byteCount }
      position = lineFeed ?? buffer.byteCount
      errors.append(tooLong(at: lineStart, length: baseOffset + position - lineStart))
      pendingLineStart = nil
      budget -= 1
      if lineFeed != nil { position += 1 }
    }
    if baseOffset + position == 0 {
      guard let mark = buffer.byteOrderMark(atEnd: atEnd, at: position) else { return position }
      position += mark
    }
    while budget > 0 && position < buffer.byteCount {
      position = decodeInPlace(buffer, from: position, baseOffset, &budget, &batch, &errors)
      if budget == 0 { break }
      position = decodeTail(buffer, from: position, baseOffset, atEnd: atEnd, &budget, &batch, &errors)
      if budget == 0 || position == buffer.byteCount { break }
      // What is left is a row without an end.
      if buffer.byteCount - position > maximumLineLength && !isCut {
        if let lineFeed = buffer.firstLineFeed(from: position + maximumLineLength) {
          errors.append(tooLong(at: baseOffset + position, length: lineFeed - position))
          position = lineFeed + 1
          budget -= 1
        } else if atEnd {
          errors.append(tooLong(at: baseOffset + position, length: buffer.byteCount - position))
          return buffer.byteCount
        } else {
          pendingLineStart = baseOffset + position
          return buffer.byteCount
        }
      } else if atEnd {
        let reason = RowFault.openQuote.reason(at: 0, maximumLineLength: maximumLineLength)
        errors.append(RowError(offset: baseOffset + position, length: buffer.byteCount - position, reason: reason))
        return buffer.byteCount
      } else {
        break
      }
    }
    return position
  }

  /// Scans the rows that can be read where they are. The position after the last one.
  private mutating func decodeInPlace(
    _ buffer: RawSpan, from position: Int, _ baseOffset: Int, _ budget: inout Int, _ batch: inout ColumnBatch,
    _ errors: inout [RowError]
  ) -> Int {
    let end = buffer.endOfLines(from: position, below: buffer.byteCount - ScanRegion.padding)
    if end <= position { return position }
    let region = ScanRegion(buffer, end: end)
    return scanRows(region, from: position, origin: baseOffset, &budget, &batch, &errors)
  }

  /// Scans the rows at the end of the buffer in a padded copy. The position after the last one.
  private mutating func decodeTail(
    _ buffer: RawSpan, from position: Int, _ baseOffset: Int, atEnd: Bool, _ budget: inout Int,
    _ batch: inout ColumnBatch, _ errors: inout [RowError]
  ) -> Int {
    let end = atEnd ? buffer.byteCount : buffer.endOfLines(from: position, below: buffer.byteCount)
    if end <= position { return position }
    var copy: [UInt8] = []
    swap(&copy, &tail)
    copy.removeAll(keepingCapacity: true)
    // The pointer is used inside the closure only.
    unsafe buffer.extracting(position..<end).withUnsafeBytes { unsafe copy.append(contentsOf: $0) }
    if copy[copy.count - 1] != UInt8(ascii: "\n") { copy.append(UInt8(ascii: "\n")) }
    let regionEnd = copy.count
    copy.append(contentsOf: repeatElement(0, count: ScanRegion.padding))
    let used = scanTail(copy, end: regionEnd, origin: baseOffset + position, &budget, &batch, &errors)
    swap(&copy, &tail)
    // A line feed that was added is not part of the stream.
    return min(position + used, end)
  }

  private mutating func scanTail(
    _ tail: [UInt8], end: Int, origin: Int, _ budget: inout Int, _ batch: inout ColumnBatch, _ errors: inout [RowError]
  ) -> Int {
    // The array outlives the region.
    let region = unsafe ScanRegion(tail.span.bytes, end: end)
    return scanRows(region, from: 0, origin: origin, &budget, &batch, &errors)
  }

  private mutating func scanRows(
    _ region: borrowing ScanRegion, from start: Int, origin: Int, _ budget: inout Int, _ batch: inout ColumnBatch,
    _ errors: inout [RowError]
  ) -> Int {
    var position = start
    while position < region.end && budget > 0 {
      budget -= scanner.takeRows(
        region, at: &position, maximumRows: budget, maximumLineLength: maximumLineLength, into: &batch)
      // The stage is empty here, so the order of rows is kept.
      if position >= region.end || budget == 0 { break }
      let isWhole = stage.fill(
        by: &scanner, region, at: &position, maximumRows: budget, maximumLineLength: maximumLineLength)
      budget -= stage.count
      stage.flush(region, origin: origin, into: &batch, errors: &errors)
      if !isWhole { break }
    }
    return position
  }

  private func tooLong(at offset: Int, length: Int) -> RowError {
    let reason = RowFault.tooLong.reason(at: 0, maximumLineLength: maximumLineLength)
    return RowError(offset: offset, length: length, reason: reason)
  }
}
