import StrandlineLog
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineRecovery

@Suite("damage of what was durable")
struct CorruptionTests {
  static let workload = Workload(seed: 41, batches: 40)
  static let settings = [
    StoreSettings(mode: .snapshot, segmentCapacity: 4 << 10),
    StoreSettings(mode: .log, segmentCapacity: 2 << 10, retained: 12),
  ]

  /// A closed store of forty batches in several segments.
  static func store(_ settings: StoreSettings) throws -> MemoryDirectory {
    let directory = MemoryDirectory(path: "store")
    var session = try Session(directory.reopened(), settings)
    try session.run(workload, upTo: 40)
    try session.store.close()
    return directory
  }

  @Test("of any record below the floor is refused with file and offset, and nothing is changed", arguments: settings)
  func anyRecord(settings: StoreSettings) throws {
    let directory = try Self.store(settings)
    let all = try records(directory).dropLast()
    #expect(all.count > 5)
    for record in all {
      var positions = [1, 9, 78]
      if record.header.payloadLength > 0 {
        positions += [0, 1, 5, 9, 20].map { RecordHeader.size + $0 }
        // What can be replaced is another matter.
        let parts = try frames(of: record, directory).filter { !$0.kind.isReplaceable }
        positions += parts.flatMap { [$0.place.lowerBound, $0.place.upperBound - 1] }.map { $0 - record.offset }
      }
      for position in positions {
        let copy = directory.copy()
        try flip(record.segment, copy, at: record.offset + position, 0x10)
        let error = try expectRefused(copy, .corruption, settings, "record \(record.header.sequence) byte \(position)")
        #expect(error?.file == "store/\(record.segment)")
        #expect(error?.offset == record.offset)
        #expect(error?.sequence == record.header.sequence)
        #expect(error?.description.contains("store/\(record.segment)") == true)
      }
    }
  }

  @Test("of any bit of a live segment's header is refused", arguments: settings)
  func segmentHeader(settings: StoreSettings) throws {
    let directory = try Self.store(settings)
    let segments = try facts(directory).manifest.segments
    for segment in [segments[0], segments[segments.count - 1]] {
      for position in stride(from: 0, to: 256, by: 5) {
        let copy = directory.copy()
        try flip(segment.name.description, copy, at: position, 1 << UInt8(position & 7))
        let error = try expectRefused(copy, .corruption, settings, "byte \(position)")
        #expect(error?.file == "store/\(segment.name)")
      }
    }
  }

  @Test("of any bit of the manifest is refused", arguments: settings)
  func manifest(settings: StoreSettings) throws {
    let directory = try Self.store(settings)
    for position in try bytes(Manifest.name, directory).indices {
      let copy = directory.copy()
      try flip(Manifest.name, copy, at: position, 1 << UInt8(position & 7))
      try expectRefused(copy, .corruption, settings, "byte \(position)")
    }
    for length in stride(from: 0, to: try bytes(Manifest.name, directory).count, by: 5) {
      let copy = directory.copy()
      try copy.open(Manifest.name, .readWrite).truncate(to: length)
      try expectRefused(copy, .corruption, settings, "cut at \(length)")
    }
  }

  @Test("by a segment that is missing, cut, empty or in another's place is refused", arguments: settings)
  func segments(settings: StoreSettings) throws {
    let directory = try Self.store(settings)
    let names = try facts(directory).manifest.segments.map(\.name.description)
    #expect(names.count >= 2)
    for name in names {
      let missing = directory.copy()
      try missing.remove(name)
      let error = try expectRefused(missing, .corruption, settings, "\(name) is missing")
      #expect(error?.file == "store/\(name)")
      let empty = directory.copy()
      try empty.open(name, .readWrite).truncate(to: 0)
      try expectRefused(empty, .corruption, settings, "\(name) is empty")
    }
    for name in names.dropLast() {
      let cut = directory.copy()
      try cut.open(name, .readWrite).truncate(to: 300)
      try expectRefused(cut, .corruption, settings, "\(name) is cut")
    }
    let swapped = directory.copy()
    try swapped.rename(names[0], to: "x")
    try swapped.rename(names[1], to: names[0])
    try swapped.rename("x", to: names[1])
    try expectRefused(swapped, .corruption, settings, "two segments changed places")
    let doubled = directory.copy()
    try patch(names[1], doubled, at: 0, try bytes(names[0], directory))
    try expectRefused(doubled, .corruption, settings, "a segment is there twice")
  }

  @Test("by another store's segment is refused", arguments: settings)
  func foreign(settings: StoreSettings) throws {
    let directory = try Self.store(settings)
    let other = MemoryDirectory()
    var options = settings.options
    options.random = { 0x1234_5678 }
    var state: StreamState?
    var report = RecoveryReport()
    _ = try CheckpointStore.open(other, options: options, state: emptyState, restored: &state, report: &report)
    let name = try facts(directory).manifest.segments[1].name.description
    let strange = try bytes("00000001-1.log", other)
    try patch(name, directory, at: 0, strange)
    try expectRefused(directory, .corruption, settings)
  }

  @Test("by an old manifest that was put back is refused: from before a roll, and from before an opening")
  func staleManifest() throws {
    let settings = StoreSettings(mode: .log, segmentCapacity: 2 << 10, retained: 100)
    let directory = MemoryDirectory(path: "store")
    var manifests: [[UInt8]] = []
    var session = try Session(directory.reopened(), settings)
    for number in 0..<20 {
      try session.commit(number, of: Self.workload)
      let manifest = try bytes(Manifest.name, directory)
      if manifests.last != manifest { manifests.append(manifest) }
    }
    try session.store.close()
    let closed = directory.copy()
    let old = try bytes(Manifest.name, closed)
    do {
      var next = try Session(closed.reopened(), settings)
      try next.run(Self.workload, upTo: 22)
      try next.store.close()
    }
    #expect(manifests.count > 2)
    for manifest in manifests.dropLast() {
      try expectRefusesManifest(manifest, in: directory, settings)
      try expectRefusesManifest(manifest, in: closed, settings)
    }
    try expectRefusesManifest(old, in: closed, settings)
  }

  private func expectRefusesManifest(_ bytes: [UInt8], in directory: MemoryDirectory, _ settings: StoreSettings) throws
  {
    let copy = directory.copy()
    try copy.remove(Manifest.name)
    try copy.open(Manifest.name, .create).write(bytes, at: 0)
    try expectRefused(copy, .corruption, settings)
  }

  @Test("by a manifest that is gone is refused: segments alone are no empty store")
  func noManifest() throws {
    let directory = try Self.store(Self.settings[0])
    try directory.remove(Manifest.name)
    try expectRefused(directory, .corruption, Self.settings[0])
    let error = #expect(throws: LogError.self) { try StoreReader(directory, clock: { 0 }).facts() }
    #expect(error?.code == .corruption, "who only looks is told the same")
  }

  @Test("of the bytes behind the sealed size of a segment is no damage: nothing reads them")
  func behindTheSeal() throws {
    let settings = Self.settings[0]
    let directory = try Self.store(settings)
    for segment in try facts(directory).manifest.segments {
      guard let size = segment.sealedSize else { continue }
      try patch(segment.name.description, directory, at: size, [1, 2, 3, 4, 5, 6, 7, 8])
    }
    try expectRecovers(directory, to: 39, of: Self.workload, settings)
  }
}
