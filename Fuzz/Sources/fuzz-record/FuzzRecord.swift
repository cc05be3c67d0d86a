import FuzzTargets

@c(LLVMFuzzerTestOneInput)
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  unsafe RecordTarget.run(Input(bytes, count))
  return 0
}
