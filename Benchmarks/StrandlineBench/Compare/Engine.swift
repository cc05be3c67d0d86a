import ArgumentParser

/// An engine that does the work of a comparison.
enum Engine: String, CaseIterable, ExpressibleByArgument {
  case strandline
  case flink
  case duckdb
  case spark
  case bytewax

  /// The name as its makers write it.
  var name: String {
    switch self {
    case .strandline: "Strandline"
    case .flink: "Flink"
    case .duckdb: "DuckDB"
    case .spark: "Spark"
    case .bytewax: "Bytewax"
    }
  }

  /// The package that `make peers` installs; nil of ours.
  var package: String? {
    switch self {
    case .strandline: nil
    case .flink: "apache-flink-libraries"
    case .duckdb, .bytewax: rawValue
    case .spark: "pyspark"
    }
  }
}
