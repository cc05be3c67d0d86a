import Glibc
import StrandlineStorage
import Testing

@Suite("Storage errors")
struct StorageErrorTests {
  @Test("an error says what happened, where, and what can be done")
  func description() {
    let error = SystemError(errno: ENOSPC).during(.write, "checkpoints/x/00000001-1.log", offset: 8192, count: 4096)
    #expect(
      error.description
        == "No space left on device while writing 4096 bytes at offset 8192 of checkpoints/x/00000001-1.log; "
        + "free some space, then start again")
    #expect(error.errno == ENOSPC)
  }

  @Test(
    "the numbers of the system become codes",
    arguments: [
      (ENOENT, .notFound), (EEXIST, .alreadyExists), (ENOSPC, .noSpace), (EDQUOT, .noSpace), (EIO, .inputOutput),
      (EISDIR, .notAFile), (ELOOP, .notAFile), (ENOTDIR, .notADirectory), (EACCES, .permission), (EROFS, .permission),
      (EMFILE, .tooManyOpenFiles), (EFBIG, .tooLarge), (EINTR, .interrupted), (EPIPE, .brokenPipe),
      (ENOSYS, .unsupported),
    ] as [(Int32, StorageError.Code)])
  func codes(number: Int32, code: StorageError.Code) {
    #expect(SystemError(errno: number).code == code)
  }

  @Test("a number without a code of its own keeps the system's words")
  func otherNumbers() {
    let error = SystemError(errno: EDEADLK).during(.lock, "LOCK")
    #expect(error.code == .other)
    #expect(error.description == "Resource deadlock avoided (errno \(EDEADLK)) while locking LOCK")
  }
}
