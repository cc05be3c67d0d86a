import ArgumentParser
import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineStorage

/// What the command says when it can't go on: one message for people, one object for programs, one status.
struct Failure: Error {
  var status: ExitStatus
  var code: String
  var message: String
  var file: String?
  var offset: Int?

  init(_ status: ExitStatus, code: String, _ message: String, file: String? = nil, offset: Int? = nil) {
    self.status = status
    self.code = code
    self.message = message
    self.file = file
    self.offset = offset
  }

  /// What an error comes to; nil for those of the command line itself, which the parser reports.
  init?(_ error: any Error) {
    switch error {
    case let failure as Failure:
      self = failure
    case let error as StreamError:
      self.init(
        ExitStatus(error), code: error.store?.code.name ?? error.code.name, error.message, file: error.file,
        offset: error.offset)
    case let error as LogError:
      self.init(ExitStatus(error), code: error.code.name, error.description, file: error.file, offset: error.offset)
    case let error as StorageError:
      self.init(
        .unreachable, code: error.code.description, error.description, file: error.path, offset: error.offset)
    case let error as ColumnsError:
      self.init(.refused, code: "plan", error.message)
    default:
      return nil
    }
  }

  private var json: JSONValue {
    [
      "error": .string(message), "code": .string(code), "file": JSONValue(file), "offset": JSONValue(offset),
    ]
  }

  /// Runs a command's body and reports what it throws.
  static func reporting(json: Bool, _ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as StorageError where error.code == .brokenPipe {
      // Whoever read the output has seen enough.
      throw ExitCode(ExitStatus.unreachable.rawValue)
    } catch {
      guard let failure = Failure(error) else { throw error }
      Console.note("error: \(failure.message)")
      if json { Console.note(failure.json.description) }
      throw ExitCode(failure.status.rawValue)
    }
  }
}
