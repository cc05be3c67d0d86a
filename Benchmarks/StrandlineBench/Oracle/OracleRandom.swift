/// The draws of the oracle's cases: SplitMix64 (G. Steele, D. Lea, C. Flood, 2014), so that a seed repeats them everywhere.
struct OracleRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }

  /// A number from 0 up to, and without, `bound`, which is more than 0.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// True once in so many times.
  mutating func chance(_ bound: Int) -> Bool { below(bound) == 0 }

  /// One of them.
  mutating func one<Value>(of values: [Value]) -> Value { values[below(values.count)] }

  /// Some of them, at least so many, in their order.
  mutating func some<Value>(of values: [Value], least: Int, most: Int) -> [Value] {
    let count = least + below(most - least + 1)
    return Array(values.shuffled(using: &self).prefix(count))
  }
}
