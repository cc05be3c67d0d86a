import ArgumentParser
import StrandlineRecovery

/// When commits become durable, on the command line: `batch`, `group:10ms`, `none`.
struct DurabilityArgument: ExpressibleByArgument, CustomStringConvertible {
  let durability: Durability
  let description: String

  /// Every batch by itself.
  static let batch = DurabilityArgument(durability: .batch, description: "batch")

  private init(durability: Durability, description: String) {
    self.durability = durability
    self.description = description
  }

  init?(argument: String) {
    description = argument
    switch argument {
    case "batch": durability = .batch
    case "none": durability = .none
    default:
      guard argument.hasPrefix("group:"), let delay = DurationArgument(argument: String(argument.dropFirst(6))),
        delay.micros >= 0
      else { return nil }
      durability = .group(nanos: delay.nanos)
    }
  }

  var defaultValueDescription: String { description }
}
