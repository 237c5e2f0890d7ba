// swift-tools-version: 6.3

import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .strictMemorySafety(),
    .treatWarning("ExplicitSendable", as: .error),
]

// The targets stand in the order of the data's way; a target depends only on those before it.
let package = Package(
    name: "cloudtrail-integrity",
    products: [
        .library(name: "CloudTrailIntegrity", targets: ["CloudTrailIntegrity"]),
        .library(name: "CloudTrailIntegrityTesting", targets: ["CloudTrailIntegrityTesting"]),
        .library(name: "cloudtrail_integrity", type: .dynamic, targets: ["CloudTrailIntegrityC"]),
        .executable(name: "cloudtrail-integrity", targets: ["cloudtrail-integrity"]),
    ],
    traits: [
        .trait(
            name: "Libdeflate",
            description: "Inflates files that fit into memory with libdeflate; zlib does the others."
        ),
        .trait(
            name: "ArchiveFiles",
            description: "Reads tar and zip archives, compressed or not, with libarchive."
        ),
    ],
    targets: [
        .systemLibrary(
            name: "COpenSSL",
            path: "CLibs/COpenSSL",
            pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
        ),
        .systemLibrary(
            name: "CZlib",
            path: "CLibs/CZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]
        ),
        .systemLibrary(
            name: "CLibdeflate",
            path: "CLibs/CLibdeflate",
            pkgConfig: "libdeflate",
            providers: [.apt(["libdeflate-dev"]), .brew(["libdeflate"])]
        ),
        .systemLibrary(
            name: "CArchive",
            path: "CLibs/CArchive",
            pkgConfig: "libarchive",
            providers: [.apt(["libarchive-dev"]), .brew(["libarchive"])]
        ),
        .systemLibrary(name: "CPlatform", path: "CLibs/CPlatform"),
        // What the build is told of itself: `make` names the commit.
        .target(
            name: "CBuild",
            path: "CLibs/CBuild",
            cSettings: Context.environment["CLOUDTRAIL_COMMIT"].map { commit in
                let name = commit.filter { $0.isLetter || $0.isNumber || $0 == "-" }
                return [.define("CLOUDTRAIL_INTEGRITY_COMMIT", to: "\"\(name)\"")]
            }
        ),
        // The header of what CloudTrailIntegrityC implements.
        .systemLibrary(name: "CCloudTrailIntegrity", path: "CLibs/CCloudTrailIntegrity"),
        .target(
            name: "NativeInterop",
            dependencies: [
                "CBuild", "COpenSSL", "CZlib", "CPlatform",
                .target(name: "CLibdeflate", condition: .when(traits: ["Libdeflate"])),
                .target(name: "CArchive", condition: .when(traits: ["ArchiveFiles"])),
            ],
            swiftSettings: swiftSettings
        ),
        // What CloudTrail writes: names, folders, times, digest files. Bytes in, values out; it names no file, no thread and
        // no C.
        .target(name: "CloudTrailFormat", swiftSettings: swiftSettings),
        // The contract: facts in, causes of findings out.
        .target(name: "CloudTrailRules", dependencies: ["CloudTrailFormat"], swiftSettings: swiftSettings),
        .target(
            name: "CloudTrailIntegrity",
            dependencies: ["NativeInterop", "CloudTrailFormat", "CloudTrailRules"],
            swiftSettings: swiftSettings
        ),
        // For the tests of those who bring storage of their own; it belongs to no test framework.
        .target(
            name: "CloudTrailIntegrityTesting",
            dependencies: ["NativeInterop", "CloudTrailFormat", "CloudTrailIntegrity"],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "CloudTrailIntegrityReports",
            dependencies: ["NativeInterop", "CloudTrailFormat", "CloudTrailIntegrity"],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "CloudTrailIntegrityC",
            dependencies: [
                "CCloudTrailIntegrity", "CloudTrailFormat", "CloudTrailIntegrity", "CloudTrailIntegrityReports",
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "SampleArchive",
            dependencies: ["NativeInterop", "CloudTrailFormat", "CloudTrailIntegrity"],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "CloudTrailIntegrityCommand",
            dependencies: [
                "NativeInterop", "CloudTrailFormat", "CloudTrailIntegrity", "CloudTrailIntegrityReports",
                "SampleArchive",
            ],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "cloudtrail-integrity",
            dependencies: ["CloudTrailIntegrityCommand"],
            swiftSettings: swiftSettings
        ),
        // What tests of several targets need; no product holds it.
        .target(name: "TestSupport", path: "Tests/Support", swiftSettings: swiftSettings),
        // The search for wrong verdicts, with its model of docs/verdicts.md, shared by the tests and the fuzzers; no product
        // holds it.
        .target(
            name: "Adversary",
            dependencies: ["NativeInterop", "CloudTrailFormat", "CloudTrailIntegrity", "TestSupport"],
            path: "Tests/Adversary",
            swiftSettings: swiftSettings
        ),
        // What the fuzzers check, shared with the tests that replay their corpora; no product holds it.
        .target(
            name: "FuzzChecks",
            dependencies: [
                "NativeInterop", "CloudTrailFormat", "CloudTrailRules", "CloudTrailIntegrity", "SampleArchive",
                "Adversary",
            ],
            path: "Tests/Fuzzing/FuzzChecks",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "NativeInteropTests",
            dependencies: ["NativeInterop", "CloudTrailFormat"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CloudTrailFormatTests",
            dependencies: ["CloudTrailFormat", "TestSupport"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CloudTrailRulesTests",
            dependencies: ["CloudTrailRules", "CloudTrailFormat", "TestSupport"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CloudTrailIntegrityTests",
            dependencies: [
                "CloudTrailFormat", "CloudTrailIntegrity", "CloudTrailIntegrityTesting", "NativeInterop",
                "SampleArchive", "Adversary", "TestSupport",
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CloudTrailIntegrityReportsTests",
            dependencies: ["CloudTrailIntegrityReports", "CloudTrailIntegrity", "CloudTrailFormat", "NativeInterop"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CloudTrailIntegrityCTests",
            dependencies: [
                "CCloudTrailIntegrity", "CloudTrailIntegrityC", "CloudTrailIntegrity", "CloudTrailIntegrityTesting",
                "NativeInterop",
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "SampleArchiveTests",
            dependencies: ["SampleArchive", "CloudTrailIntegrity", "CloudTrailFormat", "NativeInterop"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CloudTrailIntegrityCommandTests",
            dependencies: [
                "CloudTrailIntegrityCommand", "CloudTrailIntegrity", "CloudTrailFormat", "NativeInterop",
                "SampleArchive",
            ],
            exclude: ["Golden"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "FuzzingTests",
            dependencies: ["FuzzChecks"],
            swiftSettings: swiftSettings
        ),
    ],
    swiftLanguageModes: [.v6]
)

// libFuzzer brings the entry point, and code is worth fuzzing only with its counters in it: Tests/Fuzzing/run.sh builds
// these with --sanitize=fuzzer. Both sanitizers stand in one flag because of several the compiler heeds the last.
if Context.environment["CLOUDTRAIL_FUZZ"] == "1" {
    let sanitizers = ["-sanitize=fuzzer,address"]
    for target in package.targets where target.type != .system {
        target.swiftSettings = swiftSettings + [.unsafeFlags(sanitizers)]
    }
    for name in [
        "Digests", "Names", "Keys", "Manifests", "Content", "Archives", "States", "Chains", "Partials", "Members",
    ] {
        package.targets.append(
            .executableTarget(
                name: "Fuzz\(name)",
                dependencies: ["FuzzChecks"],
                path: "Tests/Fuzzing/Fuzz\(name)",
                swiftSettings: swiftSettings + [.unsafeFlags(sanitizers + ["-parse-as-library"])],
                linkerSettings: [.unsafeFlags(sanitizers)]
            )
        )
    }
}

// Storage that waits, and storage that makes its files up, for rows of `make bench`; nothing that ships needs them.
if Context.environment["CLOUDTRAIL_BENCH"] == "1" {
    for name in ["SlowStorage", "MadeStorage"] {
        package.targets.append(
            .executableTarget(
                name: name,
                dependencies: ["CloudTrailIntegrity", "CloudTrailFormat", "NativeInterop", "SampleArchive"],
                path: "Tests/Benchmarks/\(name)",
                swiftSettings: swiftSettings
            )
        )
    }
}

// Less of the package for the checks that need less: the format and the rules, which have no dependency outside Swift, for
// `make check`; what calls C, for `make sanitize-native`.
let rules: Set = [
    "CloudTrailFormat", "CloudTrailRules", "TestSupport", "CloudTrailFormatTests", "CloudTrailRulesTests",
]
let native: Set = [
    "COpenSSL", "CZlib", "CLibdeflate", "CArchive", "CPlatform", "CBuild", "NativeInterop", "CloudTrailFormat",
    "NativeInteropTests",
]
if let part = Context.environment["CLOUDTRAIL_ONLY"], let kept = ["rules": rules, "native": native][part] {
    package.targets.removeAll { !kept.contains($0.name) }
    package.products = []
}
