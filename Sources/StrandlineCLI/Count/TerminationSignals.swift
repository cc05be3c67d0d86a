import Dispatch
import Strandline
import StrandlineStorage
import Synchronization

/// Ctrl-C and SIGTERM: the first asks the run to finish its batch, the second ends the process at once.
final class TerminationSignals {
  private final class Counter: Sendable {
    let count = Atomic<Int>(0)
  }

  private var sources: [any DispatchSourceSignal] = []

  init(_ stop: StopSignal, isQuiet: Bool) {
    let queue = DispatchQueue(label: "strandline.signals")
    let counter = Counter()
    for signal in [SystemSignal.interrupt, .terminate] {
      signal.ignore()
      let source = DispatchSource.makeSignalSource(signal: signal.number, queue: queue)
      source.setEventHandler {
        if counter.count.add(1, ordering: .relaxed).newValue > 1 { SystemProcess.exit(128 + signal.number) }
        stop.stop()
        if !isQuiet { Console.note("\(signal): finishing the batch; once more ends at once") }
      }
      source.activate()
      sources.append(source)
    }
  }

  deinit {
    for source in sources { source.cancel() }
  }
}
