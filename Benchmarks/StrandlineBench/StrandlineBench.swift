@main struct StrandlineBench { static func main() {} }
