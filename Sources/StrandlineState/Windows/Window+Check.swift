extension Window {
  /// Checks that lengths and offsets make windows.
  ///
  /// - Throws: `StateError` `.unsupported` that says what is wrong.
  public func check() throws(StateError) {
    switch self {
    case .tumbling(let size, let offset):
      try Self.check(length: size, "the window")
      try Self.check(offset, below: size, "the offset of a window is shorter than the window")
    case .sliding(let size, let slide, let offset):
      try Self.check(length: size, "the window")
      try Self.check(length: slide, "the distance between windows")
      guard size / slide <= Self.maximumOverlap else {
        throw StateError(
          .unsupported,
          "windows of \(size) us every \(slide) us: a row belongs to \(Self.maximumOverlap) of them at most")
      }
      try Self.check(offset, below: slide, "the offset of sliding windows is shorter than the distance between them")
    case .cumulating(let size, let step, let offset):
      try Self.check(length: size, "the window")
      try Self.check(length: step, "the step of a window")
      guard size % step == 0 else {
        throw StateError(.unsupported, "a cumulating window of \(size) us can't be cut into steps of \(step) us")
      }
      try Self.check(offset, below: size, "the offset of a window is shorter than the window")
    case .calendar(let calendar):
      try calendar.check()
    case .session(.fixed(let gap)):
      try Self.check(length: gap, "the gap of a session")
    case .rows(let count):
      guard count > 0 else { throw StateError(.unsupported, "a window of \(count) rows has none") }
    case .session(.row), .global:
      break
    }
  }

  /// How many windows a row may belong to: one that is late for some of them is added to each of the others.
  static let maximumOverlap: Int64 = 100_000

  private static func check(length: Int64, _ what: String) throws(StateError) {
    guard length > 0, length <= maximumLength else {
      throw StateError(.unsupported, "\(what) of \(length) us is empty or longer than 2^60 us")
    }
  }

  private static func check(_ offset: Int64, below length: Int64, _ rule: String) throws(StateError) {
    guard offset > -length, offset < length else { throw StateError(.unsupported, rule) }
  }

  /// Whether every window is one pane, so that a closed pane is a result.
  public var isOnePane: Bool {
    switch self {
    case .tumbling, .global: true
    case .sliding(let size, let slide, _): size == slide
    case .cumulating(let size, let step, _): size == step
    case .calendar(let calendar): calendar.within == nil
    case .session, .rows: false
    }
  }
}
