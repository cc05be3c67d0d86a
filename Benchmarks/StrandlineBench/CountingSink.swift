import Strandline
import StrandlineColumns
import Synchronization

/// Takes rows and adds up their last column, the count, so that a measurement can tell that nothing was left out.
final class CountingSink: Sendable {
  private let total = Mutex<Int64>(0)

  var sum: Int64 { total.withLock { $0 } }

  var sink: CallbackSink {
    CallbackSink { [self] batch in
      guard let counts = batch.columns.last else { return }
      total.withLock { total in
        for count in counts.words { total += count }
      }
    }
  }
}
