import ArgumentParser
import Strandline

/// A format of text on the command line.
enum FormatArgument: String, ExpressibleByArgument, CaseIterable {
  case ndjson
  case csv

  /// The format that a path's extension says; nil for others.
  init?(path: String) {
    if path.hasSuffix(".csv") {
      self = .csv
    } else if [".ndjson", ".json", ".jsonl"].contains(where: { path.hasSuffix($0) }) {
      self = .ndjson
    } else {
      return nil
    }
  }

  /// The format that the extension of an input says, before that of its compression; nil for others.
  init?(input path: String) {
    self.init(path: TextInput.nameOfText(path))
  }

  /// The library's format.
  func format(columns: [String]? = nil) -> TextFormat {
    switch self {
    case .ndjson: .jsonLines
    case .csv: .csv(columns: columns)
    }
  }
}
