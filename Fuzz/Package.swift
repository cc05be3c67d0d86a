// swift-tools-version: 6.2
import PackageDescription

// A package of its own over the same sources, so that fuzzing needs none of the dependencies.

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
  .strictMemorySafety(),
]

/// The entry point is libFuzzer's.
let withoutMain: [SwiftSetting] = settings + [.unsafeFlags(["-parse-as-library"])]

let fuzzers = ["record", "segment", "manifest", "snapshot", "ndjson", "csv", "planted", "corpus"]

let package = Package(
  name: "fuzz",
  targets: [
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CPrefetch"),
    .systemLibrary(name: "CSystem"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "StrandlineBytes", dependencies: ["CZlib", "CZstd"], swiftSettings: settings),
    .target(name: "StrandlineStorage", dependencies: ["CSystem"], swiftSettings: settings),
    .target(name: "StrandlineLog", dependencies: ["StrandlineBytes", "StrandlineStorage"], swiftSettings: settings),
    .target(name: "StrandlineColumns", dependencies: ["StrandlineBytes"], swiftSettings: settings),
    .target(
      name: "StrandlineState", dependencies: ["CPrefetch", "StrandlineBytes", "StrandlineColumns"],
      swiftSettings: settings),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "StrandlineBytes", "StrandlineColumns", "StrandlineLog", "StrandlineState", "StrandlineStorage",
      ],
      swiftSettings: settings),
  ]
    + fuzzers.map {
      .executableTarget(name: "fuzz-\($0)", dependencies: ["FuzzTargets"], swiftSettings: withoutMain)
    }
)
