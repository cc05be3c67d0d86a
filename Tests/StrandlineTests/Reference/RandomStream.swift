import Strandline

/// Rows in partitions, out of order, and how a run cuts them into batches and is killed.
struct RandomStream {
  /// What happens next in a run.
  enum Step {
    /// Rows of a partition become a batch.
    case feed(partition: Int, rows: [Reading])
    case crash
  }

  /// The rows of each partition, in order.
  var partitions: [[Reading]] = []
  /// A run over all of them.
  var steps: [Step] = []

  /// - Parameters:
  ///   - disorder: how far rows lie behind those before them, in microseconds.
  init(_ random: inout SeededRandom, disorder: Int64) {
    let rows = random.below(4) == 0 ? random.below(4) : 10 + random.below(25)
    partitions = (0..<1 + random.below(3)).map { _ in
      // Before 1970, too.
      var time = Int64(random.below(200)) - 100
      let pace = 1 + random.below(12)
      return (0..<rows).map { _ in
        time += Int64(random.below(pace))
        // A jump now and then closes what is open, and makes later rows late.
        if random.below(25) == 0 { time += Int64(random.below(150)) }
        return Reading(
          key: random.below(8) == 0 ? nil : ["a", "b", "", "ä\u{0}"][random.below(4)],
          at: Timestamp(microsecondsSince1970: time - Int64(random.below(Int(disorder) + 1))),
          value: random.below(6) == 0 ? nil : Int64(random.below(200)) - 100,
          real: random.below(6) == 0 ? nil : Double(random.below(1000)) / 8)
      }
    }
    var next = Array(repeating: 0, count: partitions.count)
    while next.indices.contains(where: { next[$0] < partitions[$0].count }) {
      let partition = random.below(partitions.count)
      let end = min(partitions[partition].count, next[partition] + 1 + random.below(random.below(3) == 0 ? 6 : 20))
      if end > next[partition] {
        steps.append(.feed(partition: partition, rows: Array(partitions[partition][next[partition]..<end])))
      }
      next[partition] = end
      if random.below(5) == 0 { steps.append(.crash) }
    }
  }
}

extension SeededRandom {
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

  mutating func element<E>(_ elements: [E]) -> E { elements[below(elements.count)] }
}
