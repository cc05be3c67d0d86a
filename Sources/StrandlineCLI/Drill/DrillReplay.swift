/// The command that does a drill again.
enum DrillReplay {
  /// The words of the command, with every option that what is tried depends on.
  ///
  /// - Parameter store: the store whose recovery is rehearsed; nil for a drill over its own input.
  static func command(_ options: DrillOptions, store: String?) -> [String] {
    var words = ["strandline", "drill"]
    if let store {
      if let mode = options.mode { words += ["--mode", mode.rawValue] }
      words += ["--store", store, "--repeat", "\(options.repeat)", "--seed", "\(options.seed)"]
      if let kills = options.kills { words += ["--kills", "\(kills)"] }
      if let time = options.time { words += ["--for", time.description] }
      if let plant = options.plant { words += ["--plant", plant.rawValue] }
      return words
    }
    let scale = options.scale
    words += [
      "--mode", options.ownMode.rawValue, "--state", options.state.rawValue, "--seed", "\(options.seed)",
      "--rows", "\(scale.rows)", "--keys", "\(scale.keys)", "--partitions", "\(scale.partitions)",
      "--batch", "\(scale.batch)", "--durability", options.durability.description,
      "--output-kind", options.outputKind.rawValue,
    ]
    if let kills = options.kills, options.ownMode == .kill { words += ["--kills", "\(kills)"] }
    if options.ownMode != .kill {
      words += [
        "--depth", "\(options.depth)", "--exhaustive", "\(options.exhaustive)", "--samples", "\(options.samples)",
      ]
    }
    if options.everyBit { words.append("--every-bit") }
    // The time is left out of the command of one case: it ends by itself.
    if let time = options.time, options.ownMode == .kill { words += ["--for", time.description] }
    if let plant = options.plant { words += ["--plant", plant.rawValue] }
    return words
  }
}
