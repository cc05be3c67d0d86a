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

  /// Appends rows whose values are rendered by `style`, each after its column's prefix, with `rowEnd` after the last one.
  ///
  /// Rendering goes column by column and a few hundred rows at a time: a column is reached once per chunk, and not once per
  /// value with all its arrays retained and released (that cost more than the writing).
  func append(
    _ batch: ColumnBatch, _ selection: Selection, by style: some ValueStyle, prefixes: [[UInt8]], rowEnd: [UInt8],
    to output: inout [UInt8]
  ) {
    precondition(batch.columns.count == prefixes.count, "a batch of the encoder's schema")
    var rendered = prefixes.map { _ in RenderedColumn() }
    var start = 0
    while start < selection.count {
      let end = min(start + 256, selection.count)
      let rows: [Int32]
      switch selection {
      case .all: rows = (start..<end).map { Int32($0) }
      case .rows(let selected): rows = Array(selected[start..<end])
      }
      for index in rendered.indices { rendered[index].render(batch.columns[index], rows, by: style) }
      appendRows(rendered, count: rows.count, prefixes: prefixes, rowEnd: rowEnd, to: &output)
      start = end
    }
  }

  private func appendRows(
    _ rendered: [RenderedColumn], count: Int, prefixes: [[UInt8]], rowEnd: [UInt8], to output: inout [UInt8]
  ) {
    let size = rendered.reduce(0) { $0 + $1.bytes.count } + prefixes.reduce(rowEnd.count) { $0 + $1.count } * count
    let columns = rendered.span
    let starts = prefixes.span
    output.append(addingCapacity: size) { output in
      for row in 0..<count {
        for index in columns.indices {
          // The arrays outlive their spans.
          unsafe output.append(starts[index].span.bytes)
          let from = row == 0 ? 0 : columns[index].ends[row - 1]
          unsafe output.append(columns[index].bytes.span.bytes.extracting(from..<columns[index].ends[row]))
        }
        unsafe output.append(rowEnd.span.bytes)
      }
    }
  }
}
