public import ArgumentParser
public import Strandline
public import StrandlineColumns
public import StrandlineRecovery

// Choices of the library whose raw values are the words of the command line.
extension TimeUnit: ExpressibleByArgument {}
extension Emission: ExpressibleByArgument {}
extension CheckpointMode: ExpressibleByArgument {}
