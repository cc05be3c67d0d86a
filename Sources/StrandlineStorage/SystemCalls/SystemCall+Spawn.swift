import Glibc

extension SystemCall {
  /// Where one of a child's standard streams leads.
  enum ChildStream {
    case inherited
    case reading(String)
    case writing(String)
  }

  /// Starts a program with the arguments and the environment of this process; `streams` are its descriptors 0, 1 and 2.
  static func spawn(_ path: String, _ arguments: [String], streams: [ChildStream]) throws(SystemError) -> Int32 {
    // Unsafe: the structure is initialised here and destroyed on every way out.
    var actions = unsafe posix_spawn_file_actions_t()
    try checked(unsafe posix_spawn_file_actions_init(&actions))
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, stream) in streams.enumerated() {
      switch stream {
      case .inherited: continue
      case .reading(let file):
        try checked(unsafe posix_spawn_file_actions_addopen(&actions, Int32(descriptor), file, O_RDONLY, 0))
      case .writing(let file):
        let flags = O_WRONLY | O_CREAT | O_APPEND
        try checked(unsafe posix_spawn_file_actions_addopen(&actions, Int32(descriptor), file, flags, 0o600))
      }
    }
    var child: pid_t = 0
    // Unsafe: every text is a zero-terminated copy that is freed after the call, and the list ends with nil.
    let texts = unsafe ([path] + arguments).map { unsafe strdup($0) }
    defer { unsafe texts.forEach { unsafe free($0) } }
    try checked(unsafe posix_spawn(&child, path, &actions, nil, texts + [nil], environ))
    return child
  }

  /// The functions of `spawn` return their error instead of leaving it in errno.
  private static func checked(_ result: Int32) throws(SystemError) {
    if result != 0 { throw SystemError(errno: result) }
  }

  /// How a child ended; nil while it runs and `waits` is false.
  static func childStatus(_ child: Int32, waits: Bool) throws(SystemError) -> Int32? {
    var status: Int32 = 0
    // Unsafe: the call fills the number that it is given.
    let ended = try retried { unsafe waitpid(child, &status, waits ? 0 : WNOHANG) }
    return ended == 0 ? nil : status
  }

  static func kill(_ child: Int32, _ signal: Int32) throws(SystemError) {
    _ = try once { Glibc.kill(child, signal) }
  }

  /// Leaves a signal without effect, so that a dispatch source can see it instead.
  static func ignore(_ signal: Int32) {
    _ = Glibc.signal(signal, SIG_IGN)
  }

  /// Ends the process at once: nothing is flushed or closed.
  static func exit(_ status: Int32) -> Never {
    _exit(status)
  }

  /// The path of the program that this process runs.
  static func executablePath() throws(SystemError) -> String {
    // Unsafe: the call returns a new zero-terminated text, which is freed here.
    guard let path = unsafe realpath("/proc/self/exe", nil) else { throw .last }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }
}
