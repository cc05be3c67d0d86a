import Dispatch
import StrandlineState

extension Workers {
  /// So many threads of the process's pool, the calling one included.
  static func threads(_ count: Int) -> Workers {
    if count <= 1 { return .one }
    return Workers(count: count) { times, body in
      DispatchQueue.concurrentPerform(iterations: times) { _ in body() }
    }
  }
}
