extension OpenDescriptor {
  /// Above this many bytes the size of the file is asked before room is made.
  private static let countTrusted = 1 << 16

  /// The status of the open file.
  func status() throws(StorageError) -> FileStatus {
    FileStatus(try use(.status) { (raw) throws(SystemError) in try SystemCall.status(raw) })
  }

  /// Appends up to `count` bytes at `offset` to `buffer`; `buffer` is as it was after an error.
  func read(at offset: Int, into buffer: inout [UInt8], count: Int) throws(StorageError) -> Int {
    try check(.read, offset, count)
    // A count that comes from a damaged file must not decide how much is allocated.
    let wanted = count <= Self.countTrusted ? count : min(count, max(try status().size - offset, 0))
    guard wanted > 0 else {
      try use(.read) { _ in }
      return 0
    }
    var done = 0
    try buffer.append(addingCapacity: wanted) { (output) throws(StorageError) in
      // Unsafe: the calls write into the room that is left, and `initialized` counts what they wrote.
      try unsafe output.withUnsafeMutableBufferPointer { (room, initialized) throws(StorageError) in
        while done < wanted {
          let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(room)[done..<wanted])
          let step = try use(.read, offset: offset + done, count: rest.count) { (raw) throws(SystemError) in
            unsafe try SystemCall.read(raw, rest, at: offset + done)
          }
          if step == 0 { break }
          done += step
        }
        initialized = done
      }
    }
    return done
  }

  /// Writes all of `bytes` at `offset`.
  func write(_ bytes: RawSpan, at offset: Int) throws(StorageError) {
    try check(.write, offset, bytes.byteCount)
    // Unsafe: the pointer is used inside the closure only.
    try unsafe bytes.withUnsafeBytes { (source) throws(StorageError) in
      var done = 0
      while done < source.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: source[done...])
        let place = offset + done
        let step = try use(.write, offset: place, count: rest.count) { (raw) throws(SystemError) in
          unsafe try SystemCall.write(raw, rest, at: place)
        }
        guard step > 0 else {
          throw StorageError(.shortWrite, .write, path: path, offset: place, count: rest.count)
        }
        done += step
      }
    }
  }

  /// Refuses what the system calls would misunderstand.
  func check(_ operation: StorageError.Operation, _ offset: Int, _ count: Int) throws(StorageError) {
    guard offset >= 0, count >= 0, !offset.addingReportingOverflow(count).overflow else {
      throw StorageError(.invalidArgument, operation, path: path, offset: offset, count: count)
    }
  }
}
