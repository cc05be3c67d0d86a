import StrandlineLog
import StrandlineStorage

/// Keeps a copy of what recovery cuts off, so that nothing is lost that somebody may want to look at.
enum Quarantine {
  /// Copies a torn tail, without the zeros at its end, and returns when the copy is durable.
  ///
  /// - Returns: the copy's name inside the store; nil when there was nothing but zeros.
  static func keep(_ tail: TornTail, of directory: any Directory, epoch: Epoch) throws(LogError) -> String? {
    do {
      let file = try directory.open(tail.segment, .readOnly)
      var bytes = try file.read(at: tail.offset, count: tail.length)
      try file.close()
      while bytes.last == 0 { bytes.removeLast() }
      if bytes.isEmpty { return nil }
      let folder = try directory.subdirectory(StoreNames.quarantine, create: true)
      let name = "\(tail.segment)-\(tail.offset)-\(epoch).bin"
      let copy = try folder.open(name, .create)
      try copy.write(bytes, at: 0)
      try copy.sync()
      try copy.close()
      try folder.sync()
      try directory.sync()
      return "\(StoreNames.quarantine)/\(name)"
    } catch {
      throw LogError(error, "a torn tail can't be put into quarantine")
    }
  }
}
