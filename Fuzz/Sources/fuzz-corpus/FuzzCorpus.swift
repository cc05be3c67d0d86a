import FuzzTargets
import Glibc

// Not a fuzzer: writes the inputs that fuzzing begins with into the directory CORPUS, and ends. What is there already
// stays. A program of its own kind can't be linked beside libFuzzer.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // Unsafe: a text of the environment lives as long as nothing changes it.
  guard let directory = unsafe getenv("CORPUS").map({ unsafe String(cString: $0) }) else {
    print("usage: CORPUS=DIRECTORY fuzz-corpus -runs=0")
    _exit(64)
  }
  do {
    try Corpus.write(to: directory)
  } catch {
    print("the corpus can't be written: \(error)")
    _exit(1)
  }
  _exit(0)
}
