import StrandlineColumns
import StrandlineState

/// An aggregate of your own: a state that takes values, can be united with another one, and has a result.
///
/// ```swift
/// struct GeometricMean: Aggregate {
///   static let name = "geometric_mean"
///   private var logarithms = 0.0
///   private var count: Int64 = 0
///
///   init() {}
///   mutating func add(_ value: Double) {
///     logarithms += log(value)
///     count += 1
///   }
///   mutating func merge(_ other: Self) {
///     logarithms += other.logarithms
///     count += other.count
///   }
///   var result: Double? { count == 0 ? nil : exp(logarithms / Double(count)) }
///
///   func encode(into state: inout StateEncoder) {
///     state.encode(logarithms)
///     state.encode(count)
///   }
///   init(decoding state: inout StateDecoder) throws {
///     logarithms = try state.decode(Double.self)
///     count = try state.decode(Int64.self)
///   }
/// }
/// ```
///
/// The values of a batch are added in their order, partition by partition, and the states of batches merged. Where the result
/// depends on that order, as a sum of doubles does in its last digits, it depends on how rows fall into batches. The state of every
/// group that a batch touches is encoded and decoded once in it.
///
/// Name and version are part of the plan: code can't be compared. When what is encoded or how values are added changes, raise the
/// version, and a checkpoint of the older one is refused.
public protocol Aggregate: Sendable {
  /// What it takes: nulls are left out.
  associatedtype Input: ColumnValue where Input.Base == Input
  /// What it gives.
  associatedtype Value: ColumnValue

  /// The name in plans: letters, digits and underscores.
  static var name: String { get }
  /// The version of state and meaning; 1 unless said otherwise.
  static var version: Int { get }

  /// The state of no values.
  init()
  /// Adds a value.
  mutating func add(_ value: Input)
  /// Adds what another state holds.
  mutating func merge(_ other: Self)
  /// What the values so far give.
  var result: Value { get }

  /// Writes the state.
  func encode(into state: inout StateEncoder)
  /// Reads a state.
  ///
  /// - Throws: any error where the bytes are no state; they may be damaged.
  init(decoding state: inout StateDecoder) throws
}

extension Aggregate {
  public static var version: Int { 1 }
}

extension Output where Value: ColumnValue {
  /// An aggregate of your own over the values that are there.
  public static func aggregate<A: Aggregate, Number: ColumnValue>(
    _ type: A.Type, of value: Expr<Number>, where condition: Expr<Bool>? = nil
  ) -> Self where A.Value == Value, Number.Base == A.Input {
    Self(
      .custom(
        CustomAggregateCall(
          name: A.name, version: A.version, argument: value.expression, filter: condition?.expression,
          inputType: A.Input.columnType, type: Value.columnType, isNullable: Value.isNullable,
          definition: CustomDefinition<A>())))
  }
}

/// What a state of the aggregate does as a blob.
private struct CustomDefinition<A: Aggregate>: CustomAggregation {
  private func decode(_ blob: [UInt8]) throws(StateError) -> A {
    if blob.isEmpty { return A() }
    var decoder = StateDecoder(blob)
    do {
      let state = try A(decoding: &decoder)
      guard decoder.remaining == 0 else {
        throw StateError(.malformed, "a state of the aggregate \(A.name) has \(decoder.remaining) bytes too many")
      }
      return state
    } catch let error as StateError {
      throw error
    } catch {
      throw StateError(.malformed, "a state of the aggregate \(A.name) can't be read: \(error)")
    }
  }

  private func encode(_ state: A) -> [UInt8] {
    var encoder = StateEncoder()
    state.encode(into: &encoder)
    return encoder.bytes
  }

  func add(_ inputs: [Column], _ rows: ArraySlice<Int32>, to blob: inout [UInt8]) throws(StateError) {
    var state = try decode(blob)
    var hasValue = false
    for row in rows {
      guard let value = A.Input(inputs[0], row: Int(row)) else { continue }
      state.add(value)
      hasValue = true
    }
    if hasValue { blob = encode(state) }
  }

  func merge(_ other: [UInt8], into blob: inout [UInt8]) throws(StateError) {
    var state = try decode(blob)
    state.merge(try decode(other))
    blob = encode(state)
  }

  func check(_ blob: [UInt8]) throws(StateError) { _ = try decode(blob) }

  func append(_ blob: [UInt8], to column: inout Column) throws(StateError) {
    try decode(blob).result.append(to: &column)
  }
}
