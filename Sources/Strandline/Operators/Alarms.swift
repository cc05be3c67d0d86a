import StrandlineState

/// When something is to be done for each of some things.
///
/// # Overview
/// An entry says "not before". Whoever owns a thing knows when it is really due, and notes it again when its entry has come up
/// too early: so a thing that is put off again and again costs nothing.
///
/// # Invariants
/// A thing has at most one entry that counts, the one in `earliest`. Others are left over; the heap holds no more than about as
/// many of them as there are things.
struct Alarms<ID: Hashable & Comparable & Sendable>: Sendable {
  /// A thing, and a time.
  struct Entry: Comparable, Sendable {
    var time: Int64
    var id: ID

    static func < (left: Entry, right: Entry) -> Bool { (left.time, left.id) < (right.time, right.id) }
  }

  private var earliest: [ID: Int64] = [:]
  private var heap = MinimumHeap<Entry>()

  /// The number of entries, left-over ones included.
  var entryCount: Int { heap.count }

  /// The entry that comes up first; after `pop` or `trim` it is one that counts.
  var first: Entry? { heap.minimum }

  /// Notes that a thing may be due at a time, unless it comes up before that.
  mutating func note(_ id: ID, at time: Int64) {
    if let known = earliest[id], known <= time { return }
    earliest[id] = time
    heap.insert(Entry(time: time, id: id))
    rebuild()
  }

  /// Forgets a thing.
  mutating func forget(_ id: ID) {
    if earliest.removeValue(forKey: id) != nil { rebuild() }
  }

  /// Takes the first entry whose time is at or before that; whoever owns the thing notes it again if it isn't due.
  mutating func pop(through time: Int64) -> Entry? {
    trim()
    guard let first = heap.minimum, first.time <= time else { return nil }
    earliest[first.id] = nil
    _ = heap.popMinimum()
    trim()
    return first
  }

  /// Takes left-over entries away that stand in front.
  mutating func trim() {
    while let first = heap.minimum, earliest[first.id] != first.time { _ = heap.popMinimum() }
  }

  /// Forgets everything.
  mutating func removeAll() { self = Alarms() }

  private mutating func rebuild() {
    guard heap.count > 2 * earliest.count + 64 else { return }
    heap = MinimumHeap()
    for (id, time) in earliest { heap.insert(Entry(time: time, id: id)) }
  }
}
