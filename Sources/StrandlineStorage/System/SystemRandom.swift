/// Randomness of the operating system, for identities and seeds. Everything below the shell is handed seeds.
public enum SystemRandom {
  /// Eight random bytes as a number.
  public static func uint64() -> UInt64 {
    // On Linux the standard library takes its randomness from getrandom.
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }

  /// `count` random bytes.
  public static func bytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in generator.next() }
  }
}
