import StrandlineLog
import StrandlineRecovery
import StrandlineStorage

/// A store as a run has left it, with what is needed to damage it.
struct DamageableStore: Sendable {
  /// What it is called in the names of cases.
  let name: String
  /// The last batch that is proved to be durable.
  let floorBatch: Int
  /// The last batch.
  let lastBatch: Int
  /// Where the last record that is proved to be durable ends.
  private let floorEnd: (file: String, offset: Int)
  private let state: DiskState
  private let directory: DiskState.NodeID
  private let files: [String: [UInt8]]
  private let older: [String: [[UInt8]]]
  private let foreign: [String: [UInt8]]
  private let records: [(file: String, range: Range<Int>)]

  /// The store on a disk.
  ///
  /// - Parameters:
  ///   - past: disks of the same run, earlier, from which older files are taken.
  ///   - stranger: a disk with another store of the same plan.
  init(_ name: String, _ disk: SimulatedDisk, past: [DiskState], stranger: DiskState) throws {
    self.name = name
    state = disk.state
    guard let directory = state.directories[DiskState.root]?.names["store"],
      let facts = try StoreFacts.gather(try disk.subdirectory("store", create: false))
    else { throw RecoveryCheck.Finding(text: "there is no store to be damaged") }
    self.directory = directory
    files = Self.files(state)
    foreign = Self.files(stranger)
    var older: [String: [[UInt8]]] = [:]
    for state in past {
      for (name, bytes) in Self.files(state) where bytes != files[name] && older[name]?.last != bytes {
        if files[name] != nil { older[name, default: []].append(bytes) }
      }
    }
    self.older = older
    let plan = try RecoveryPlanner.plan(facts)
    floorBatch = Self.floorBatch(facts, plan)
    lastBatch = Int(facts.batches.last?.batch.value ?? 0)
    let active = facts.segments.last
    let proved = try active?.scan.get().records.last { $0.header.sequence <= plan.floor }
    floorEnd = (
      active?.entry.name.description ?? "",
      proved.map { $0.offset + $0.header.frameLength } ?? SegmentHeader.size
    )
    records = facts.segments.flatMap { segment in
      ((try? segment.scan.get().records) ?? []).map { record in
        (record.segment, record.offset..<record.offset + record.header.frameLength)
      }
    }
  }

  private static func floorBatch(_ facts: StoreFacts, _ plan: RecoveryPlan) -> Int {
    Int(facts.batches.last { $0.sequence <= plan.floor }?.batch.value ?? 0)
  }

  /// Whether a turned bit lies behind everything that is proved to be durable: then it is a torn tail, to be cut.
  func isAboveFloor(_ damage: Damage) -> Bool {
    guard case .flip(let file, let byte, _) = damage else { return false }
    return file == floorEnd.file && byte >= floorEnd.offset
  }

  /// The batch that a recovery must reach: the last one that the store proves to be durable.
  ///
  /// An older copy of the segment being written is a whole log of an earlier time: it proves no more than that log did.
  func floorBatch(_ damage: Damage, _ disk: SimulatedDisk) throws -> Int {
    guard case .older = damage, let facts = try StoreFacts.gather(try disk.subdirectory("store", create: false)) else {
      return floorBatch
    }
    return Self.floorBatch(facts, try RecoveryPlanner.plan(facts))
  }

  /// The files of a store but its lock, whose content nothing depends on.
  private static func files(_ state: DiskState) -> [String: [UInt8]] {
    guard let directory = state.directories[DiskState.root]?.names["store"] else { return [:] }
    let names = state.directories[directory]?.names ?? [:]
    return names.compactMapValues { state.files[$0]?.content }.filter { $0.key != StoreNames.lock }
  }

  /// What can be done to it.
  ///
  /// - Parameters:
  ///   - everyBit: whether each bit of a byte is turned, or one of them.
  ///   - step: of bytes to be turned, and of lengths to be cut at, one in so many is taken.
  func damages(everyBit: Bool, every step: Int) -> [Damage] {
    let names = files.keys.sorted()
    var all: [Damage] = []
    for name in names {
      let size = files[name]?.count ?? 0
      for byte in stride(from: 0, to: size, by: max(1, step)) {
        let bits = everyBit ? Array(0..<8) : [(byte &* 5 &+ byte >> 3) & 7]
        all += bits.map { .flip(file: name, byte: byte, bit: $0) }
      }
      all += stride(from: 0, to: size, by: max(1, step)).map { .cut(file: name, length: $0) }
      all.append(.missing(file: name))
      if foreign[name] != nil { all.append(.foreign(file: name)) }
      all += (older[name] ?? []).indices.map { .older(file: name, version: $0) }
      for other in names where other != name {
        all.append(.doubled(file: name, of: other))
        if other > name { all.append(.swapped(name, other)) }
      }
    }
    for index in records.indices {
      for damage in Damage.RecordDamage.allCases {
        all.append(.record(damage, file: records[index].file, index: index))
      }
    }
    return all
  }

  /// The disk with that damage; nil where the damage changes nothing.
  func disk(_ damage: Damage) -> SimulatedDisk? {
    var changed: [String: [UInt8]?] = [:]
    switch damage {
    case .flip(let file, let byte, let bit):
      guard var bytes = files[file] else { return nil }
      bytes[byte] ^= 1 << UInt8(bit)
      changed[file] = bytes
    case .cut(let file, let length): changed[file] = files[file].map { Array($0.prefix(length)) }
    case .missing(let file): changed[file] = .some(nil)
    case .swapped(let a, let b): (changed[a], changed[b]) = (files[b], files[a])
    case .doubled(let file, let other): changed[file] = files[other]
    case .older(let file, let version): changed[file] = older[file]?[version]
    case .foreign(let file): changed[file] = foreign[file]
    case .record(let kind, let file, let index): changed[file] = damaged(kind, file, index)
    }
    if changed.allSatisfy({ files[$0.key] == $0.value }) { return nil }
    return disk(changed)
  }

  private func damaged(_ kind: Damage.RecordDamage, _ file: String, _ index: Int) -> [UInt8]? {
    guard let bytes = files[file] else { return nil }
    let range = records[index].range
    let record = bytes[range]
    switch kind {
    case .doubled: return Array(bytes[..<range.upperBound] + record + bytes[range.upperBound...])
    case .missing: return Array(bytes[..<range.lowerBound] + bytes[range.upperBound...])
    case .swapped:
      guard index + 1 < records.count, records[index + 1].file == file else { return bytes }
      let next = records[index + 1].range
      return Array(bytes[..<range.lowerBound] + bytes[next] + record + bytes[next.upperBound...])
    }
  }

  private func disk(_ changed: [String: [UInt8]?]) -> SimulatedDisk {
    var state = state
    for (name, bytes) in changed {
      guard let node = state.directories[directory]?.names[name] else { continue }
      if let bytes {
        state.files[node]?.content = bytes
        state.files[node]?.durable = bytes
      } else {
        state.directories[directory]?.names[name] = nil
        state.directories[directory]?.durable[name] = nil
      }
    }
    return SimulatedDisk(state)
  }

  /// Whether a disk holds the same files as another, but for the lock.
  static func isUnchanged(_ disk: SimulatedDisk, _ before: SimulatedDisk) -> Bool {
    files(disk.state) == files(before.state)
  }
}
