/// Something done to the files of a store behind its back.
enum Damage: Sendable, CustomStringConvertible {
  /// One bit of a file is turned.
  case flip(file: String, byte: Int, bit: Int)
  /// A file ends early.
  case cut(file: String, length: Int)
  /// A file is gone.
  case missing(file: String)
  /// Two files have changed places.
  case swapped(String, String)
  /// A file holds what another one holds.
  case doubled(file: String, of: String)
  /// A file is as it was earlier.
  case older(file: String, version: Int)
  /// A file is one of another store.
  case foreign(file: String)
  /// A record stands twice, is gone, or has changed places with the next.
  case record(RecordDamage, file: String, index: Int)

  enum RecordDamage: String, Sendable, CaseIterable {
    case doubled = "record-doubled"
    case missing = "record-missing"
    case swapped = "record-swapped"
  }

  /// Such as `flip,MANIFEST,17,3`.
  var description: String {
    switch self {
    case .flip(let file, let byte, let bit): "flip,\(file),\(byte),\(bit)"
    case .cut(let file, let length): "cut,\(file),\(length)"
    case .missing(let file): "missing,\(file)"
    case .swapped(let a, let b): "swapped,\(a),\(b)"
    case .doubled(let file, let other): "doubled,\(file),\(other)"
    case .older(let file, let version): "older,\(file),\(version)"
    case .foreign(let file): "foreign,\(file)"
    case .record(let damage, let file, let index): "\(damage.rawValue),\(file),\(index)"
    }
  }

  /// The file in which the damage is, where it is in one.
  var file: String? {
    switch self {
    case .flip(let file, _, _), .cut(let file, _), .missing(let file): file
    default: nil
    }
  }

  /// The kind, for counting.
  var kind: String {
    switch self {
    case .flip: "turned bit"
    case .cut: "cut file"
    case .record: "record"
    default: "whole file"
    }
  }
}
