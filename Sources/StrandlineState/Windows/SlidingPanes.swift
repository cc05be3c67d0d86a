/// The panes of sliding windows.
///
/// In the stretch from one window's beginning to the next one's, at most one other thing happens: an earlier window ends, `head`
/// after the beginning. So a stretch is two panes, or one where windows end when others begin. (Panes of the greatest common
/// divisor would be 60 instead of two for 61 seconds every minute.) Source: S. Krishnamurthy, C. Wu, M. Franklin,
/// “On-the-fly sharing for streamed aggregation”, SIGMOD 2006, “paired windows”.
struct SlidingPanes {
  let size: Int64
  let slide: Int64
  let offset: Int64

  private var head: Int64 { size % slide }

  /// The last beginning of a window at or before a time.
  func beginning(_ time: Int64) -> Int64 { time.aligned(to: slide, offset: offset) }

  func pane(of time: Int64) -> Int64 {
    let start = beginning(time)
    return head == 0 || time &- start < head ? start : start &+ head
  }

  func paneEnd(_ pane: Int64) -> Int64 {
    let start = beginning(pane)
    return head == 0 || pane != start ? start &+ slide : start &+ head
  }

  func end(ofPane pane: Int64) -> Int64 {
    let start = beginning(pane)
    return pane &- start < size ? start &+ size : .min
  }

  /// The first window that ends after a time.
  func window(endingAfter time: Int64) -> (start: Int64, end: Int64) {
    let start = beginning(time &- size) &+ slide
    return (start, start &+ size)
  }
}
