extension RowStage {
  /// Appends all rows, each column in one go; false, with nothing appended, where a cell is null, wrong or not as it stands.
  func appendDirectly(_ region: borrowing ScanRegion, to batch: inout ColumnBatch) -> Bool {
    for column in 0..<width where batch.columns[column].hasNulls { return false }
    let before = batch.count
    for column in 0..<width {
      let isDone =
        switch schema.fields[column].type {
        case .int64: appendWords(column, by: IntegerConversion(), region, to: &batch.columns[column])
        case .double: appendWords(column, by: DoubleConversion(), region, to: &batch.columns[column])
        case .bool: appendWords(column, by: TruthConversion(), region, to: &batch.columns[column])
        case .timestamp:
          appendWords(column, by: TimestampConversion(unit: options.timeUnit), region, to: &batch.columns[column])
        case .string: appendTexts(column, region, to: &batch.columns[column])
        }
      if isDone { continue }
      for done in 0...column { batch.columns[done].removeRows(from: before) }
      return false
    }
    return true
  }

  /// Converts and appends; false, with some of the rows appended, at the first cell that has no value.
  private func appendWords<Conversion: CellConversion>(
    _ column: Int, by conversion: Conversion, _ region: borrowing ScanRegion, to target: inout Column
  ) -> Bool {
    var areAllRight = true
    let cells = cells.span
    target.words.append(addingCapacity: count) { output in
      var index = column
      for _ in 0..<count {
        let cell = conversion.convert(cells[index], region)
        guard cell.kind == .word else {
          areAllRight = false
          break
        }
        output.append(cell.word)
        index += width
      }
    }
    return areAllRight
  }

  /// Appends texts as they stand, whole words at a time; false, with nothing appended, where a cell is something else.
  func appendTexts(_ column: Int, _ region: borrowing ScanRegion, to target: inout Column) -> Bool {
    let cells = cells.span
    var room = 0
    var index = column
    var areAllPlain = true
    for _ in 0..<count {
      room += Int(cells[index].length)
      areAllPlain = areAllPlain && cells[index].kind.isPlainText
      index += width
    }
    guard areAllPlain else { return false }
    let base = target.bytes.count
    target.offsets.append(addingCapacity: count) { offsets in
      target.bytes.append(addingCapacity: room + 8) { bytes in
        // The words written below end at most 7 bytes after `room`, which is inside what was asked for.
        unsafe bytes.withUnsafeMutableBufferPointer { buffer, filled in
          var index = column
          for _ in 0..<count {
            let start = cells[index].start
            let length = Int(cells[index].length)
            var offset = 0
            while offset < length {
              unsafe UnsafeMutableRawBufferPointer(buffer)
                .storeBytes(
                  of: region.word(start + offset).littleEndian, toByteOffset: filled + offset, as: UInt64.self)
              offset += 8
            }
            filled += length
            offsets.append(Int32(truncatingIfNeeded: base + filled))
            index += width
          }
        }
      }
    }
    return true
  }
}
