import StrandlineStorage

/// A disk at the moment of a call that changes something, before the call.
public struct CrashPoint: Sendable {
  /// The number of the call among those that change something, from 1.
  public let number: Int
  /// The call; nil for a disk at rest.
  public let call: DiskCall?
  let state: DiskState
}

/// What became of one unsynced change when the power went.
public enum Fate: UInt8, Sendable, Hashable {
  /// It is on the disk.
  case kept = 0x6B  // "k"
  /// It isn't, and what was there before is.
  case lost = 0x6C  // "l"
  /// Neither: the place holds something else.
  case garbage = 0x67  // "g"
}

/// All the disks that a crash at one point may leave behind.
///
/// Unsynced changes are taken apart: a write into its sectors of 512 bytes, a preallocation and a change of size as a whole, a
/// change of a name as a whole. Each part is kept or lost, and parts of files may be garbage. Up to a number of parts every
/// combination of kept and lost is given; beyond it, and for garbage, samples are drawn from a seed.
public struct CrashImages: Sendable {
  /// The number of parts.
  public var partCount: Int { parts.count }

  private let point: CrashPoint
  private let parts: [Part]
  private let limits: DrillLimits

  private static let sector = 512

  private enum Part: Sendable {
    case name(DiskState.NodeID, Int)
    case write(DiskState.NodeID, change: Int, range: Range<Int>)
    case zeros(DiskState.NodeID, change: Int)
    case resize(DiskState.NodeID, change: Int)

    /// Whether there are bytes that could become garbage.
    var hasBytes: Bool {
      switch self {
      case .write, .zeros: true
      case .name, .resize: false
      }
    }
  }

  /// The disks that a crash at that point may leave.
  public init(_ point: CrashPoint, limits: DrillLimits = DrillLimits()) {
    self.point = point
    self.limits = limits
    var parts: [Part] = []
    let state = point.state
    for (directory, node) in state.directories.sorted(by: { $0.key < $1.key }) {
      for change in node.pending.indices { parts.append(.name(directory, change)) }
    }
    for (file, node) in state.files.sorted(by: { $0.key < $1.key }) {
      for (index, change) in node.pending.enumerated() {
        switch change {
        case .write(let offset, let bytes):
          var start = offset
          while start < offset + bytes.count {
            let end = min((start / Self.sector + 1) * Self.sector, offset + bytes.count)
            parts.append(.write(file, change: index, range: start - offset..<end - offset))
            start = end
          }
        case .zeros: parts.append(.zeros(file, change: index))
        case .resize: parts.append(.resize(file, change: index))
        }
      }
    }
    self.parts = parts
  }

  /// The fates to try, each once; the same for the same seed.
  public func fates() -> [[Fate]] {
    var all: [[Fate]] = []
    if parts.count <= limits.exhaustiveParts {
      for bits in 0..<(1 << parts.count) {
        all.append(parts.indices.map { bits >> $0 & 1 == 0 ? .kept : .lost })
      }
    } else {
      all = [parts.map { _ in .kept }, parts.map { _ in .lost }]
    }
    if parts.isEmpty { return all }
    var seen = Set(all)
    var random = DrillRandom(seed: limits.seed, point.number)
    let isExhaustive = parts.count <= limits.exhaustiveParts
    // Where every combination of kept and lost was tried, samples are for garbage alone.
    for _ in 0..<(isExhaustive ? max(1, limits.samples / 4) : limits.samples) {
      let drawn = draw(&random, withGarbage: isExhaustive || random.chance(of: 2))
      if seen.insert(drawn).inserted { all.append(drawn) }
    }
    return all
  }

  private func draw(_ random: inout DrillRandom, withGarbage: Bool) -> [Fate] {
    // Few, half or most of the parts are lost.
    let share = [UInt64(1), 4, 7][random.below(3)]
    return parts.map { part in
      if withGarbage && part.hasBytes && random.chance(of: 4) { return .garbage }
      return random.next() % 8 < share ? .lost : .kept
    }
  }

  /// The disk that those fates leave; parts beyond their number are kept.
  public func disk(_ fates: [Fate]) -> SimulatedDisk {
    let state = point.state
    var lostNames: [DiskState.NodeID: Set<Int>] = [:]
    var fileFates: [DiskState.NodeID: [(part: Part, fate: Fate, index: Int)]] = [:]
    for (index, part) in parts.enumerated() {
      let fate = index < fates.count ? fates[index] : .kept
      switch part {
      case .name(let directory, let change): if fate == .lost { lostNames[directory, default: []].insert(change) }
      case .write(let file, _, _), .zeros(let file, _), .resize(let file, _):
        fileFates[file, default: []].append((part, fate, index))
      }
    }
    let names = { (directory: DiskState.NodeID) -> [String: DiskState.NodeID] in
      guard let node = state.directories[directory] else { return [:] }
      guard let lost = lostNames[directory] else { return node.names }
      var names = node.durable
      for (index, change) in node.pending.enumerated() where !lost.contains(index) {
        DiskState.DirectoryNode.apply(change, to: &names)
      }
      return names
    }
    let content = { (file: DiskState.NodeID) -> [UInt8] in
      guard let node = state.files[file] else { return [] }
      guard let fates = fileFates[file] else { return node.durable }
      return bytes(of: node, fates)
    }
    return SimulatedDisk(state.settled(names: names, content: content))
  }

  private func bytes(of node: DiskState.FileNode, _ fates: [(part: Part, fate: Fate, index: Int)]) -> [UInt8] {
    var bytes = node.durable
    for (part, fate, index) in fates where fate != .lost {
      switch part {
      case .name: break
      case .write(_, let change, let range):
        guard case .write(let offset, let new) = node.pending[change] else { continue }
        let start = offset + range.lowerBound
        let piece = fate == .garbage ? garbage(range.count, at: start, index) : Array(new[range])
        DiskState.FileNode.apply(.write(offset: start, bytes: piece), to: &bytes)
      case .zeros(_, let change):
        guard case .zeros(let from, let to) = node.pending[change] else { continue }
        if fate == .garbage {
          DiskState.FileNode.apply(.write(offset: from, bytes: garbage(to - from, at: from, index)), to: &bytes)
        } else {
          DiskState.FileNode.apply(node.pending[change], to: &bytes)
        }
      case .resize(_, let change): DiskState.FileNode.apply(node.pending[change], to: &bytes)
      }
    }
    return bytes
  }

  /// Zeros, noise, or what a removed file held there: a block that was never written shows what it held before.
  private func garbage(_ count: Int, at offset: Int, _ index: Int) -> [UInt8] {
    var random = DrillRandom(seed: limits.seed, point.number, index)
    switch random.below(3) {
    case 0: return [UInt8](repeating: 0, count: count)
    case 1: return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 24) }
    default:
      let removed = point.state.removedFiles.filter { $0.count > offset }
      guard !removed.isEmpty else { return [UInt8](repeating: 0xA5, count: count) }
      let stale = removed[random.below(removed.count)].dropFirst(offset).prefix(count)
      return Array(stale) + [UInt8](repeating: 0, count: count - stale.count)
    }
  }
}
