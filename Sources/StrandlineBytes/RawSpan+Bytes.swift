extension [UInt8] {
  /// The bytes of the array, without copying them.
  @inlinable public var rawSpan: RawSpan {
    @_lifetime(borrow self) get {
      // Unsafe: what a byte is made of is itself, so all of it is initialised.
      unsafe span.bytes
    }
  }

  /// Creates an array of its own from `source`; O(count).
  public init(copying source: RawSpan) {
    // Unsafe: the pointer is used inside the closure only, with the span's own count.
    self = unsafe source.withUnsafeBytes { unsafe [UInt8]($0) }
  }
}

extension Span<UInt8> {
  /// The same bytes, untyped.
  @inlinable public var rawSpan: RawSpan {
    @_lifetime(copy self) get {
      // Unsafe: what a byte is made of is itself, so all of it is initialised.
      unsafe bytes
    }
  }
}
