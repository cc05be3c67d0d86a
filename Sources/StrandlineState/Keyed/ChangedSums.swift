import StrandlineColumns

/// The keys of a shard that a batch has changed in some panes and windows, numbered.
struct ChangedKeys: Sendable {
  /// A table of the plan's width without sums yet, in which the group of each key is its number.
  private(set) var table: GroupTable
  private let hasher: KeyHasher
  /// The numbers of the keys that the batch has changed in a pane, by the pane.
  private(set) var ofPanes: [Int64: [Int32]] = [:]
  /// The same of groups that a single window has, by its start.
  private(set) var ofWindows: [Int64: [Int32]] = [:]

  /// No keys of a plan.
  init(_ plan: KeyedStatePlan, _ hasher: KeyHasher) {
    table = GroupTable(keyType: plan.keys.columnType, width: plan.values.width, blobs: plan.values.blobs)
    self.hasher = hasher
  }

  /// How many keys there are.
  var count: Int { table.count }

  /// The keys in the order of their numbers.
  var keys: KeyBatch {
    KeyBatch(encoded: table.keys(of: Array(0..<Int32(count))), hasher: hasher)
  }

  /// Adds the keys that the batch has changed in a pane.
  mutating func add(pane: Int64, _ changed: PaneTable?) throws(StateError) {
    if let numbers = try numbers(of: changed) { ofPanes[pane] = numbers }
  }

  /// Adds the keys that the batch has changed among the groups that a window has for itself.
  mutating func add(window: Int64, _ changed: PaneTable?) throws(StateError) {
    if let numbers = try numbers(of: changed) { ofWindows[window] = numbers }
  }

  private mutating func numbers(of changed: PaneTable?) throws(StateError) -> [Int32]? {
    guard let changed, !changed.touched.isEmpty else { return nil }
    var numbers: [Int32] = []
    let keys = KeyBatch(encoded: changed.table.keys(of: changed.changes.live), hasher: hasher)
    try table.lookUp(keys, into: &numbers)
    return numbers
  }
}

/// What some panes together have of changed keys.
///
/// # Invariants
/// The group of a key in `table` is its number, whether or not a pane has it: so sums are added without looking for keys.
struct ChangedSums: Sendable {
  /// The sums.
  private(set) var table: GroupTable
  private let keys: KeyBatch
  /// Which keys one of the panes has.
  private var isFound: [Bool]
  /// Which keys the batch has changed in one of the panes.
  private var isChanged: [Bool]

  /// Sums of no panes.
  init(_ changed: ChangedKeys, _ plan: KeyedStatePlan) {
    keys = changed.keys
    // The same table, since another one might number a null key otherwise.
    table = changed.table
    table.extend(plan.values.identities)
    isFound = Array(repeating: false, count: keys.count)
    isChanged = isFound
  }

  /// The groups that the batch has changed, ascending.
  var changedGroups: [Int32] {
    (0..<Int32(isFound.count)).filter { isFound[Int($0)] && isChanged[Int($0)] }
  }

  /// Adds a pane.
  ///
  /// - Parameters:
  ///   - pane: its groups; nil for none.
  ///   - changed: the numbers of the keys that the batch has changed in it; nil for none.
  mutating func add(_ pane: GroupTable?, changed: [Int32]?, _ layout: AccumulatorLayout) throws(StateError) {
    for number in changed ?? [] { isChanged[Int(number)] = true }
    guard let pane else { return }
    var groups: [Int32] = []
    pane.find(keys, into: &groups)
    let numbers = groups.indices.filter { groups[$0] >= 0 }.map { Int32($0) }
    if numbers.isEmpty { return }
    for number in numbers { isFound[Int(number)] = true }
    try layout.merge(pane, numbers.map { groups[Int($0)] }, into: &table, groups: numbers)
  }

  /// Adds the sums of other panes of the same keys.
  mutating func add(_ other: ChangedSums, _ layout: AccumulatorLayout) throws(StateError) {
    let numbers = (0..<Int32(isFound.count)).filter { other.isFound[Int($0)] }
    for number in numbers { isFound[Int(number)] = true }
    for number in isChanged.indices where other.isChanged[number] { isChanged[number] = true }
    if !numbers.isEmpty { try layout.merge(other.table, numbers, into: &table, groups: numbers) }
  }
}
