@main struct StrandlineCommand { static func main() {} }
