public import StrandlineStorage

/// Reads and replaces a store's manifest.
public enum ManifestFile {
  /// The manifest of a store, or nil where there is none.
  ///
  /// - Throws: `LogError` `.corruption`, `.unsupportedFormat` or `.storage`.
  public static func read(_ directory: any Directory) throws(LogError) -> Manifest? {
    let bytes: [UInt8]
    do {
      let file = try directory.open(Manifest.name, .readOnly)
      let size = try file.size()
      guard size <= Manifest.maximumSize else {
        throw LogError(.corruption, "the manifest has \(size) bytes", file: path(directory), offset: 0)
      }
      bytes = try file.read(at: 0, count: size)
      try file.close()
    } catch let error as StorageError {
      if error.code == .notFound { return nil }
      throw LogError(error, "the manifest can't be read")
    } catch let error as LogError {
      throw error
    } catch {
      throw LogError(.storage, "the manifest can't be read: \(error)")
    }
    return try Manifest(bytes, file: path(directory))
  }

  /// Replaces the manifest, and returns when the replacement is durable.
  ///
  /// The temporary name holds the epoch, so that two openings can't write into one file; a leftover of a killed
  /// replacement is removed by the next.
  ///
  /// - Throws: `LogError` `.fenced` when the store's lock is no longer held: the manifest is then somebody else's.
  public static func replace(
    _ manifest: Manifest, in directory: any Directory, holding lock: any DirectoryLock
  ) throws(LogError) {
    let temporary = temporaryName(manifest.epoch)
    try lock.requireHeld(directory)
    do {
      if try directory.entries().contains(where: { $0.name == temporary }) { try directory.remove(temporary) }
      let file = try directory.open(temporary, .create)
      try file.write(manifest.encoded(), at: 0)
      try file.sync()
      try file.close()
      // Again, as near to the rename as can be: whoever opens the store from now on removes the temporary file, and the
      // rename finds nothing.
      try lock.requireHeld(directory)
      try directory.rename(temporary, to: Manifest.name)
      try directory.sync()
    } catch let error as LogError {
      throw error
    } catch let error as StorageError {
      throw LogError(error, "the manifest can't be replaced")
    } catch {
      throw LogError(.storage, "the manifest can't be replaced: \(error)")
    }
  }

  /// Whether a name is that of a manifest on its way.
  public static func isTemporary(_ name: String) -> Bool {
    name.hasPrefix("MANIFEST-") && name.hasSuffix(".tmp")
  }

  private static func temporaryName(_ epoch: Epoch) -> String { "MANIFEST-\(epoch).tmp" }

  private static func path(_ directory: any Directory) -> String { "\(directory.path)/\(Manifest.name)" }
}
