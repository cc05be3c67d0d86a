import Glibc

/// The system calls of the module, one thin function each: no policy, no paths in errors.
enum SystemCall {
  /// Calls again for as long as a signal interrupts it.
  static func retried<Result: BinaryInteger>(_ call: () -> Result) throws(SystemError) -> Result {
    while true {
      let result = call()
      if result >= 0 { return result }
      if errno != EINTR { throw .last }
    }
  }

  /// Calls once.
  static func once<Result: BinaryInteger>(_ call: () -> Result) throws(SystemError) -> Result {
    let result = call()
    if result < 0 { throw .last }
    return result
  }
}
