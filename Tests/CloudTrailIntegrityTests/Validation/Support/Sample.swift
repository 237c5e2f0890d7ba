import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary

/// A sample archive with its keys and manifest, and a short way to validate it.
struct Sample {
    var archive = MemoryArchive()
    var keys = PublicKeySet()
    var manifest = SignatureManifest()
    let summary: SampleSummary
    /// The manifest as it would stand in a file.
    private(set) var manifestText = ""

    init(_ tampers: [Tamper] = [], _ configure: (inout SampleOptions) -> Void = { _ in }) throws {
        var options = SampleOptions()
        options.tampers = tampers
        configure(&options)
        self = try Self.made.withLock { made in
            if let sample = made[options] { return sample }
            let sample = try Sample(making: options)
            made[options] = sample
            return sample
        }
    }

    /// Samples that were made before: making their keys is what takes the time.
    private static let made = LockedState<[SampleOptions: Sample]>([:])

    private init(making options: SampleOptions) throws {
        var archive = MemoryArchive()
        var lines: [UInt8] = []
        summary = try SampleArchive.generate(options) { signature in
            lines += signature.manifestLine
            if lines.last != UInt8(ascii: "\n") { lines.append(UInt8(ascii: "\n")) }
        } object: { object in
            archive[object.key] = object.content
        }
        self.archive = archive
        try keys.add(reading: summary.keysJSON, name: "keys.json")
        try manifest.add(reading: lines)
        manifestText = String(decoding: lines, as: UTF8.self)
    }

    /// Validates `archives`, or the sample's own.
    func validate(
        _ archives: [any ArchiveSource]? = nil,
        withManifest: Bool = true,
        _ configure: (inout ValidationOptions) -> Void = { _ in }
    ) throws -> ValidationReport {
        var options = ValidationOptions()
        options.jobs = 8
        configure(&options)
        let validator = Validator(
            keys: keys,
            signatures: withManifest ? manifest : SignatureManifest(),
            options: options
        )
        return try validator.validate(archives ?? [archive])
    }

    /// This archive and another one in the same bucket.
    func joined(with other: Sample) throws -> Sample {
        var joined = self
        joined.archive.files.merge(other.archive.files) { own, _ in own }
        try joined.keys.add(reading: other.summary.keysJSON, name: "keys-2.json")
        try joined.manifest.add(reading: Array(other.manifestText.utf8))
        joined.manifestText += other.manifestText
        return joined
    }

    /// The part of this archive whose keys hold `text`.
    func only(_ text: String) throws -> Sample {
        var part = self
        part.archive = archive.only(text)
        part.manifestText = manifestLines(self).filter { $0.contains(text) }.joined(separator: "\n") + "\n"
        part.manifest = SignatureManifest()
        try part.manifest.add(reading: Array(part.manifestText.utf8))
        return part
    }

    /// The keys of the digest files that are held, of one chain, oldest first.
    func digestKeys(account: String = "111122223333", region: String = "us-east-1") -> [String] {
        archive.files.keys.map(\.description)
            .filter { $0.contains("/\(account)/CloudTrail-Digest/\(region)/") }.sorted()
    }

    func logKeys(account: String = "111122223333", region: String = "us-east-1") -> [String] {
        archive.files.keys.map(\.description).filter { $0.contains("/\(account)/CloudTrail/\(region)/") }.sorted()
    }
}

/// A finding cut down to what a test compares.
struct Found: Hashable, CustomStringConvertible {
    let kind: String
    let key: String

    init(_ kind: String, _ key: String) {
        self.kind = kind
        self.key = key
    }

    init(_ finding: Finding) {
        kind = finding.kind.rawValue
        key = finding.key?.description ?? ""
    }

    var description: String { "\(kind) \(key.split(separator: "/").last ?? "")" }
}

extension ValidationReport {
    /// The findings of these severities.
    func found(_ severities: Severity...) -> Set<Found> {
        Set(findings.filter { severities.contains($0.severity) }.map(Found.init))
    }

    /// What is not only good to know.
    var failures: Set<Found> { found(.violation, .unverified) }

    func count(_ kind: FindingKind) -> Int { findings.count { $0.kind == kind } }

    func findings(_ kind: FindingKind) -> [Finding] { findings.filter { $0.kind == kind } }

    /// Asserts what must hold of every report.
    func expectConsistent(_ location: SourceLocation = #_sourceLocation) {
        #expect(digests.total == digests.valid + digests.invalid + digests.missing + digests.unverified)
        #expect(findings == findings.sorted(by: Finding.inReportOrder), sourceLocation: location)
        let chainDigests = chains.map(\.digests.total).reduce(0, +)
        #expect(chainDigests == digests.total, sourceLocation: location)
        let chainLogs = chains.map(\.logs.total).reduce(0, +)
        #expect(chainLogs <= logs.total, sourceLocation: location)
    }
}

extension Sample {
    /// The uncompressed content of a file.
    func content(_ key: String) throws -> [UInt8] {
        let one = try archive.moved { $0 == ObjectKey(key) ? $0 : nil }.decompressed()
        return try #require(one.files.values.first)
    }
}

/// The lines of a sample's signature manifest.
func manifestLines(_ sample: Sample) -> [String] {
    sample.manifestText.split(separator: "\n").map(String.init)
}

extension FindingKind {
    /// All that may be accepted.
    static let allowable = Set(allCases.filter(\.isAllowable))
}
