import StrandlineStorage

/// What is known of the machine, as Linux tells it.
enum MachineFacts {
  static var cpuName: String { value(of: "model name", in: "/proc/cpuinfo") ?? "unknown" }

  static var cores: Int { lines("/proc/cpuinfo").count { $0.hasPrefix("processor") } }

  static var memoryBytes: Int {
    let kibibytes = value(of: "MemTotal", in: "/proc/meminfo")?.split(separator: " ").first.flatMap { Int($0) }
    return (kibibytes ?? 0) * 1024
  }

  static var kernel: String { lines("/proc/sys/kernel/osrelease").first ?? "unknown" }

  private static func value(of name: String, in path: String) -> String? {
    for line in lines(path) where line.hasPrefix(name) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      return String(line[line.index(after: colon)...].drop { $0 == " " })
    }
    return nil
  }

  private static func lines(_ path: String) -> [String] {
    var bytes: [UInt8] = []
    guard let file = try? InputFile(path: path) else { return [] }
    // What the kernel makes up on reading has no size, so it is read until nothing comes.
    while let read = try? file.read(at: bytes.count, into: &bytes, count: 1 << 16), read > 0 {}
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
