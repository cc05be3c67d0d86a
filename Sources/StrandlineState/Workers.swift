import Synchronization

/// Threads that work on pieces of a batch side by side, or the calling thread alone.
///
/// # Invariants
/// No piece sees another one, and what becomes of them is taken in their order. So nothing depends on how many threads there
/// are, nor on which of them had which piece.
public struct Workers: Sendable {
  /// Calls a body that many times side by side, and returns when all calls have.
  public typealias Perform = @Sendable (_ times: Int, _ body: @Sendable () -> Void) -> Void

  /// How many threads work, the calling one included.
  public let count: Int
  private let perform: Perform

  /// The calling thread alone.
  public static let one = Workers(count: 1) { times, body in
    for _ in 0..<times { body() }
  }

  /// So many threads, at least 1.
  ///
  /// - Parameter perform: where they come from.
  public init(count: Int, perform: @escaping Perform) {
    self.count = max(1, count)
    self.perform = perform
  }

  /// Changes each piece by itself. A thread that is done with one takes the next, so pieces need not be of one size.
  ///
  /// Each piece has one owner at a time: what it holds alone is changed where it lies.
  public func forEach<Piece: Sendable>(
    _ pieces: inout [Piece], _ body: @Sendable (_ index: Int, _ piece: inout Piece) -> Void
  ) {
    if count == 1 || pieces.count <= 1 {
      for index in pieces.indices { body(index, &pieces[index]) }
      return
    }
    let slots = pieces.map { Slot($0) }
    pieces.removeAll(keepingCapacity: true)
    let next = Atomic<Int>(0)
    perform(min(count, slots.count)) {
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < slots.count else { return }
        slots[index].change { body(index, &$0) }
      }
    }
    for slot in slots { pieces.append(slot.take()) }
  }
}

/// A piece while threads work: the lock is never waited for, since one thread alone has the piece's number.
private final class Slot<Piece: Sendable>: Sendable {
  private let piece: Mutex<Piece?>

  init(_ piece: Piece) {
    self.piece = Mutex(piece)
  }

  func change(_ body: (inout Piece) -> Void) {
    piece.withLock { held in
      guard var piece = held.take() else { preconditionFailure("a piece is there until it is taken") }
      body(&piece)
      held = piece
    }
  }

  func take() -> Piece {
    piece.withLock { held in
      guard let piece = held.take() else { preconditionFailure("a piece is taken once") }
      return piece
    }
  }
}
