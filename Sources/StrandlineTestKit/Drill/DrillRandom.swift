/// The random draws of a drill: SplitMix64 (Steele, Lea, Flood, 2014), so that a seed repeats them everywhere.
struct DrillRandom: Sendable {
  private var state: UInt64

  /// Draws that depend on a seed and on the place where they are made.
  init(seed: UInt64, _ place: Int...) {
    state = seed
    for number in place { state = (state ^ UInt64(truncatingIfNeeded: number)) &* 0xD6E8_FEB8_6659_FD93 &+ next() }
  }

  /// The next 64 bits.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }

  /// A number from 0 up to, not including, `bound`, which is at least 1.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// True once in so many times.
  mutating func chance(of bound: Int) -> Bool { below(bound) == 0 }
}
