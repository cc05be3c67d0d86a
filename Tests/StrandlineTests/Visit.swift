import Strandline

/// A row of tests that count who came when.
@Record struct Visit: Equatable {
  var user: String
  var at: Timestamp
  var pause: Int64
}

/// How often somebody came in a window.
@Record struct Visits: Equatable {
  var user: String
  var window: TimeWindow
  var visits: Int64
}
