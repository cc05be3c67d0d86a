import Strandline
import StrandlineLog

/// The status with which the command ends. `strandline --help` says what each means.
enum ExitStatus: Int32 {
  case done = 0
  case damage = 1
  case row = 3
  case busy = 4
  case unreachable = 5
  case refused = 6

  /// The status for an error of a stream.
  init(_ error: StreamError) {
    if let store = error.store {
      self.init(store)
      return
    }
    switch error.code {
    case .row, .overflow: self = .row
    case .plan, .finished: self = .refused
    default: self = .unreachable
    }
  }

  /// The status for an error of a store.
  init(_ error: LogError) {
    switch error.code {
    case .corruption: self = .damage
    case .locked, .fenced: self = .busy
    case .mismatch, .unsupportedFormat: self = .refused
    default: self = .unreachable
    }
  }
}
