import StrandlineBytes
import StrandlineColumns
import StrandlineState

/// Reads and writes states of a type.
///
/// A state's bytes begin with the number of the form that they have, among all forms that the store has seen: so a state is
/// written in a new form when it changes, and not before.
struct ProcessStateCoding<State: ProcessState>: Sendable {
  /// The forms that are known, by their numbers; the last one is that of the type.
  let known: [StateSchema]
  private let members = State.members
  private let fresh: [UInt8]

  init(known: [StateSchema]) {
    self.known = known
    fresh = Self.encode([State()], number: known.count - 1)[0]
  }

  /// The bytes of states; nil for one that is as a key of which none is known.
  func encode(_ states: [State]) -> [[UInt8]?] {
    Self.encode(states, number: known.count - 1).map { $0 == fresh ? nil : $0 }
  }

  private static func encode(_ states: [State], number: Int) -> [[UInt8]] {
    let members = State.members
    var columns = members.map { MemberColumns($0.member.fields) }
    for state in states {
      for index in members.indices { members[index].append(state, &columns[index]) }
    }
    return states.indices.map { state in
      var writer = ByteWriter()
      writer.varint(UInt64(number))
      for index in members.indices { columns[index].write(state, members[index].member, into: &writer) }
      return writer.bytes
    }
  }

  /// The states of bytes; nil is a key of which none is known.
  ///
  /// - Throws: `StreamError` `.store` for bytes that are no state, and what a migration throws.
  func decode(_ blobs: [[UInt8]?]) throws(StreamError) -> [State] {
    var states: [State] = []
    states.reserveCapacity(blobs.count)
    for blob in blobs {
      guard let blob else {
        states.append(State())
        continue
      }
      do {
        states.append(try decode(blob))
      } catch let error as StreamError {
        throw error
      } catch {
        throw StreamError(.store, "the state of a key can't be read: \(error)")
      }
    }
    return states
  }

  private func decode(_ blob: [UInt8]) throws -> State {
    // Unsafe: only because any type can have bytes; these are bytes.
    var reader = unsafe ByteReader(blob.span.bytes)
    let form = known[try reader.count(limit: known.count - 1)]
    var columns: [MemberColumns] = []
    for member in form.members {
      var values = MemberColumns(member.fields)
      try values.read(&reader, member)
      columns.append(values)
    }
    try reader.finish()
    guard form.version == State.version else {
      return try State.migrated(from: OldState(version: form.version, schema: form, members: columns))
    }
    var state = State()
    for member in members {
      guard let index = form.members.firstIndex(where: { $0.name == member.member.name }) else { continue }
      try member.read(&state, columns[index].widened(from: form.members[index], to: member.member), 0)
    }
    return state
  }
}

extension MemberColumns {
  /// The rows as those of a wider member: numbers with a fraction in place of whole ones.
  fileprivate func widened(from old: StateSchema.Member, to new: StateSchema.Member) -> MemberColumns {
    if old == new { return self }
    var wider = self
    wider.rows = ColumnBatch(
      Schema(new.fields),
      columns: zip(rows.columns, new.fields).map { column, field in
        guard column.type == .int64, field.type == .double else { return column }
        return Column(
          .double, words: column.words.map { Int64(bitPattern: Double($0).bitPattern) }, validity: column.validity)
      })
    return wider
  }
}
