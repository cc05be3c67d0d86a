import Glibc

/// What libFuzzer made, copied, so that the address sanitizer sees every step beyond its end.
public struct Input {
  /// The bytes.
  public let bytes: [UInt8]

  /// A copy of the bytes.
  public init(_ bytes: UnsafePointer<UInt8>?, _ count: Int) {
    // Unsafe: libFuzzer's bytes live through the call, and are copied.
    self.bytes = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// The first byte, which chooses, and what follows it.
  var choice: (UInt8, [UInt8]) { (bytes.first ?? 0, Array(bytes.dropFirst())) }
}

/// Ends the process with words when a promise is broken, so that libFuzzer keeps the input.
func require(_ holds: Bool, _ promise: @autoclosure () -> String) {
  if holds { return }
  let words = Array("broken: \(promise())\n".utf8)
  // Unsafe: the bytes live through the call.
  unsafe words.withUnsafeBytes { _ = unsafe write(2, $0.baseAddress, $0.count) }
  abort()
}
