/// Turns the lines of a stream into rows of columns.
///
/// # Overview
/// The caller owns the buffer and reads the stream; a decoder takes the whole lines of what it is handed. Only the
/// columns of `schema` are extracted; everything else is validated and skipped. A blank line (white space only) is
/// skipped, a byte order mark at stream offset 0 too, and a line may end in `\n` or `\r\n`. A row that can't be decoded
/// adds nothing to the batch and one `RowError`. Which rows come out does not depend on how the stream is cut into
/// buffers.
///
/// # At the beginning of a stream, and after a restart
/// Call `readHeader` once with the bytes from stream offset 0, whatever the offset at which decoding then goes on. It
/// returns where the first line of data begins (0 where the format has no header).
///
/// # Lines longer than a buffer
/// When a buffer holds no whole line and more than `maximumLineLength` bytes, `decode` consumes all of it, and of what
/// follows, up to the end of the line; then it reports one `RowError` with the line's beginning. In between
/// `pendingLineStart` is the stream offset of that line: a position to go on from after a restart is `pendingLineStart`
/// where it is not nil, and not the position that `decode` returned.
public protocol LineDecoder: Sendable {
  /// The columns that are extracted.
  var schema: Schema { get }

  /// The stream offset of an over-long line that is being skipped; nil between lines.
  var pendingLineStart: Int? { get }

  /// Reads what stands before the first row.
  ///
  /// - Parameters:
  ///   - buffer: the stream's bytes from offset 0.
  ///   - atEnd: whether the stream ends with this buffer.
  /// - Returns: the offset of the first line of data, or nil when the header is not whole yet and more bytes are needed.
  /// - Throws: a `ColumnsError` when the header does not serve the schema.
  mutating func readHeader(_ buffer: RawSpan, atEnd: Bool) throws(ColumnsError) -> Int?

  /// Decodes whole lines until `maximumRows` rows (error rows count) are decoded or no whole line is left.
  ///
  /// It stops early before a column would hold more than 2 GiB of text; then empty the batch and call again.
  /// - Parameters:
  ///   - buffer: bytes of the stream.
  ///   - start: where in `buffer` the next line begins.
  ///   - baseOffset: the stream offset of the buffer's first byte.
  ///   - atEnd: whether the stream ends with this buffer, so that its last line may lack the line end.
  ///   - maximumRows: the number of rows to stop at.
  ///   - batch: takes the rows; its schema is the decoder's.
  ///   - errors: takes the error rows, in order.
  /// - Returns: the position in `buffer` after the last line consumed; `start` when more bytes are needed.
  mutating func decode(
    _ buffer: RawSpan, from start: Int, baseOffset: Int, atEnd: Bool, maximumRows: Int,
    into batch: inout ColumnBatch, errors: inout [RowError]
  ) -> Int
}
