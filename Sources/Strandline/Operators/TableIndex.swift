import StrandlineColumns
import StrandlineState

/// The rows of a table by their keys, of which each is there once.
///
/// # Invariants
/// The number of a key is the place of its row in `columns`. A row whose key has a null isn't there: nothing is equal to it.
struct TableIndex: Sendable {
  private let keys: [BoundExpression]
  /// Which columns of the table are looked up.
  private let kept: [Int]
  private var numbers: KeyNumbers
  /// Those columns, of the rows that can be found.
  private var columns: [Column]
  /// Of the table's keys, which nobody outside chooses.
  private let hasher = KeyHasher(seed: 0)

  /// An index of a table without rows.
  ///
  /// - Parameter columns: those that are looked up.
  init(keys: [BoundExpression], schema: Schema, columns: [Int]) {
    self.keys = keys
    kept = columns
    numbers = KeyNumbers(KeyLayout(keys.map(\.type)))
    self.columns = columns.map { Column(schema.fields[$0].type) }
  }

  private var layout: KeyLayout { KeyLayout(keys.map(\.type)) }

  /// Takes the rows of a table in place of those that are there. Linear in them.
  ///
  /// - Throws: `StreamError` `.row` for a key that can't be computed, `.source` for a key that is there twice.
  mutating func fill(_ rows: ColumnBatch) throws(StreamError) {
    var values: [Column]
    do {
      values = try keys.evaluate(rows, .all(rows.count))
    } catch {
      throw StreamError(.row, "a row can't be computed: \(error)")
    }
    let places = (0..<Int32(rows.count)).filter { place in !values.contains { $0.isNull(Int(place)) } }
    values = values.map { $0.gathered(places) }
    var new = KeyNumbers(layout)
    do throws(StateError) {
      let found = try new.numbers(of: KeyBatch(layout, values, rows: places.count, hasher: hasher))
      if let again = found.indices.first(where: { Int(found[$0]) != $0 }) {
        throw StateError(
          .unsupported,
          "row \(places[again] + 1) of the table has the key (\(keys.words)) of a row before it: a key may be there once"
        )
      }
    } catch {
      throw StreamError(.source, error.message)
    }
    numbers = new
    columns = kept.map { rows.columns[$0].gathered(places) }
  }

  /// The place of the row of each key, or −1. Constant time per key.
  ///
  /// - Parameter values: the columns of the keys, with `rows` values each.
  func find(_ values: [Column], rows: Int) -> [Int32] {
    numbers.find(KeyBatch(layout, values, rows: rows, hasher: hasher))
  }

  /// What is looked up, at those places, and nulls at those that are negative. Linear in them.
  func gathered(_ places: [Int32]) -> [Column] { columns.map { $0.gathered(orNull: places) } }
}

/// Which columns a lookup gives: those that somebody reads, and one at least, by which rows are counted.
struct LookupColumns: Sendable {
  /// The columns of the result.
  let schema: Schema
  /// The places of those that are a row's own.
  let ofRow: [Int]
  /// The places of those that are the table's.
  let ofTable: [Int]
  private let rowSchema: Schema

  /// Of all columns of the result, first those of a row and then those of the table, the ones that are wanted.
  ///
  /// - Parameters:
  ///   - rows: the columns of a row.
  ///   - wanted: their names in the result; nil for all.
  init(_ all: Schema, rows: Schema, wanted: Set<String>?) {
    var kept = all.fields.indices.filter { wanted?.contains(all.fields[$0].name) ?? true }
    if kept.isEmpty { kept = [0] }
    schema = Schema(kept.map { all.fields[$0] })
    ofRow = kept.filter { $0 < rows.fields.count }
    ofTable = kept.filter { $0 >= rows.fields.count }.map { $0 - rows.fields.count }
    rowSchema = Schema(ofRow.map { rows.fields[$0] })
  }

  /// Of rows what the result has of them.
  func rows(_ rows: ColumnBatch) -> ColumnBatch { ColumnBatch(rowSchema, columns: ofRow.map { rows.columns[$0] }) }
}
