import ArgumentParser
import Strandline

/// How often early results come, on the command line: a number of batches, or a time such as `5s`.
struct EarlyArgument: ExpressibleByArgument {
  let early: EarlyResults

  init?(argument: String) {
    if let batches = Int64(argument) {
      early = .batches(batches)
    } else if let length = DurationArgument(argument: argument) {
      early = .micros(length.micros)
    } else {
      return nil
    }
  }
}
