/// A directory of the operating system.
///
/// Everything goes through one directory descriptor (`openat` and its like), so renaming or replacing a directory above it
/// does not lead anywhere else, and no symbolic link inside it is followed.
public final class PosixDirectory: Directory {
  /// Where it was when it was opened, for messages.
  public let path: String
  let descriptor: Descriptor

  init(path: String, descriptor: consuming Descriptor) {
    self.path = path
    self.descriptor = descriptor
  }

  /// What is in the directory, sorted by name, without `.` and `..`.
  public func entries() throws(StorageError) -> [DirectoryEntry] {
    do {
      return try SystemCall.entries(of: descriptor.raw).sorted { $0.name < $1.name }
    } catch {
      throw error.during(.list, path)
    }
  }

  /// Opens or creates a regular file.
  public func open(_ name: String, _ mode: OpenMode) throws(StorageError) -> any File {
    let operation: StorageError.Operation = mode == .create ? .create : .open
    let flags: SystemCall.OpenFlags =
      switch mode {
      case .readOnly: [.readOnly]
      case .readWrite: [.readWrite]
      case .create: [.readWrite, .create, .exclusive]
      }
    let file = try openRegular(name, flags, operation)
    return PosixFile(name: name, open: file, isWritable: mode != .readOnly)
  }

  /// Gives a file another name, replacing a file of that name in one step.
  public func rename(_ from: String, to: String) throws(StorageError) {
    let (from, to) = (try DirectoryName(from, for: .rename), try DirectoryName(to, for: .rename))
    do {
      try SystemCall.rename(from.description, to: to.description, in: descriptor.raw)
    } catch {
      throw error.during(.rename, "\(location(of: from.description)) to \(to)")
    }
  }

  /// Removes the name of a file.
  public func remove(_ name: String) throws(StorageError) {
    let name = try DirectoryName(name, for: .remove).description
    do {
      try SystemCall.remove(name, in: descriptor.raw)
    } catch {
      throw error.during(.remove, location(of: name))
    }
  }

  /// Makes the names in the directory durable.
  public func sync() throws(StorageError) {
    do {
      try SystemCall.syncAll(descriptor.raw)
    } catch {
      throw error.during(.sync, path)
    }
  }

  /// Opens a directory in this one; creates it if it is missing and `create` is set.
  public func subdirectory(_ name: String, create: Bool) throws(StorageError) -> any Directory {
    let name = try DirectoryName(name).description
    let place = location(of: name)
    do {
      if create { _ = try SystemCall.makeDirectory(name, in: descriptor.raw) }
    } catch {
      throw error.during(.makeDirectory, place)
    }
    let opened: Descriptor
    do {
      opened = try SystemCall.open(name, in: descriptor.raw, [.readOnly, .directory, .noFollow])
    } catch {
      let failure = error.during(.open, place)
      // A symbolic link says ELOOP, which is "not a file" elsewhere.
      throw failure.code == .notAFile
        ? StorageError(.notADirectory, .open, path: place, errno: error.errno) : failure
    }
    return PosixDirectory(path: place, descriptor: opened)
  }

  /// The path of an entry, for messages.
  func location(of name: String) -> String {
    path.hasSuffix("/") ? path + name : "\(path)/\(name)"
  }

  /// Opens a regular file, whatever it is opened for.
  func openRegular(
    _ name: String, _ flags: SystemCall.OpenFlags, _ operation: StorageError.Operation
  ) throws(StorageError) -> OpenDescriptor {
    let name = try DirectoryName(name, for: operation).description
    let place = location(of: name)
    let opened: Descriptor
    do {
      opened = try SystemCall.open(name, in: descriptor.raw, flags.union(.noFollow))
    } catch {
      throw error.during(operation, place)
    }
    let file = OpenDescriptor(opened, path: place)
    guard try file.status().isRegular else { throw StorageError(.notAFile, operation, path: place) }
    return file
  }
}
