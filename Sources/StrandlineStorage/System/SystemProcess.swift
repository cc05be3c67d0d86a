/// This process and the machine it runs on.
public enum SystemProcess {
  /// The number of the process.
  public static var id: Int32 { SystemCall.processID() }

  /// The most memory that the process has had resident so far, in bytes.
  public static func peakResidentBytes() -> Int { SystemCall.peakResidentBytes() }

  /// How many bytes can still be written to the file system that holds `path`; nil when it does not say.
  public static func freeBytes(_ path: String) -> Int? { SystemCall.freeBytes(path) }

  /// Makes a write to a pipe that nobody reads an error, `.brokenPipe`, instead of the end of the process.
  ///
  /// It holds for the whole process, so it is for the main program to decide.
  public static func ignoreBrokenPipes() { SystemCall.ignoreBrokenPipes() }

  /// Has the allocator keep up to 128 MiB of what was freed, rather than give it back to the system and ask again with the next
  /// batch: columns of a batch are of the sizes for which it would. A page that comes from the system costs as much as some
  /// hundred rows.
  ///
  /// It holds for the whole process, so it is for the main program to decide.
  public static func keepFreedMemory() {
    SystemCall.setAllocator(keptBytes: 128 << 20, largeBlockBytes: 32 << 20)
  }

  /// The number of processors that work; at least 1.
  public static var processorCount: Int { max(1, SystemCall.processorCount()) }

  /// Makes a write beyond the size that the process may give a file an error, `.tooLarge`, instead of the end of the process.
  ///
  /// It holds for the whole process, so it is for the main program to decide.
  public static func ignoreFileSizeLimits() { SystemCall.ignoreFileSizeLimits() }

  /// The directory for files that are gone with the process: that of the variable TMPDIR, else /tmp.
  public static var temporaryDirectory: String {
    let path = SystemCall.environment("TMPDIR") ?? ""
    return path.isEmpty ? "/tmp" : path
  }

  /// The path of the program that this process runs.
  public static func executablePath() throws(StorageError) -> String {
    do {
      return try SystemCall.executablePath()
    } catch {
      throw error.during(.open, "/proc/self/exe")
    }
  }

  /// Ends the process at once with that status: nothing is flushed, closed or waited for.
  public static func exit(_ status: Int32) -> Never { SystemCall.exit(status) }
}
