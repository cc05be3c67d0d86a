import StrandlineBytes
import StrandlineState
import StrandlineStorage

/// The files that say when the clocks of time zones change: the tz database of the system.
struct ZoneDatabase: Sendable {
  /// Where they may lie; the first directory that is there counts.
  let directories: [String]

  /// Where systems keep them.
  static let system = ZoneDatabase(
    directories: ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"])

  /// More than any file of a zone has.
  private static let maximumBytes = 1 << 20

  /// A window that knows the rules of its zone.
  ///
  /// - Throws: `StreamError` `.plan` when the zone isn't known or its file can't be read.
  func resolved(_ window: Window) throws(StreamError) -> Window {
    guard case .calendar(var calendar) = window, calendar.rules == nil else { return window }
    calendar.rules = try rules(calendar.zone)
    return .calendar(calendar)
  }

  private func rules(_ zone: String) throws(StreamError) -> ZoneRules {
    if zone == "UTC" { return .utc }
    guard Self.isName(zone) else {
      throw StreamError(.plan, "'\(zone)' is no name of a time zone: they are like Europe/Berlin, or UTC")
    }
    guard let directory = directories.first(where: isThere) else {
      throw StreamError(
        .plan,
        "the time zone \(zone) needs the tz database, and \(directories.joined(separator: ", ")) are missing: "
          + "install tzdata")
    }
    let path = "\(directory)/\(zone)"
    let bytes = try read(path, zone)
    do {
      // Unsafe: only because any type can have bytes; these are bytes.
      return try unsafe ZoneFile.rules(bytes.span.bytes)
    } catch {
      throw StreamError(
        .plan, "the file of the time zone \(zone) can't be used: \(error)", file: path, offset: error.offset)
    }
  }

  /// Whether a name stays below the database's directory.
  private static func isName(_ zone: String) -> Bool {
    let parts = zone.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return zone.utf8.count <= 255
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
              UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"):
              true
            default: false
            }
          }
      }
  }

  private func isThere(_ directory: String) -> Bool {
    do {
      _ = try FileStatus(path: directory)
      return true
    } catch {
      // What can't be looked at is as good as missing: the message names it.
      return false
    }
  }

  private func read(_ path: String, _ zone: String) throws(StreamError) -> [UInt8] {
    do throws(StorageError) {
      let file = try InputFile(path: path)
      var bytes: [UInt8] = []
      let size = try file.status().size
      if size <= Self.maximumBytes { try file.read(at: 0, into: &bytes, count: size) }
      try file.close()
      return bytes
    } catch {
      if error.code == .notFound || error.code == .notAFile || error.code == .notADirectory {
        throw StreamError(.plan, "there is no time zone \(zone): \(path) is missing", file: path)
      }
      throw StreamError(.plan, error)
    }
  }
}
