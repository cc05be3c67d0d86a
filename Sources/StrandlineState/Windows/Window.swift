/// How event time is cut into windows.
///
/// Times and lengths are microseconds. A window is `[start, end)`; windows are aligned to 1970-01-01T00:00:00Z plus the
/// offset, and reach before it.
public enum Window: Sendable, Hashable {
  /// Windows of one size that follow each other without gap or overlap; each is one pane.
  case tumbling(size: Int64, offset: Int64)

  /// The longest window, delay or jump: 2^60 µs, about 36,500 years.
  public static let maximumLength: Int64 = 1 << 60
  /// Event times lie within ±2^61 µs, so that no sum of a time and a length leaves 64 bits.
  public static let maximumTime: Int64 = 1 << 61

  /// The length of a pane in microseconds.
  public var paneLength: Int64 {
    switch self {
    case .tumbling(let size, _): size
    }
  }

  /// The start of the pane that holds that time, which is the pane's identity.
  @inline(__always)
  public func pane(of time: Int64) -> Int64 {
    switch self {
    case .tumbling(let size, let offset):
      let remainder = (time &- offset) % size
      return time &- (remainder < 0 ? remainder &+ size : remainder)
    }
  }

  /// The end of the last window that a pane belongs to: until the watermark reaches it, the pane takes rows.
  @inline(__always)
  public func end(ofPane start: Int64) -> Int64 {
    switch self {
    case .tumbling(let size, _): start &+ size
    }
  }
}
