import ArgumentParser
import StrandlineLog

/// Which batch is asked for.
enum BatchArgument: ExpressibleByArgument, CustomStringConvertible {
  case latest
  case number(UInt64)

  init?(argument: String) {
    if argument == "latest" {
      self = .latest
    } else if let number = UInt64(argument) {
      self = .number(number)
    } else {
      return nil
    }
  }

  /// The batch; nil for the newest.
  var batch: BatchID? {
    switch self {
    case .latest: nil
    case .number(let number): BatchID(number)
    }
  }

  var description: String {
    switch self {
    case .latest: "latest"
    case .number(let number): "\(number)"
    }
  }

  var defaultValueDescription: String { description }
}
