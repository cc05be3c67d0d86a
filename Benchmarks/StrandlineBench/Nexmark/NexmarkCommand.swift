import ArgumentParser
import Nexmark
import Strandline
import StrandlineColumns

/// `strandline-bench nexmark`: the events of the Nexmark benchmark, and its queries.
struct NexmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nexmark", abstract: "Make the events of the Nexmark benchmark, and run its queries.",
    subcommands: [NexmarkGenerateCommand.self, NexmarkRunCommand.self])
}

/// What the events are made by, as options.
struct NexmarkOptions: ParsableArguments {
  @Option(help: "How many events: one person, three auctions and 46 bids in 50.")
  var events = 100_000

  @Option(help: "What the draws begin with.")
  var seed: UInt64 = 1

  @Option(help: "Events per second of event time.")
  var rate = 10_000

  @Option(help: "The time of the first event, ISO 8601.")
  var start = "2015-07-15T00:00:00Z"

  @Option(help: "Events leave in groups of this size, in another order within each.")
  var group = 1

  func validate() throws {
    if events < 0 { throw ValidationError("--events is not negative") }
    if Timestamp(iso8601: start) == nil { throw ValidationError("--start is a time such as 2015-07-15T00:00:00Z") }
    if let problem = configuration.problem { throw ValidationError(problem) }
  }

  var configuration: NexmarkConfiguration {
    var configuration = NexmarkConfiguration()
    configuration.seed = seed
    configuration.rate = rate
    if let start = Timestamp(iso8601: start) { configuration.baseMillis = start.microseconds / 1000 }
    configuration.orderGroup = group
    return configuration
  }
}

/// `strandline-bench nexmark generate`: writes persons, auctions and bids.
struct NexmarkGenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Write persons, auctions and bids to files, the same for the same seed; print how many.",
    discussion: """
      Events are numbered from 0, and each is made from its number alone: --from 1000000 writes what a run from 0 has behind \
      its first million.

      EXAMPLES:
        strandline-bench nexmark generate --events 1000000 --output .build/nexmark
        strandline-bench nexmark generate --events 1000 --from 1000000 --format csv --output .build/nexmark
      """)

  @OptionGroup var nexmark: NexmarkOptions

  @Option(help: "The first event.")
  var from = 0

  @Option(help: "The directory for persons, auctions and bids, which are replaced.")
  var output: String

  @Option(help: "ndjson or csv.")
  var format = NexmarkFormat.ndjson

  func run() throws {
    let generator = try NexmarkGenerator(nexmark.configuration)
    guard from >= 0, from + nexmark.events <= 1_000_000_000 else {
      throw ValidationError("--from and --events together are at most 1,000,000,000")
    }
    var line = JSONLine()
    line.add("events", nexmark.events)
    for kind in NexmarkKind.allCases {
      let file = try RowsFile("\(output)/\(kind.rawValue)s.\(format.rawValue)", format.encoder(kind.schema))
      var position = from
      let end = from + nexmark.events
      while position < end {
        let next = min(end, position + 50_000)
        try file.append(generator.events(kind, position..<next))
        position = next
      }
      try file.close()
      line.add("\(kind.rawValue)s", file.rows)
      line.add("\(kind.rawValue)_bytes", file.size)
    }
    line.print()
  }
}

/// A format of files of events.
enum NexmarkFormat: String, ExpressibleByArgument, CaseIterable {
  case ndjson
  case csv

  func encoder(_ schema: Schema) -> any RowEncoder {
    switch self {
    case .ndjson: JSONLinesEncoder(schema: schema)
    case .csv: CSVEncoder(schema: schema)
    }
  }
}
