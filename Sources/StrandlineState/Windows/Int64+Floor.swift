extension Int64 {
  /// The quotient rounded toward minus infinity, so that time before 1970 is cut as time after it.
  ///
  /// - Parameter divisor: above zero.
  @inline(__always)
  func floorDivided(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// The largest multiple of `length`, shifted by `offset`, that is not above it.
  @inline(__always)
  func aligned(to length: Int64, offset: Int64) -> Int64 {
    let remainder = (self &- offset) % length
    return self &- (remainder < 0 ? remainder &+ length : remainder)
  }
}
