import StrandlineCLI

/// The executable: nothing but the command, which is a module of its own so that tests can import it.
@main
struct Main {
  static func main() async {
    await StrandlineCommand.main()
  }
}
