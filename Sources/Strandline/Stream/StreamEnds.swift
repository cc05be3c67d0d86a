/// What a stream is run with beside its plan, and what goes along with it through every step.
struct StreamEnds: Sendable {
  /// The sources of the plan, in its order.
  let sources: [any Source]
  /// Whether one of them may bring more after it has had nothing.
  let follows: Bool
  /// Where late rows go; nil when they are only counted.
  var lateOutput: StreamOutput?

  init(_ sources: [any Source], follows: Bool, lateOutput: StreamOutput? = nil) {
    self.sources = sources
    self.follows = follows
    self.lateOutput = lateOutput
  }

  /// What the streams of a plan that has them all as inputs, this one first, are run with.
  ///
  /// A plan writes the late rows of one operator; one that has two is refused when it is compiled.
  func joined(with others: [StreamEnds]) -> StreamEnds {
    let all = [self] + others
    return StreamEnds(
      all.flatMap(\.sources), follows: all.contains(where: \.follows),
      lateOutput: all.lazy.compactMap(\.lateOutput).first)
  }
}
