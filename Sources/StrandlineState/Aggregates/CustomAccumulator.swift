public import StrandlineColumns

/// What a user-defined aggregate does with the bytes of its state. An empty blob is the state of no rows.
public protocol CustomAggregation: Sendable {
  /// Adds rows of one group, in their order, to a state.
  ///
  /// - Throws: `StateError` `.malformed` when the bytes are no state, or what the aggregate refuses.
  func add(_ inputs: [Column], _ rows: ArraySlice<Int32>, to blob: inout [UInt8]) throws(StateError)
  /// Adds what another state holds.
  ///
  /// - Throws: `StateError` `.malformed` when the bytes are no state.
  func merge(_ other: [UInt8], into blob: inout [UInt8]) throws(StateError)
  /// Checks bytes that were read.
  ///
  /// - Throws: `StateError` `.malformed` when they are no state.
  func check(_ blob: [UInt8]) throws(StateError)
  /// Appends the result of a state.
  ///
  /// - Throws: `StateError` `.malformed` when the bytes are no state.
  func append(_ blob: [UInt8], to column: inout Column) throws(StateError)
}

/// An aggregate that is defined outside of this package. Two are equal that have one name, version and inputs.
///
/// Whether its state depends on the order of rows is up to the definition.
public struct CustomAccumulator: BlobAccumulator {
  /// The name and the version: what a plan says of it.
  public let name: String
  /// The input columns.
  public let inputs: [Int]
  /// What is done; nil where only the bytes are known, as when a store is looked at by another program.
  private let definition: (any CustomAggregation)?

  /// An aggregate of that name over those inputs.
  public init(name: String, inputs: [Int], definition: (any CustomAggregation)?) {
    self.name = name
    self.inputs = inputs
    self.definition = definition
  }

  public static func == (a: CustomAccumulator, b: CustomAccumulator) -> Bool {
    a.name == b.name && a.inputs == b.inputs
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(inputs)
  }

  private func defined() throws(StateError) -> any CustomAggregation {
    guard let definition else {
      throw StateError(.unsupported, "this program doesn't have the aggregate \(name): run the one that defines it")
    }
    return definition
  }

  public func add(_ columns: [Column], _ rows: ArraySlice<Int32>, to blob: inout [UInt8]) throws(StateError) {
    try defined().add(inputs.map { columns[$0] }, rows, to: &blob)
    try BlobLimit.check(blob.count)
  }

  public func merge(_ other: Span<UInt8>, into blob: inout [UInt8]) throws(StateError) {
    var bytes: [UInt8] = []
    EntryMerge.copy(other, 0..<other.count, to: &bytes)
    if bytes.isEmpty { return }
    try defined().merge(bytes, into: &blob)
    try BlobLimit.check(blob.count)
  }

  public func check(_ blob: Span<UInt8>) throws(StateError) {
    guard let definition, !blob.isEmpty else { return }
    var bytes: [UInt8] = []
    EntryMerge.copy(blob, 0..<blob.count, to: &bytes)
    try definition.check(bytes)
  }

  /// Appends the result of a state; null where the definition isn't known.
  func append(_ blob: [UInt8], to column: inout Column) throws(StateError) {
    guard let definition else { return column.appendNull() }
    try definition.append(blob, to: &column)
  }
}
