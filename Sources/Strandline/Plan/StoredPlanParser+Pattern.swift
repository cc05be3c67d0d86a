import StrandlineColumns

extension StoredPlanParser {
  /// Reads a line of a pattern, if it is one.
  mutating func readPattern(_ line: inout PlanLine) throws(StreamError) -> Bool {
    if line.skip("element ") {
      let element = try element(&line)
      var pattern = PatternPlan()
      if case .pattern(let before)? = plan.operation { pattern = before }
      pattern.elements.append(element)
      plan.operation = .pattern(pattern)
      return true
    }
    guard case .pattern(var pattern)? = plan.operation else { return false }
    if line.skip("within: ") {
      pattern.within = try line.number()
      try line.expect(" us")
    } else if line.skip("skip: ") {
      guard let skip = MatchSkip(rawValue: line.remainder()) else { throw line.unreadable("an unknown word") }
      pattern.skip = skip
    } else if line.skip("result ") {
      let name = try line.name()
      try line.expect(" ")
      pattern.output.fields.append(try line.field(name, try line.name()))
    } else {
      return false
    }
    plan.operation = .pattern(pattern)
    return true
  }

  private func element(_ line: inout PlanLine) throws(StreamError) -> PatternPlan.Element {
    let name = try line.name()
    try line.expect(": ")
    let isNegated = line.skip("not ")
    var element = PatternPlan.Element(name: name, condition: .literal(.null), contiguity: try contiguity(&line))
    element.isNegated = isNegated
    while line.skip(", ") {
      if line.skip("optional") {
        element.isOptional = true
      } else if line.skip("greedy") {
        element.isGreedy = true
      } else {
        let lower = Int(clamping: try line.number())
        try line.expect(" to ")
        let upper = line.skip("any") ? Int.max : Int(clamping: try line.number())
        try line.expect(" times ")
        guard lower <= upper else { throw line.unreadable("the numbers are in the wrong order") }
        element.times = lower...upper
        element.inner = try contiguity(&line)
      }
    }
    try line.expect(": ")
    element.condition = try expression(line.remainder(), line)
    return element
  }

  private func contiguity(_ line: inout PlanLine) throws(StreamError) -> Contiguity {
    for contiguity in [Contiguity.followedByAny, .followedBy, .next] where line.skip(contiguity.rawValue) {
      return contiguity
    }
    throw line.unreadable("an unknown word")
  }
}
