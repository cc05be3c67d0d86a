import ArgumentParser
import StrandlineColumns

/// An aggregate on the command line: `CALL` or `CALL as NAME`.
struct AggregateArgument {
  let call: AggregateCall
  /// The name of its column: the call itself where none is given.
  let name: String

  /// Reads what is given for `--aggregate`.
  init(_ text: String) throws(Failure) {
    do {
      let words = Self.split(text)
      call = try AggregateCall(parsing: words.call)
      name = words.name ?? "\(call)"
    } catch {
      throw Failure(.refused, code: "plan", "--aggregate: \(error.message)")
    }
  }

  /// The call and the name behind the last `as`, if what stands there is a name.
  private static func split(_ text: String) -> (call: String, name: String?) {
    let words = text.split(separator: " ")
    guard words.count > 2, words[words.count - 2].lowercased() == "as", let name = words.last,
      name.allSatisfy({ $0 == "_" || $0.isLetter || $0.isNumber })
    else { return (text, nil) }
    return (words.dropLast(2).joined(separator: " "), String(name))
  }

  /// The type of its columns where nothing says one.
  var fallback: ColumnType {
    switch call.function {
    case .sum, .average, .populationVariance, .sampleVariance, .populationDeviation, .sampleDeviation,
      .approximateQuantile:
      .double
    default: .string
    }
  }
}
