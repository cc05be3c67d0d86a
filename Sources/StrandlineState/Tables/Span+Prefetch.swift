import CPrefetch

extension Span where Element: BitwiseCopyable {
  /// Asks for the cache line of an element, which need not be there. Nothing is read, and nothing waits.
  @inline(__always)
  func prefetch(_ index: Int) {
    // An address is computed, and not read from.
    unsafe withUnsafeBufferPointer { unsafe strandline_prefetch($0.baseAddress, index &* MemoryLayout<Element>.stride) }
  }
}
