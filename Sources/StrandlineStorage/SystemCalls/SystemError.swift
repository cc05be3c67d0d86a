import Glibc

/// The number that a system call left, before anybody knows what it means for the caller.
///
/// Visible in the package, so that a test can go through the numbers.
package struct SystemError: Error {
  package let errno: Int32

  package init(errno: Int32) {
    self.errno = errno
  }

  /// The number that the last system call of this thread left.
  static var last: SystemError { SystemError(errno: Glibc.errno) }

  /// There is nothing of that name.
  static var notFound: SystemError { SystemError(errno: ENOENT) }

  /// The same as an error of the module.
  package func during(
    _ operation: StorageError.Operation, _ path: String, offset: Int? = nil, count: Int? = nil
  ) -> StorageError {
    StorageError(
      code, operation, path: path, offset: offset, count: count, errno: errno, detail: code == .other ? text : nil)
  }

  package var code: StorageError.Code {
    switch errno {
    case ENOENT: .notFound
    case EEXIST: .alreadyExists
    case ENOSPC, EDQUOT: .noSpace
    case EIO: .inputOutput
    case EISDIR, ELOOP, ENXIO, ENODEV: .notAFile
    case ENOTDIR: .notADirectory
    case ENOTEMPTY: .notEmpty
    case EACCES, EPERM, EROFS: .permission
    case ENAMETOOLONG: .invalidName
    case EINVAL: .invalidArgument
    case EMFILE, ENFILE: .tooManyOpenFiles
    case EFBIG, EOVERFLOW: .tooLarge
    case EINTR: .interrupted
    case EPIPE: .brokenPipe
    case EOPNOTSUPP, ENOSYS, ENOLCK: .unsupported
    case EBADF: .closed
    default: .other
    }
  }

  private var text: String {
    // Unsafe: the C library returns a zero-terminated text that stays valid until this thread asks again.
    let name = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "System error"
    return "\(name) (errno \(errno))"
  }
}
