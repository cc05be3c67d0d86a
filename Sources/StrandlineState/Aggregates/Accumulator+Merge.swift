import StrandlineColumns

extension AccumulatorLayout {
  /// Merges groups of one table into groups of another: `sources[i]` of `partial` into `groups[i]` of `table`.
  ///
  /// Linear in groups × accumulators, and the bytes of blobs.
  ///
  /// - Throws: `StateError` `.tooLarge` when a group keeps more bytes than it may.
  func merge(
    _ partial: GroupTable, _ sources: [Int32], into table: inout GroupTable, groups: [Int32]
  ) throws(StateError) {
    try merge(partial, sources[...], into: &table, groups: groups[...])
  }

  /// The same for runs of the two lists.
  func merge(
    _ partial: GroupTable, _ sources: ArraySlice<Int32>, into table: inout GroupTable, groups: ArraySlice<Int32>
  ) throws(StateError) {
    precondition(sources.count == groups.count, "a group for each source")
    table.extend(identities)
    for (accumulator, first) in zip(accumulators, firstWords) {
      switch accumulator {
      case .countRows, .count:
        fold(partial.words[first], sources, into: &table.words[first], groups) { $0 &+ $1 }
      case .sumInt64:
        for (source, group) in zip(sources, groups) {
          let (sum, carry) = UInt64(bitPattern: table.words[first][Int(group)])
            .addingReportingOverflow(UInt64(bitPattern: partial.words[first][Int(source)]))
          table.words[first][Int(group)] = Int64(bitPattern: sum)
          table.words[first + 1][Int(group)] &+= partial.words[first + 1][Int(source)] &+ (carry ? 1 : 0)
        }
      case .sumDouble, .squaresDouble:
        for (source, group) in zip(sources, groups) {
          ExactSum.merge(partial.words, first, Int(source), into: &table.words, Int(group))
        }
      case .minimum:
        fold(partial.words[first], sources, into: &table.words[first], groups) { Swift.min($0, $1) }
      case .maximum:
        fold(partial.words[first], sources, into: &table.words[first], groups) { Swift.max($0, $1) }
      case .squaresInt64:
        for (source, group) in zip(sources, groups) {
          SquareSum.merge(partial.words, first, Int(source), into: &table.words, Int(group))
        }
      case .entries, .estimate, .quantiles, .custom: break
      }
    }
    if blobs > ownBlobs { try mergeBlobs(partial, sources, into: &table, groups: groups) }
  }

  @inline(__always)
  private func fold(
    _ from: [Int64], _ sources: ArraySlice<Int32>, into words: inout [Int64], _ groups: ArraySlice<Int32>,
    _ combine: (Int64, Int64) -> Int64
  ) {
    let (from, sources, groups) = (from.span, sources.span, groups.span)
    var words = words.mutableSpan
    for row in sources.indices {
      let group = Int(groups[row])
      words[group] = combine(words[group], from[Int(sources[row])])
    }
  }
}
