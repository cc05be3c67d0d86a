import Foundation
@testable import Strandline
import StrandlineBytes
import StrandlineColumns
import StrandlineLog
import StrandlineStorage
import Testing

@Suite("A directory of parts")
struct HostilePartsTests {
  private func opening(_ receipts: [(BatchID, [UInt8])]) -> SinkOpening {
    SinkOpening(
      schema: Schema([Field("n", .int64)]), epoch: Epoch(3), position: [],
      unpublished: receipts.map { (batch: $0.0, receipt: $0.1) }, nextBatch: BatchID(9), isDurable: true,
      publishesEarly: false, takesOver: false)
  }

  private func receipt(_ staged: String) -> [UInt8] {
    var writer = ByteWriter()
    writer.uint8(1)
    writer.string(staged)
    writer.varint(2)
    writer.uint32(CRC32C.checksum([0x61, 0x0A]))
    return writer.bytes
  }

  @Test(
    "moves nothing but the staged part of the batch, whatever a record names",
    arguments: [
      "../secret", "/etc/passwd", "part-0000000003.ndjson", ".part-0000000004-1.ndjson.staged",
      ".part-0000000005-1.csv.staged", ".part-0000000005-/../x.ndjson.staged", ".part-0000000005-\0.ndjson.staged", "",
      "notes",
    ])
  func names(_ name: String) throws {
    let directory = MemoryDirectory(path: "out")
    let there = [
      "part-0000000003.ndjson", ".part-0000000004-1.ndjson.staged", "notes", ".part-0000000005-1.csv.staged",
    ]
    for file in there { try directory.open(file, .create).write([0x61, 0x0A], at: 0) }
    let error = try #require(throws: StreamError.self) {
      _ = try PartsSink(directory, format: .jsonLines).open(opening([(BatchID(5), receipt(name))]))
    }
    #expect(error.code == .sink && error.message.contains("batch 5"), "\(error)")
    #expect(Set(try directory.entries().map(\.name)) == Set(there))
  }

  @Test("publishes the staged part that a record names")
  func control() throws {
    let directory = MemoryDirectory(path: "out")
    try directory.open(".part-0000000005-1.ndjson.staged", .create).write([0x61, 0x0A], at: 0)
    _ = try PartsSink(directory, format: .jsonLines).open(
      opening([(BatchID(5), receipt(".part-0000000005-1.ndjson.staged"))]))
    #expect(try directory.entries().map(\.name) == ["part-0000000005.ndjson"])
  }

  @Test("refuses a link, a pipe or a directory where a part should be", arguments: ["link", "pipe", "directory"])
  func kinds(_ kind: String) throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("strandline-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: "\(root)/out", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: root) }
    try Data("a\n".utf8).write(to: URL(fileURLWithPath: "\(root)/outside"))
    let part = "\(root)/out/part-0000000005.ndjson"
    switch kind {
    case "link": try FileManager.default.createSymbolicLink(atPath: part, withDestinationPath: "\(root)/outside")
    // Unsafe: the path is passed as a zero-terminated copy that lives through the call.
    case "pipe": #expect(unsafe mkfifo(part, 0o600) == 0)
    default: try FileManager.default.createDirectory(atPath: part, withIntermediateDirectories: false)
    }
    let error = try #require(throws: StreamError.self) {
      _ = try PartsSink(path: "\(root)/out", format: .jsonLines).open(
        opening([(BatchID(5), receipt(".part-0000000005-1.ndjson.staged"))]))
    }
    #expect(error.code == .sink && error.message.contains("part-0000000005.ndjson"), "\(error)")
    #expect(try String(contentsOfFile: "\(root)/outside", encoding: .utf8) == "a\n")
  }
}
