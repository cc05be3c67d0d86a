import StrandlineColumns

/// The keys of some rows of a batch, and what accumulators read of them.
struct RowValues {
  let keys: [Column]
  let inputs: [Column]
  let count: Int
  /// Where each row of the batch stands among these, −1 for one that isn't there; nil where they are all of the batch.
  private let places: [Int32]?

  /// Values of the selected rows of a batch of so many rows.
  init(keys: [Column], inputs: [Column], rows: Selection, of total: Int) {
    self.keys = keys
    self.inputs = inputs
    count = rows.count
    guard case .rows(let positions) = rows else {
      places = nil
      return
    }
    var places = [Int32](repeating: -1, count: total)
    for (place, row) in positions.enumerated() { places[Int(row)] = Int32(place) }
    self.places = places
  }

  private init(_ values: RowValues, _ rows: [Int32]) {
    keys = values.keys.map { $0.gathered(rows) }
    inputs = values.inputs.map { $0.count == 0 ? $0 : $0.gathered(rows) }
    count = rows.count
    places = nil
  }

  /// The values of some rows of the batch, without those that aren't here.
  func part(_ rows: Selection) -> RowValues {
    guard let places else { return RowValues(self, rows.positions) }
    return RowValues(
      self,
      rows.positions.compactMap { row in
        let place = places[Int(row)]
        return place < 0 ? nil : place
      })
  }
}
