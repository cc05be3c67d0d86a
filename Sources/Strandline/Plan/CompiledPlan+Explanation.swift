import StrandlineColumns
import StrandlineState

extension CompiledPlan {
  /// The plan as a tree, the result at the top: of each operator what it does, what it keeps, and where its watermark is.
  ///
  /// - Parameter sizes: about how many bytes each source has; nil where that isn't known.
  func explanation(sinks: [String], sizes: [Int?]) -> String {
    var lines = sinks
    if let last = nodes.indices.last {
      append(.node(last), to: &lines, depth: 0, sizes)
    } else {
      append(.source(0), to: &lines, depth: 0, sizes)
    }
    return lines.joined(separator: "\n")
  }

  private func append(_ origin: Origin, to lines: inout [String], depth: Int, _ sizes: [Int?]) {
    let indent = String(repeating: "   ", count: depth)
    switch origin {
    case .source(let number):
      lines.append("\(indent)└─ source \(number + 1): \(sources[number].schema)")
    case .node(let number):
      let node = nodes[number]
      lines.append("\(indent)└─ \(node.operation.summary)")
      for note in notes(node) + readingNotes(number, sizes) { lines.append("\(indent)      \(note)") }
      for input in node.inputs { append(input, to: &lines, depth: depth + 1, sizes) }
    }
  }

  private func notes(_ node: Node) -> [String] {
    var notes: [String] = []
    if let keeps = node.operation.keeps {
      let numbers = node.states.map { "\($0 + 1)" }.joined(separator: ", ")
      notes.append("keeps \(keeps) (state \(numbers): \(node.states.map { states[$0].words }.joined(separator: "; ")))")
      let policy = node.inputs.count < 2 ? "of its input" : "the \(node.policy.rawValue) of its inputs"
      let delay = node.operation.outputDelay
      notes.append(
        "watermark: \(policy)"
          + (delay == 0 ? "" : "; its rows may be \(PlanComparison.duration(delay)) behind it"))
    }
    if let exchange = node.operation.exchange { notes.append("exchange: \(exchange)") }
    if let order = node.operation.dependsOnOrder { notes.append("depends on the order of rows: \(order)") }
    return notes
  }

  /// What is said of a join where all of the input is one batch.
  private func readingNotes(_ node: Int, _ sizes: [Int?]) -> [String] {
    guard nodes[node].operation is JoinOperator else { return [] }
    let first = smallerSide(of: node, sizes)
    let size = size(of: nodes[node].inputs[first], sizes).map { "about \($0) bytes" } ?? "of unknown size"
    let (smaller, other) = first == 0 ? ("left", "right") : ("right", "left")
    return [
      "as one batch: the \(smaller) side, \(size), is read first, and all workers look it up; of the \(other) one nothing is kept"
    ]
  }
}

extension KeyedStatePlan {
  /// What a group is made of.
  fileprivate var words: String {
    let types = keys.types.map(\.name).joined(separator: ", ")
    var parts: [String] = []
    if values.width > 0 { parts.append("\(values.width) \(values.width == 1 ? "word" : "words")") }
    if values.blobs > 0 { parts.append("\(values.blobs) \(values.blobs == 1 ? "run" : "runs") of bytes") }
    return "(\(types)) → \(parts.isEmpty ? "nothing" : parts.joined(separator: " and "))"
  }
}
