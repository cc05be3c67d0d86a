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

  /// Changes each piece in three steps: `first` and `last` by itself, and `between` in the order of the pieces, one at a time.
  ///
  /// A thread goes on with the last step of a piece right behind its first one where it can, so a piece that fits a cache stays
  /// in it. `between` is to be short: the others may wait for it.
  ///
  /// - Parameter state: what `between` changes.
  public func forEach<Piece: Sendable, State: Sendable>(
    _ pieces: inout [Piece], state: inout State, first: @Sendable (_ piece: inout Piece) -> Void,
    between: @Sendable (_ piece: inout Piece, _ state: inout State) -> Void,
    last: @Sendable (_ piece: inout Piece) -> Void
  ) {
    if count == 1 || pieces.count <= 1 {
      for index in pieces.indices {
        first(&pieces[index])
        between(&pieces[index], &state)
        last(&pieces[index])
      }
      return
    }
    let slots = pieces.map { Slot($0) }
    pieces.removeAll(keepingCapacity: true)
    let steps = Mutex(Steps(state, pieces: slots.count))
    perform(min(count, slots.count)) {
      while let step = steps.withLock({ $0.next() }) {
        switch step {
        case .first(let index):
          slots[index].change(first)
          steps.withLock { steps in
            steps.isBegun[index] = true
            while steps.turn < slots.count, steps.isBegun[steps.turn] {
              slots[steps.turn].change { between(&$0, &steps.state) }
              steps.ready.append(steps.turn)
              steps.turn += 1
            }
          }
        case .last(let index): slots[index].change(last)
        // Whoever has the piece holds its lock.
        case .waiting(let index): slots[index].change { _ in }
        }
      }
    }
    state = steps.withLock { $0.state }
    for slot in slots { pieces.append(slot.take()) }
  }
}

/// Where pieces stand that are changed in three steps.
private struct Steps<State: Sendable> {
  enum Step {
    case first(Int)
    case last(Int)
    /// There is nothing to do before that piece's first step is done.
    case waiting(Int)
  }

  var state: State
  /// The piece whose first step nobody has begun.
  private var untouched = 0
  /// The piece whose step between is the next.
  var turn = 0
  /// Whether the first step of each is done.
  var isBegun: [Bool]
  /// The pieces that wait for their last step.
  var ready: [Int] = []

  init(_ state: State, pieces: Int) {
    self.state = state
    isBegun = Array(repeating: false, count: pieces)
  }

  mutating func next() -> Step? {
    if let index = ready.popLast() { return .last(index) }
    if untouched < isBegun.count {
      untouched += 1
      return .first(untouched - 1)
    }
    return turn < isBegun.count ? .waiting(turn) : nil
  }
}

/// A piece while threads work.
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
