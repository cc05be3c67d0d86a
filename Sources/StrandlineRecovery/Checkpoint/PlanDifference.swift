import StrandlineBytes
import StrandlineLog

/// Compares a plan with the one that a store was made with.
public enum PlanDifference {
  /// The hash of a plan's description.
  public static func fingerprint(_ plan: String) -> UInt64 {
    XXH64.hash(Array(plan.utf8))
  }

  /// The lines that differ, `-` for the store's and `+` for the wanted ones; empty for the same plan.
  public static func lines(stored: String, wanted: String) -> [String] {
    let old = stored.split(separator: "\n")
    let new = wanted.split(separator: "\n")
    return old.filter { !new.contains($0) }.map { "- \($0)" } + new.filter { !old.contains($0) }.map { "+ \($0)" }
  }

  /// Makes sure that a plan is the one a store was made with.
  ///
  /// - Throws: `LogError` `.mismatch` with the difference.
  static func check(stored: Manifest, wanted: String, path: String) throws(LogError) {
    if stored.identity.fingerprint == fingerprint(wanted) { return }
    let lines = lines(stored: stored.plan, wanted: wanted)
    let difference = lines.isEmpty ? "the same lines in another order" : lines.joined(separator: "\n  ")
    throw LogError(
      .mismatch,
      "the store was made by another plan, and its state doesn't fit this one:\n  \(difference)\nuse another checkpoint directory, or the plan of the store",
      file: path)
  }
}
