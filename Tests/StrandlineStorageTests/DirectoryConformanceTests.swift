import StrandlineStorage
import StrandlineTestKit
import Testing

@Suite("Every directory keeps to the same rules")
struct DirectoryConformanceTests {
  @Test("a directory of the operating system")
  func posix() throws {
    var temporary: [TemporaryDirectory] = []
    try DirectoryConformance.run {
      let place = try TemporaryDirectory()
      temporary.append(place)
      return try PosixDirectory.open(path: place.path)
    }
    #expect(temporary.count == DirectoryConformance.ruleNames.count)
  }

  @Test("a directory in memory")
  func memory() throws {
    try DirectoryConformance.run { MemoryDirectory() }
  }

  @Test("a copy of a directory in memory")
  func memoryCopy() throws {
    try DirectoryConformance.run { MemoryDirectory().copy() }
  }

  @Test("a directory that is counted")
  func counting() throws {
    try DirectoryConformance.run { CountingDirectory(MemoryDirectory()) }
  }

  @Test("one that does something wrong is caught", arguments: BrokenDirectory.Fault.allCases)
  func negativeControl(fault: BrokenDirectory.Fault) {
    #expect(throws: DirectoryConformance.Violation.self) {
      try DirectoryConformance.run { BrokenDirectory(fault) }
    }
  }

  @Test("the violation names the rule that was broken")
  func violationNamesRule() {
    let violation = #expect(throws: DirectoryConformance.Violation.self) {
      try DirectoryConformance.run { BrokenDirectory(.renameDoesNotReplace) }
    }
    #expect(violation?.rule == "a rename replaces a file of that name")
  }
}
