import Foundation
import StrandlineStorage
import Synchronization
import Testing

@Suite("Streams of the process")
struct StreamTests {
  /// What came of sending from another thread.
  private final class Sender: Sendable {
    private let failure = Mutex<(any Error)?>(nil)

    var error: (any Error)? { failure.withLock { $0 } }

    func fail(_ error: any Error) {
      failure.withLock { $0 = error }
    }
  }

  /// The two ends of a pipe.
  private final class Pipe {
    private(set) var input: Int32?
    private var output: Int32?

    init() throws {
      var ends: [Int32] = [0, 0]
      // Unsafe: the call writes the two numbers that there is room for.
      let outcome = unsafe pipe(&ends)
      try #require(outcome == 0)
      input = ends[0]
      output = ends[1]
    }

    func setNonBlocking() throws {
      for end in [input, output].compactMap({ $0 }) { try #require(fcntl(end, F_SETFL, O_NONBLOCK) == 0) }
    }

    func send(_ text: String) throws {
      try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
      let end = try #require(output)
      // Unsafe: what a byte is made of is itself, so all of it is initialised.
      try StandardOutput.write(unsafe bytes.span.bytes, to: end, "pipe")
    }

    /// Sends from a thread of its own, because a full pipe blocks.
    func sendFromThread(_ bytes: [UInt8], afterNanos nanos: UInt64 = 0) throws -> Sender {
      let sender = Sender()
      let end = try #require(output)
      Thread.detachNewThread {
        SystemClock.sleep(nanos: nanos)
        do {
          // Unsafe: what a byte is made of is itself, so all of it is initialised.
          try StandardOutput.write(unsafe bytes.span.bytes, to: end, "pipe")
        } catch {
          sender.fail(error)
        }
      }
      return sender
    }

    func stopReading() {
      if let end = input { _ = close(end) }
      input = nil
    }

    func stream() throws -> StandardInput {
      StandardInput(descriptor: try #require(input))
    }

    func finish() {
      if let end = output { _ = close(end) }
      output = nil
    }

    deinit {
      finish()
      stopReading()
    }
  }

  @Test("input is appended as it comes, and zero bytes mean the end")
  func reading() throws {
    let pipe = try Pipe()
    let stream = try pipe.stream()
    var buffer: [UInt8] = [1]
    try pipe.send("hello")
    #expect(try stream.read(into: &buffer, count: 3) == 3)
    #expect(try stream.read(into: &buffer, count: 100) == 2)
    pipe.finish()
    #expect(try stream.read(into: &buffer, count: 100) == 0)
    #expect(buffer == [1] + Array("hello".utf8))
    #expect(!stream.isRegularFile)
    #expect(!stream.isTerminal)
  }

  @Test("a poll sees input and the end, and nothing before")
  func polling() throws {
    let pipe = try Pipe()
    let stream = try pipe.stream()
    var buffer: [UInt8] = []
    #expect(try !stream.poll(milliseconds: 0))
    #expect(try !stream.poll(milliseconds: 1))
    try pipe.send("x")
    #expect(try stream.poll(milliseconds: 0))
    #expect(try stream.poll(milliseconds: -1))
    try stream.read(into: &buffer, count: 10)
    #expect(try !stream.poll(milliseconds: 0))
    pipe.finish()
    #expect(try stream.poll(milliseconds: 0))
  }

  @Test("a stream that somebody set not to wait is waited for")
  func nonBlocking() throws {
    let pipe = try Pipe()
    try pipe.setNonBlocking()
    var buffer: [UInt8] = []
    let sender = try pipe.sendFromThread(Array("late".utf8), afterNanos: 1_000_000)
    #expect(try pipe.stream().read(into: &buffer, count: 10) == 4)
    #expect(buffer == Array("late".utf8))
    #expect(sender.error == nil)
  }

  @Test("a file that was redirected is known as one")
  func redirectedFile() throws {
    let temporary = try TemporaryDirectory()
    try temporary.write("content", to: "file")
    // Unsafe: the path is passed as a zero-terminated copy.
    let descriptor = unsafe open("\(temporary.path)/file", O_RDONLY)
    try #require(descriptor >= 0)
    defer { _ = close(descriptor) }
    let stream = StandardInput(descriptor: descriptor)
    #expect(stream.isRegularFile)
    #expect(try stream.status() == FileStatus(path: "\(temporary.path)/file"))
    var buffer: [UInt8] = []
    #expect(try stream.read(into: &buffer, count: 3) == 3)
    #expect(try stream.read(into: &buffer, count: 100) == 4)
    #expect(try stream.read(into: &buffer, count: 100) == 0)
  }

  @Test("a descriptor that is not open is an error")
  func notOpen() {
    var buffer: [UInt8] = []
    let error = #expect(throws: StorageError.self) {
      try StandardInput(descriptor: 1_000_000).read(into: &buffer, count: 1)
    }
    #expect(error?.code == .closed)
  }

  @Test("writing to a pipe that nobody reads is an error of its own")
  func brokenPipe() throws {
    SystemProcess.ignoreBrokenPipes()
    let pipe = try Pipe()
    pipe.stopReading()
    let error = #expect(throws: StorageError.self) { try pipe.send("nobody hears this") }
    #expect(error?.code == .brokenPipe)
  }

  @Test("more than a pipe holds goes through in pieces, also when the pipe does not wait")
  func piecewise() throws {
    let pipe = try Pipe()
    try pipe.setNonBlocking()
    let stream = try pipe.stream()
    let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let sender = try pipe.sendFromThread(bytes)
    var received: [UInt8] = []
    while received.count < bytes.count, try stream.read(into: &received, count: 10_000) > 0 {}
    #expect(received == bytes)
    #expect(sender.error == nil)
  }
}

@Suite("The system")
struct SystemTests {
  @Test("monotonic time and processor time do not go back")
  func clocks() {
    let (time, work) = (SystemClock.monotonicNanos(), SystemClock.processCPUNanos())
    SystemClock.sleep(nanos: 1000)
    #expect(SystemClock.monotonicNanos() >= time + 1000)
    #expect(SystemClock.processCPUNanos() >= work)
    // 2020 in microseconds: the unit is right.
    #expect(SystemClock.wallMicros() > 1_577_836_800_000_000)
  }

  @Test("random numbers and bytes differ from call to call")
  func randomness() {
    #expect(SystemRandom.uint64() != SystemRandom.uint64())
    #expect(SystemRandom.bytes(16) != SystemRandom.bytes(16))
    #expect(SystemRandom.bytes(16).count == 16)
    #expect(SystemRandom.bytes(0).isEmpty)
  }

  @Test("the process knows its number, its memory and the space on its disk")
  func process() {
    #expect(SystemProcess.id == getpid())
    #expect(SystemProcess.peakResidentBytes() > 1 << 20)
    #expect(SystemProcess.freeBytes("/") != nil)
    #expect(SystemProcess.freeBytes("/no/such/path") == nil)
  }
}
