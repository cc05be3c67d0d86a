/// A snapshot written out field by field from `docs/FORMAT.md`: int64 keys, a count of rows and a sum in two words.

/// Two panes, of three groups and one.
let literalState: [(field: String, hex: String)] = [
  ("two panes", "02"),
  ("pane -1000", "cf0f"),
  ("three groups", "03"),
  ("the second one is null", "02"),
  ("key width 1", "01"),
  ("smallest key -3", "fdffffffffffffff"),
  ("keys 5, null, -3", "080300"),
  ("width 2", "02"),
  ("smallest count 1", "0100000000000000"),
  ("counts 1, 2, 300", "000001002b01"),
  ("width 0", "00"),
  ("low words 7", "0700000000000000"),
  ("width 0", "00"),
  ("high words -1", "ffffffffffffffff"),
  ("pane 2000", "a01f"),
  ("one group", "01"),
  ("no null", "00"),
  ("width 0", "00"),
  ("key 2^40", "0000000000010000"),
  ("width 0", "00"),
  ("count 1", "0100000000000000"),
  ("width 0", "00"),
  ("low word -5", "fbffffffffffffff"),
  ("width 0", "00"),
  ("high word -1", "ffffffffffffffff"),
]

/// The key ("a\\0b", null, 5) of a text and two int64 columns.
let literalTuple: [(field: String, hex: String)] = [
  ("text follows", "01"),
  ("a, escaped zero, b", "6100ff62"),
  ("end of the text", "0000"),
  ("null", "00"),
  ("value follows", "01"),
  ("5 with its sign turned, big-endian", "8000000000000005"),
]
