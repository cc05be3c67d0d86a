import Strandline
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage

/// One way to damage a store.
enum StoreDamage: CustomStringConvertible {
  /// A bit of a file is turned.
  case flip(file: String, offset: Int, bit: Int)
  /// A file ends early.
  case cut(file: String, size: Int)

  /// As the option `only` takes it: `flip:00000001-1.log:4711:3`, `cut:MANIFEST:17`.
  var description: String {
    switch self {
    case .flip(let file, let offset, let bit): "flip:\(file):\(offset):\(bit)"
    case .cut(let file, let size): "cut:\(file):\(size)"
    }
  }

  init?(_ text: String) {
    let parts = text.split(separator: ":").map(String.init)
    if parts.count == 4, parts[0] == "flip", let offset = Int(parts[2]), let bit = Int(parts[3]), offset >= 0,
      (0..<8).contains(bit)
    {
      self = .flip(file: parts[1], offset: offset, bit: bit)
    } else if parts.count == 3, parts[0] == "cut", let size = Int(parts[2]), size >= 0 {
      self = .cut(file: parts[1], size: size)
    } else {
      return nil
    }
  }

  /// Whether bytes of a record are changed or gone.
  func touches(_ record: ScannedRecord) -> Bool {
    let end = record.offset + record.header.frameLength
    return switch self {
    case .flip(let file, let offset, _): record.segment == file && (record.offset..<end).contains(offset)
    case .cut(let file, let size): record.segment == file && size < end
    }
  }

  /// A random damage of the first so many bytes of files.
  static func random(_ files: [(name: String, used: Int)], _ random: inout SplitMix64) -> StoreDamage {
    // The manifest is small, and everything hangs on it: one in eight.
    let manifest = files.count - 1
    let index = random.below(8) == 0 ? manifest : weighted(files, &random)
    let offset = Int(random.below(UInt64(max(1, files[index].used))))
    return random.below(4) == 0
      ? .cut(file: files[index].name, size: offset)
      : .flip(file: files[index].name, offset: offset, bit: Int(random.below(8)))
  }

  /// A file by its used bytes.
  private static func weighted(_ files: [(name: String, used: Int)], _ random: inout SplitMix64) -> Int {
    var place = Int(random.below(UInt64(max(1, files.reduce(0) { $0 + $1.used }))))
    for (index, file) in files.enumerated() {
      if place < file.used { return index }
      place -= file.used
    }
    return files.count - 1
  }

  /// Damages a directory.
  func apply(to directory: any Directory) throws(StorageError) {
    switch self {
    case .flip(let name, let offset, let bit):
      let file = try directory.open(name, .readWrite)
      let bytes = try file.read(at: offset, count: 1)
      if let byte = bytes.first { try file.write([byte ^ UInt8(1 << bit)], at: offset) }
      try file.close()
    case .cut(let name, let size):
      let file = try directory.open(name, .readWrite)
      try file.truncate(to: size)
      try file.close()
    }
  }
}

/// What must hold of a damaged store.
struct StoreDamageCheck {
  /// The digests of the batches, as the undamaged store has them.
  private let digests: [BatchID: StateDigest]
  private let records: [ScannedRecord]
  /// The last batch of the store.
  private let last: BatchID?
  /// A fault for drills: recovery is taken to come back with the batch before, and to say nothing.
  private let stepsBack: Bool

  /// What holds for a store of those facts.
  init(_ facts: StoreFacts, stepsBack: Bool = false) {
    digests = Dictionary(facts.batches.map { ($0.batch, StateDigest($0.digest)) }) { $1 }
    records = facts.segments.flatMap { segment in (try? segment.scan.get())?.records ?? [] }
    last = facts.batches.last?.batch
    self.stepsBack = stepsBack
  }

  /// Recovers a damaged directory: a typed error that names a file, or the state of a batch that was committed, no
  /// earlier than the floor.
  ///
  /// - Returns: the outcome in words, and what is wrong with it, if anything is.
  func outcome(_ directory: any Directory, _ damage: StoreDamage) -> (name: String, wrong: String?) {
    do {
      var recovery = try StoreRecovery(directory)
      if stepsBack, let batch = recovery.batch, batch > BatchID(0), let digest = digests[BatchID(batch.value - 1)] {
        recovery.batch = BatchID(batch.value - 1)
        recovery.digest = digest
        recovery.tail = nil
      }
      return (name(recovery), wrong(recovery, floor(damage)))
    } catch let error as LogError {
      return ("refused: \(error.code.name)", error.file == nil ? "the error names no file: \(error)" : nil)
    } catch {
      return ("refused", "the error is not typed: \(error)")
    }
  }

  private func name(_ recovery: StoreRecovery) -> String {
    if recovery.batch == last { return "recovered whole" }
    return recovery.tail == nil ? "recovered to an earlier batch" : "recovered, a torn tail cut"
  }

  /// The last batch that a record which the damage has left whole proves durable.
  private func floor(_ damage: StoreDamage) -> BatchID? {
    let proved = records.filter { !damage.touches($0) }.map(\.header.floor).max()
    guard let proved else { return nil }
    return records.last { $0.header.kind.isBatch && $0.header.sequence <= proved }?.header.batch
  }

  private func wrong(_ recovery: StoreRecovery, _ floor: BatchID?) -> String? {
    guard let batch = recovery.batch else {
      return floor.map { "no batch is left, and batch \($0) was durable" }
    }
    if let floor, batch < floor { return "batch \(batch) was recovered, and batch \(floor) was durable" }
    guard digests[batch] == recovery.digest else { return "the state isn't that of batch \(batch)" }
    if batch != last && recovery.tail == nil { return "batches were left out, and nothing was said" }
    return nil
  }
}
