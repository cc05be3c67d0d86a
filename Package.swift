// swift-tools-version: 6.2
import CompilerPluginSupport
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
  .strictMemorySafety(),
]

let package = Package(
  name: "strandline",
  products: [
    .library(name: "Strandline", targets: ["Strandline"]),
    .library(name: "StrandlineTestKit", targets: ["StrandlineTestKit"]),
    .executable(name: "strandline", targets: ["StrandlineMain"]),
    .executable(name: "strandline-bench", targets: ["StrandlineBench"]),
  ],
  traits: [
    .trait(name: "ServiceLifecycle", description: "A running stream as a service of swift-service-lifecycle."),
    .default(enabledTraits: ["ServiceLifecycle"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-syntax", from: "603.0.1"),
  ],
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
      name: "StrandlineRecovery",
      dependencies: ["StrandlineBytes", "StrandlineLog", "StrandlineState", "StrandlineStorage"],
      swiftSettings: settings),
    .macro(
      name: "StrandlineMacros",
      dependencies: [
        .product(name: "SwiftCompilerPlugin", package: "swift-syntax"),
        .product(name: "SwiftDiagnostics", package: "swift-syntax"),
        .product(name: "SwiftParser", package: "swift-syntax"),
        .product(name: "SwiftSyntax", package: "swift-syntax"),
        .product(name: "SwiftSyntaxBuilder", package: "swift-syntax"),
        .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
      ],
      swiftSettings: settings),
    .target(
      name: "Strandline",
      dependencies: [
        "StrandlineBytes", "StrandlineColumns", "StrandlineLog", "StrandlineMacros", "StrandlineRecovery",
        "StrandlineState", "StrandlineStorage",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(
          name: "ServiceLifecycle", package: "swift-service-lifecycle",
          condition: .when(traits: ["ServiceLifecycle"])),
      ],
      swiftSettings: settings),
    .target(
      name: "StrandlineTestKit",
      dependencies: [
        "Strandline", "StrandlineBytes", "StrandlineColumns", "StrandlineLog", "StrandlineRecovery", "StrandlineState",
        "StrandlineStorage",
      ],
      swiftSettings: settings),
    .executableTarget(name: "StrandlineMain", dependencies: ["StrandlineCLI"], swiftSettings: settings),
    .target(
      name: "StrandlineCLI",
      dependencies: [
        "Strandline", "StrandlineColumns", "StrandlineLog", "StrandlineRecovery", "StrandlineState",
        "StrandlineStorage", "StrandlineTestKit",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .target(name: "Measuring", path: "Benchmarks/Measuring", swiftSettings: settings),
    .target(name: "Nexmark", dependencies: ["StrandlineColumns"], path: "Benchmarks/Nexmark", swiftSettings: settings),
    .executableTarget(
      name: "StrandlineBench",
      dependencies: [
        "Measuring", "Nexmark", "Strandline", "StrandlineBytes", "StrandlineColumns", "StrandlineLog",
        "StrandlineRecovery", "StrandlineState", "StrandlineStorage", "StrandlineTestKit",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/StrandlineBench",
      swiftSettings: settings),
    .testTarget(name: "MeasuringTests", dependencies: ["Measuring"], swiftSettings: settings),
    .testTarget(name: "NexmarkTests", dependencies: ["Nexmark", "StrandlineColumns"], swiftSettings: settings),
    .testTarget(name: "StrandlineBytesTests", dependencies: ["StrandlineBytes"], swiftSettings: settings),
    .testTarget(
      name: "StrandlineStorageTests", dependencies: ["StrandlineStorage", "StrandlineTestKit"],
      swiftSettings: settings),
    .testTarget(
      name: "StrandlineColumnsTests", dependencies: ["StrandlineBytes", "StrandlineColumns"], swiftSettings: settings),
    .testTarget(
      name: "StrandlineStateTests",
      dependencies: ["StrandlineBytes", "StrandlineColumns", "StrandlineState"], swiftSettings: settings),
    .testTarget(
      name: "StrandlineLogTests",
      dependencies: ["StrandlineBytes", "StrandlineLog", "StrandlineStorage"], swiftSettings: settings),
    .testTarget(
      name: "StrandlineRecoveryTests",
      dependencies: [
        "StrandlineBytes", "StrandlineColumns", "StrandlineLog", "StrandlineRecovery", "StrandlineState",
        "StrandlineStorage", "StrandlineTestKit",
      ], swiftSettings: settings),
    .testTarget(
      name: "StrandlineMacrosTests",
      dependencies: [
        "StrandlineMacros",
        .product(name: "SwiftDiagnostics", package: "swift-syntax"),
        .product(name: "SwiftParser", package: "swift-syntax"),
        .product(name: "SwiftSyntax", package: "swift-syntax"),
        .product(name: "SwiftSyntaxMacroExpansion", package: "swift-syntax"),
        .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
        .product(name: "SwiftSyntaxMacrosGenericTestSupport", package: "swift-syntax"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "StrandlineCLITests",
      dependencies: [
        "Strandline", "StrandlineCLI", "StrandlineColumns", "StrandlineMain", "StrandlineState", "StrandlineStorage",
        "StrandlineTestKit",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "StrandlineTestKitTests",
      dependencies: [
        "Strandline", "StrandlineColumns", "StrandlineLog", "StrandlineRecovery", "StrandlineState",
        "StrandlineStorage",
        "StrandlineTestKit",
      ],
      swiftSettings: settings),
    .testTarget(name: "StrandlineTests", dependencies: ["Strandline", "StrandlineTestKit"], swiftSettings: settings),
  ]
)
