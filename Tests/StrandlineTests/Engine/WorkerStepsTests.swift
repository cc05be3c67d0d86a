import StrandlineState
import Testing

@testable import Strandline

/// Pieces that several threads change.
@Suite("Workers")
struct WorkerStepsTests {
  private struct Piece: Equatable, Sendable {
    var number: Int
    var steps: [String] = []
    /// How many pieces had had their turn.
    var turn: Int?
  }

  @Test(
    "take each piece through three steps, the second one in the order of the pieces",
    arguments: [1, 2, 3, 8], [0, 1, 2, 40])
  func steps(_ threads: Int, _ count: Int) {
    for round in 0..<20 {
      var pieces = (0..<count).map { Piece(number: $0) }
      var turns: [Int] = []
      Workers.threads(threads).forEach(&pieces, state: &turns) { piece in
        // Some take longer than others.
        var sum = 0
        for value in 0..<(piece.number * 7919 + round) % 5 * 1000 { sum &+= value }
        piece.steps.append(sum >= 0 ? "first" : "")
      } between: { piece, turns in
        piece.steps.append("between")
        piece.turn = turns.count
        turns.append(piece.number)
      } last: { piece in
        piece.steps.append("last")
      }
      #expect(turns == Array(0..<count))
      #expect(
        pieces == (0..<count).map { Piece(number: $0, steps: ["first", "between", "last"], turn: $0) },
        "\(threads) threads, round \(round)")
    }
  }

  @Test("change each piece once", arguments: [1, 2, 5])
  func pieces(_ threads: Int) {
    var pieces = Array(repeating: 0, count: 1000)
    Workers.threads(threads).forEach(&pieces) { index, piece in piece += index + 1 }
    #expect(pieces == Array(1...1000))
  }
}
