import CloudTrailFormat
import CloudTrailIntegrity
import Foundation
import SampleArchive
import Testing

/// The repository's own folder, found from this file.
private let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private func bytes(_ url: URL) throws -> [UInt8] {
    Array(try Data(contentsOf: url))
}

private func validate(_ folder: URL, withManifest: Bool = true) throws -> ValidationReport {
    var keys = PublicKeySet()
    try keys.add(reading: try bytes(folder.appending(path: "keys.json")), name: "keys.json")
    var manifest = SignatureManifest()
    if withManifest { try manifest.add(reading: try bytes(folder.appending(path: "meta.jsonl"))) }
    var options = ValidationOptions()
    options.jobs = 2
    let archive = try LocalArchive(path: folder.appending(path: "archive").path)
    return try Validator(keys: keys, signatures: manifest, options: options).validate([archive])
}

@Suite("Golden archives of the repository")
struct GoldenArchiveTests {
    private let archives = repository.appending(path: "TestVectors/archives")

    @Test("clean is proven")
    func clean() throws {
        let report = try validate(archives.appending(path: "clean"))
        #expect(report.findings.isEmpty)
        #expect(report.digests == tally(valid: 104))
        #expect(report.logs == tally(valid: 312))
        #expect(report.verdict() == .valid)
        #expect(report.verdict().description == "VALID")
    }

    @Test("tampered gives what its truth says")
    func tampered() throws {
        let folder = archives.appending(path: "tampered")
        let truth = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "truth.json")))
                as? [String: Any]
        )
        var expected: Set<Found> = []
        for tamper in try #require(truth["tampers"] as? [[String: Any]]) {
            let key = try #require(tamper["key"] as? String)
            for kind in try #require(tamper["kinds"] as? [String]) { expected.insert(Found(kind, key)) }
            for consequence in tamper["consequences"] as? [[String: String]] ?? [] {
                expected.insert(Found(try #require(consequence["kind"]), try #require(consequence["key"])))
            }
        }
        let report = try validate(folder)
        #expect(report.failures == expected)
        #expect(report.verdict() == .notValid)
        #expect(report.verdict().description == "NOT VALID")
    }

    @Test("the command's generator still makes the same bytes")
    func reproducible() throws {
        let folder = archives.appending(path: "clean/archive")
        var count = 0
        _ = try SampleArchive.generate(SampleOptions()) { object in
            count += 1
            let stored = try bytes(folder.appending(path: object.key))
            #expect(stored == object.content, "\(object.key)")
        }
        #expect(count == 416)
    }
}

/// Archives that the real AWS CLI has judged, made by a generator that shares no code with this project.
private let reference = repository.deletingLastPathComponent().appending(path: "shared/archives")
private let hasReference = FileManager.default.fileExists(atPath: reference.appending(path: "clean.tar.gz").path)

@Suite("Reference archives", .enabled(if: hasReference, "the reference archives are not on this machine"))
struct ReferenceArchiveTests {
    /// Unpacks an archive and calls `body` with its folder.
    private func unpacked(_ name: String, _ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reference-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "xzf", reference.appending(path: "\(name).tar.gz").path, "-C", folder.path]
        try tar.run()
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0)
        try body(folder.appending(path: name))
    }

    @Test("clean is proven, and without its manifest only the newest digests are not")
    func clean() throws {
        try unpacked("clean") { folder in
            let report = try validate(folder)
            #expect(report.findings.isEmpty)
            #expect(report.digests == tally(valid: 104))
            #expect(report.logs == tally(valid: 312))
            let unsigned = try validate(folder, withManifest: false)
            #expect(unsigned.count(.digestUnsigned) == 4)
            #expect(unsigned.digests == tally(valid: 100, unverified: 4))
            #expect(unsigned.verdict() == .notProven)
            #expect(unsigned.verdict().description == "NOT PROVEN")
        }
    }

    @Test("tampered: what was done, and no other violation")
    func tampered() throws {
        let kinds = [
            "log-modified": "log-modified", "log-deleted": "log-missing", "digest-deleted": "digest-missing",
            "digest-forged": "digest-signature-invalid", "log-injected": "log-unreferenced",
            "log-appended-member": "log-trailing-data",
        ]
        try unpacked("tampered") { folder in
            let data = try Data(contentsOf: folder.appending(path: "truth.json"))
            let truth = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            let done = try #require(truth["truth"] as? [[String: String]])
            let expected = Set(done.map { Found(kinds[$0["kind"] ?? ""] ?? "?", $0["key"] ?? "?") })
            let report = try validate(folder)
            #expect(report.found(.violation) == expected.filter { $0.kind != "log-unreferenced" })
            #expect(report.failures.isSuperset(of: expected))
            // The log files of the forged and of the deleted digest are counted as unproven.
            #expect(report.count(.logUnreferenced) + report.count(.logUnauthenticated) == 7)
            #expect(report.digests == tally(valid: 102, invalid: 1, missing: 1))
            #expect(report.logs == tally(valid: 303, invalid: 2, missing: 1, unverified: 7))
        }
    }
}
