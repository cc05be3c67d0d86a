public import Strandline

/// An input whose rows a test hands in, partition by partition.
///
/// ```swift
/// let orders = TestInput<Order>(partitions: 3)
/// let driver = try StreamDriver(orders.stream.eventTime(\.at, delay: .zero) …)
/// try driver.feed([order], to: orders, partition: 2)
/// ```
public struct TestInput<Row: Record>: Sendable {
  let source: FedSource

  /// An input of so many partitions.
  public init(_ row: Row.Type = Row.self, partitions: Int = 1) {
    source = FedSource(schema: Row.schema, partitions: partitions)
  }

  /// The rows of the input, as a plan takes them.
  public var stream: Stream<Row> { Stream(Row.self, source: source, follows: true) }

  /// Lays rows ready for a partition: the next batch reads them, and no more of that partition.
  public func add(_ rows: [Row], partition: Int = 0) {
    source.add(Row.batch(of: rows), to: partition)
  }

  /// Says that no more rows will come, while other inputs go on: to be said before the driver is restarted or finished.
  public func end() {
    source.end()
  }
}
