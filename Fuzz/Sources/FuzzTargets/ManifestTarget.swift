import StrandlineBytes
import StrandlineStorage

@testable import StrandlineLog

/// A manifest, as it is and with a right checksum.
///
/// What is read and written again is read as the same, and every segment's name is one that a directory takes.
public enum ManifestTarget {
  /// Tries one input.
  public static func run(_ input: Input) {
    let (choice, bytes) = input.choice
    var file = bytes
    if choice & 1 == 0, file.count >= 12 {
      file.set(UInt64(0x4E41_4D44_4E52_5453), at: 0)  // "STRNDMAN"
      file.set(CRC32C.checksum(Array(file[12...])), at: 8)
    }
    do {
      let manifest = try Manifest(file, file: Manifest.name)
      require(try Manifest(manifest.encoded(), file: Manifest.name) == manifest, "a manifest written again is the same")
      for segment in manifest.segments {
        let name = segment.name.description
        require(SegmentName(name) == segment.name, "a segment's name is read as it is written")
        do {
          _ = try MemoryDirectory().open(name, .readOnly)
        } catch {
          require(error.code == .notFound, "a segment's name is one that a directory takes")
        }
      }
    } catch {
      // Refused: that is an answer.
      _ = error
    }
  }
}
