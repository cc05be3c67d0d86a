/// The control: a decoder that believes a length, behind a magic number. The sanitizer must find it in seconds.
public enum PlantedTarget {
  /// Tries one input.
  public static func run(_ input: Input) {
    guard input.bytes.count > 5, input.bytes.starts(with: "STRN".utf8) else { return }
    let length = Int(input.bytes[4])
    // Unsafe, and wrong on purpose: the length is not compared with what is there.
    let sum = unsafe input.bytes.withUnsafeBufferPointer { buffer in
      var sum = 0
      for index in 0..<length { unsafe sum &+= Int((buffer.baseAddress! + 5 + index).pointee) }
      return sum
    }
    require(sum >= 0, "a sum of bytes")
  }
}
