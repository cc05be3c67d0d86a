/// The draws of one event: SplitMix64 (G. Steele, D. Lea, C. Flood, “Fast splittable pseudorandom number generators”,
/// 2014), begun with the seed and the event's number.
struct EventRandom {
  private var state: UInt64

  /// The draws of the event of that number.
  @inline(__always)
  init(seed: UInt64, event: Int) {
    // Neighbouring numbers must not begin neighbouring sequences, so the number is mixed before it is used.
    state = Self.mixed(Self.mixed(seed &+ Self.step) &+ UInt64(bitPattern: Int64(event)))
  }

  private static var step: UInt64 { 0x9E37_79B9_7F4A_7C15 }

  @inline(__always)
  private static func mixed(_ state: UInt64) -> UInt64 {
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }

  /// 64 bits.
  @inline(__always)
  mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mixed(state)
  }

  /// A number from 0 up to, and without, `bound`, which is more than 0.
  @inline(__always)
  mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bitPattern: Int64(bound))).high)
  }

  /// A number from 0 up to, and without, 1, in steps of 2^-53.
  @inline(__always)
  mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A price in cents, ⌊10^(6u)·100⌉ for u in [0, 1): as many between 1 and 10 as between 100,000 and 1,000,000.
  @inline(__always)
  mutating func price() -> Int64 {
    Int64((PowersOfTen.value(unit() * 6) * 100).rounded())
  }
}
