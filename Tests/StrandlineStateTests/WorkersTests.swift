import Dispatch
import Testing

@testable import StrandlineState

@Suite("Workers")
struct WorkersTests {
  private static func threads(_ count: Int) -> Workers {
    Workers(count: count) { times, body in DispatchQueue.concurrentPerform(iterations: times) { _ in body() } }
  }

  @Test("change every piece once, and give all of them back in their order", arguments: [1, 2, 5], [0, 1, 2, 100])
  func pieces(_ count: Int, _ pieces: Int) {
    var lists = (0..<pieces).map { [$0] }
    Self.threads(count).forEach(&lists) { index, list in list.append(index * 2) }
    #expect(lists == (0..<pieces).map { [$0, $0 * 2] })
  }

  @Test("have no copy of a piece beside the one that is changed")
  func unique() {
    final class Owned: Sendable {}
    struct Piece: Sendable {
      var owned = Owned()
      var wasUnique = false
    }
    var pieces = (0..<8).map { _ in Piece() }
    Self.threads(3).forEach(&pieces) { _, piece in piece.wasUnique = isKnownUniquelyReferenced(&piece.owned) }
    #expect(pieces.allSatisfy { $0.wasUnique })
  }
}
