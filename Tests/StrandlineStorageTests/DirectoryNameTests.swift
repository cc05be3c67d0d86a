import StrandlineStorage
import Testing

@Suite("Names in a directory")
struct DirectoryNameTests {
  @Test("ordinary names are allowed", arguments: ["a", "LOCK", "00000001-7.log", "...", ".hidden", "a..b", "-", "_"])
  func allowed(name: String) throws {
    #expect(try DirectoryName(name).description == name)
  }

  @Test(
    "names that mean something else are refused", arguments: ["", ".", "..", "a/b", "a\0", "a b", "é", "\u{1B}[2J"])
  func refused(name: String) {
    let error = #expect(throws: StorageError.self) { try DirectoryName(name) }
    #expect(error?.code == .invalidName)
  }

  @Test("a name has at most 255 bytes")
  func length() throws {
    #expect(DirectoryName.isValid(String(repeating: "a", count: 255)))
    #expect(!DirectoryName.isValid(String(repeating: "a", count: 256)))
  }

  @Test("a refused name can't speak to the terminal it is shown on")
  func printable() {
    let error = #expect(throws: StorageError.self) {
      try DirectoryName("\u{1B}]0;x\u{7}" + String(repeating: "y", count: 1000))
    }
    let text = error?.description ?? ""
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F })
    #expect(text.count < 250)
  }
}
