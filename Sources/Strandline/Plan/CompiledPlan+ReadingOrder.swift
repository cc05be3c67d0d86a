extension CompiledPlan {
  /// In which steps sources are read where all of the input is one batch: of the two sides of a join, the smaller one is read to
  /// its end first.
  ///
  /// Then it is held by all workers, and rows of the other side only look it up: they are not kept.
  ///
  /// - Parameter sizes: about how many bytes each source has; nil where that isn't known.
  func readingSteps(_ sizes: [Int?]) -> [[Int]] {
    guard let last = nodes.indices.last else { return [Array(sources.indices)] }
    return steps(of: .node(last), sizes)
  }

  /// Checks that all of the input can be one batch.
  ///
  /// - Throws: `StreamError` `.plan` where rows that wait for the end would be late behind a union.
  func checkOneBatch() throws(StreamError) {
    for node in nodes where node.policy == .maximum {
      guard node.inputs.contains(where: { waits($0) }) else { continue }
      throw StreamError(
        .plan,
        "as one batch, rows of '\(node.operation.summary)' that wait for the end of the input would be late there, since its watermark is the largest of its inputs: unite them by the smallest one, or run it batch by batch"
      )
    }
  }

  /// Whether rows from there wait for the end of the input.
  private func waits(_ origin: Origin) -> Bool {
    guard case .node(let number) = origin else { return false }
    return nodes[number].operation.dependsOnBatches || nodes[number].inputs.contains { waits($0) }
  }

  private func steps(of origin: Origin, _ sizes: [Int?]) -> [[Int]] {
    switch origin {
    case .source(let source): return [[source]]
    case .node(let number):
      let inputs = nodes[number].inputs.map { steps(of: $0, sizes) }
      if nodes[number].operation is JoinOperator {
        let first = smallerSide(of: number, sizes)
        return inputs[first] + inputs[1 - first]
      }
      let count = inputs.map(\.count).max() ?? 0
      return (0..<count).map { step in inputs.flatMap { step < $0.count ? $0[step] : [] } }
    }
  }

  /// The side of a join that is read first; the right one where sizes don't tell.
  func smallerSide(of join: Int, _ sizes: [Int?]) -> Int {
    let (left, right) = (size(of: nodes[join].inputs[0], sizes), size(of: nodes[join].inputs[1], sizes))
    guard let left else { return 1 }
    return right.map { left < $0 } ?? true ? 0 : 1
  }

  /// About how many bytes of sources stand behind rows.
  func size(of origin: Origin, _ sizes: [Int?]) -> Int? {
    switch origin {
    case .source(let source): return sizes[source]
    case .node(let number):
      var sum = 0
      for input in nodes[number].inputs {
        guard let size = size(of: input, sizes) else { return nil }
        sum += size
      }
      return sum
    }
  }
}
