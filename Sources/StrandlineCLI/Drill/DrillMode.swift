import ArgumentParser
import StrandlineRecovery

/// What kind of fault a drill tries.
enum DrillMode: String, ExpressibleByArgument, CaseIterable {
  /// Real processes, killed at random instants.
  case kill
  /// Crashes of a simulated disk, at every call.
  case disk
  /// Bits turned and files cut in a store that lies still.
  case damage
  /// A disk that has no room left, at every call.
  case fullDisk = "full-disk"

  /// What is counted, one and many of them.
  var unit: (one: String, many: String) {
    switch self {
    case .kill: ("kill", "kills")
    case .disk: ("crash state", "crash states")
    case .damage: ("damaged file", "damaged files")
    case .fullDisk: ("full disk", "full disks")
    }
  }
}

/// How much state a drill's runs have, and how they commit it.
enum DrillState: String, ExpressibleByArgument, CaseIterable {
  /// Few keys, a snapshot per batch.
  case small
  /// Many keys, and only what changed per batch, with rolling snapshots of shards.
  case large
  /// A snapshot per batch.
  case snapshot
  /// What changed per batch.
  case log
  /// Whichever costs less.
  case auto

  /// What a commit holds.
  var checkpointMode: CheckpointMode {
    switch self {
    case .small, .snapshot: .snapshot
    case .large, .log: .log
    case .auto: .auto
    }
  }
}

/// The size of a drill's input, where the command line doesn't say it.
struct DrillScale {
  var rows: Int
  var keys: Int
  var partitions: Int
  var batch: Int

  /// What a mode is good for: processes take big inputs, a simulated disk is crashed at every one of its calls.
  init(_ mode: DrillMode, _ state: DrillState) {
    let isLarge = state == .large
    switch mode {
    case .kill: self.init(rows: 400_000, keys: isLarge ? 100_000 : 1000, partitions: 4, batch: 500)
    case .disk, .fullDisk: self.init(rows: 2400, keys: isLarge ? 400 : 12, partitions: 2, batch: 20)
    case .damage: self.init(rows: 400, keys: isLarge ? 60 : 6, partitions: 2, batch: 20)
    }
  }

  private init(rows: Int, keys: Int, partitions: Int, batch: Int) {
    self.rows = rows
    self.keys = keys
    self.partitions = partitions
    self.batch = batch
  }
}
