import StrandlineColumns
import StrandlineRecovery

/// What differs between the processes of two plans that are the same otherwise: what they keep, and for how long.
enum ProcessComparison {
  /// The difference of two descriptions; nil where they differ in more, or can't be read.
  static func difference(stored: String, wanted: String) -> PlanDifference? {
    do {
      let (before, after) = (try split(stored), try split(wanted))
      guard before.rest == after.rest, !before.parts.isEmpty else { return nil }
      var changes: [PlanDifference.Change] = []
      for (old, new) in zip(before.parts, after.parts) { changes += Self.changes(from: old, to: new) }
      return changes.isEmpty ? nil : PlanDifference(changes)
    } catch {
      // What can't be read is compared by its lines.
      return nil
    }
  }

  /// The processes of a description, and its other lines.
  private static func split(_ text: String) throws(StreamError) -> (rest: [Substring], parts: [ProcessPlan]) {
    var rest: [Substring] = []
    var parts: [ProcessPlan] = []
    for line in text.split(separator: "\n") {
      let own = line.drop { $0 == " " }
      if own.hasPrefix("process: ") {
        var name = PlanLine(own)
        try name.expect("process: ")
        parts.append(ProcessPlan(name: try name.name(), output: Schema([])))
      } else if let last = parts.indices.last {
        var state = PlanLine(own)
        if try parts[last].readState(&state) { continue }
      }
      rest.append(line)
    }
    return (rest, parts)
  }

  private static func changes(from old: ProcessPlan, to new: ProcessPlan) -> [PlanDifference.Change] {
    var changes = new.state.changes(from: old.state, migrated: new.migrated, name: new.name)
    if old.timeToLive != new.timeToLive {
      let text = { (micros: Int64?) in micros.map(PlanComparison.duration) ?? "for ever" }
      changes.append(
        PlanDifference.Change(
          "time to live of '\(new.name)': \(text(old.timeToLive)) → \(text(new.timeToLive))", isCarriedOver: true))
    }
    if old.migrated != new.migrated && changes.isEmpty {
      changes.append(
        PlanDifference.Change("which versions of the state of '\(new.name)' are migrated", isCarriedOver: true))
    }
    return changes
  }
}

extension StateSchema {
  /// What differs from an older form, and whether states of it can be read.
  func changes(from old: StateSchema, migrated: Set<Int64>, name: String) -> [PlanDifference.Change] {
    if old == self { return [] }
    let what = "state of '\(name)'"
    if old.version != version {
      let isMigrated = migrated.contains(old.version)
      return [
        PlanDifference.Change(
          "version of the \(what): \(old.version) → \(version), "
            + (isMigrated ? "migrated when a key is next called" : "and nothing migrates version \(old.version)"),
          isCarriedOver: isMigrated)
      ]
    }
    var changes: [PlanDifference.Change] = []
    for member in members {
      guard let before = old.members.first(where: { $0.name == member.name }) else {
        changes.append(
          PlanDifference.Change("\(what), member added: \(member.name) \(member.typeText)", isCarriedOver: true))
        continue
      }
      if before == member { continue }
      let isWider = member.isWider(than: before)
      changes.append(
        PlanDifference.Change(
          "\(what), member \(member.name): \(before.typeText) → \(member.typeText)"
            + (isWider ? "" : " (give the state another version, and migrate it)"), isCarriedOver: isWider))
    }
    for member in old.members where !members.contains(where: { $0.name == member.name }) {
      changes.append(
        PlanDifference.Change("\(what), member removed: \(member.name) \(member.typeText)", isCarriedOver: true))
    }
    if changes.isEmpty {
      changes.append(PlanDifference.Change("\(what), order of the members", isCarriedOver: true))
    }
    return changes
  }
}

extension StateSchema.Member {
  /// Whether values of an older form of the member are values of this one.
  func isWider(than old: StateSchema.Member) -> Bool {
    guard kind == old.kind, fields.count == old.fields.count else { return false }
    return zip(fields, old.fields).allSatisfy { new, old in
      new.name == old.name && (new.type == old.type || new.type == .double && old.type == .int64)
        && (new.isNullable || !old.isNullable)
    }
  }
}

extension ProcessPlan {
  /// Whether states of all forms that a store may hold can be read.
  ///
  /// - Throws: `StreamError` `.plan` with the first one that can't.
  func check(_ known: [StateSchema]) throws(StreamError) {
    for form in known {
      let changes = state.changes(from: form, migrated: migrated, name: name)
      guard let refused = changes.first(where: { !$0.isCarriedOver }) else { continue }
      throw StreamError(
        .plan, "the store may hold states of an older form that can't be read any more: \(refused.text)")
    }
  }
}
