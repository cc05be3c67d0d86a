import StrandlineColumns

extension StoredPlanParser {
  /// Reads a line of a ranking or an order, if it is one.
  mutating func readTop(_ line: inout PlanLine) throws(StreamError) -> Bool {
    if line.skip("top: ") {
      var top = TopPlan(Int(clamping: try line.number()), order: [])
      top.retracts = line.skip(", with retractions")
      plan.operation = .top(top)
    } else if line.skip("ordered") {
      plan.operation = .sort([], limit: line.skip(", the first ") ? Int(clamping: try line.number()) : nil)
    } else if line.skip("order: ") {
      let isDescending = line.skip("descending ")
      if !isDescending { try line.expect("ascending ") }
      let ordering = Ordering(try expression(line.remainder(), line), isDescending: isDescending)
      switch plan.operation {
      case .top(var top)?:
        top.order.append(ordering)
        plan.operation = .top(top)
      case .sort(let order, let limit)?: plan.operation = .sort(order + [ordering], limit: limit)
      default: throw line.unreadable("it belongs to an order")
      }
    } else {
      return false
    }
    return true
  }
}
