// swift-tools-version: 6.3

import PackageDescription

let library = Target.Dependency.product(name: "CloudTrailIntegrity", package: "cloudtrail-integrity")

let package = Package(
    name: "Examples",
    dependencies: [
        .package(name: "cloudtrail-integrity", path: "..")
    ],
    targets: [
        .systemLibrary(
            name: "CSQLite",
            path: "CLibs/CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]
        ),
        .target(name: "ExampleSupport", dependencies: [library]),
        .executableTarget(name: "InvestigatorScript", dependencies: [library]),
        .executableTarget(name: "CaseDatabase", dependencies: [library, "CSQLite", "ExampleSupport"]),
        .testTarget(
            name: "CaseDatabaseTests",
            dependencies: [
                "CaseDatabase", library,
                .product(name: "CloudTrailIntegrityTesting", package: "cloudtrail-integrity"),
            ]
        ),
        .executableTarget(name: "NightlyPost", dependencies: [library, "ExampleSupport"]),
    ],
    swiftLanguageModes: [.v6]
)
