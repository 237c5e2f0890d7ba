import CloudTrailFormat
import CloudTrailIntegrity
import SampleArchive
import Testing

@testable import Adversary

@Suite("Links, signatures and what is missing")
struct ChainTests {
    /// Deletes the digests of the first chain from number `first` on, and validates the rest.
    private func report(deleting count: Int, from first: Int, hours: Int = 26) throws -> (ValidationReport, [String]) {
        var sample = try Sample { options in
            options.hours = hours
            options.logs = 1
            options.regions = 1
            options.accounts = 1
        }
        let gone = Array(sample.digestKeys()[first..<first + count])
        for key in gone { sample.archive[key] = nil }
        return (try sample.validate(), gone)
    }

    /// I23
    @Test("each of several consecutive digests is named", arguments: [1, 2, 5, 48])
    func consecutive(count: Int) throws {
        let (report, gone) = try report(deleting: count, from: 3, hours: 56)
        let missing = report.findings(.digestMissing)
        #expect(missing.map { $0.key?.description } == gone)
        #expect(missing.map(\.detail["inferred"]) == (0..<count).map { .flag($0 < count - 1) })
        #expect(report.count(.chainGap) == 0)
        #expect(report.count(.logUnreferenced) == count)
        #expect(report.digests == tally(valid: 56 - count, missing: count))
        report.expectConsistent()
    }

    /// V21
    @Test("a longer hole is the named digest and one gap")
    func longHole() throws {
        let (report, gone) = try report(deleting: 49, from: 3, hours: 56)
        #expect(report.findings(.digestMissing).map { $0.key?.description } == [gone[48]])
        let gap = try #require(report.findings(.chainGap).first)
        #expect(report.count(.chainGap) == 1)
        #expect(gap.detail["reason"] == .text("long-hole"))
        #expect(try #require(gap.end).seconds(since: try #require(gap.start)) == 48 * 3600)
    }

    @Test("all digests deleted leaves nothing validated")
    func allDeleted() throws {
        let sample = try Sample()
        let report = try sample.validate([sample.archive.only("/CloudTrail/")])
        #expect(report.count(.nothingValidated) == 1)
        #expect(report.count(.logUnreferenced) == 312)
        #expect(report.verdict() == .notProven)
        #expect(report.logs == tally(unverified: 312))
    }

    @Test("the digest before the newest deleted, without a manifest: unproven, and no violation")
    func headMinusOne() throws {
        var sample = try Sample()
        let chain = sample.digestKeys()
        sample.archive[chain[24]] = nil
        let report = try sample.validate(withManifest: false)
        #expect(report.found(.violation).isEmpty)
        let gap = try #require(report.findings(.chainGap).first)
        #expect(gap.detail["reason"] == .text("unverified-successor"))
        let unsigned = report.findings(.digestUnsigned).filter { $0.chain?.region == "us-east-1" }
        #expect(unsigned.contains { $0.key?.description == chain[25] })
        #expect(unsigned.contains { $0.key?.description == chain[23] })
        // Only the newest one is what --allow speaks of.
        #expect(try report.verdict(allowing: [.digestUnsigned, .logUnauthenticated, .chainGap]) == .notProven)
    }

    /// V13
    @Test("an edited previousDigestSignature does not make the digest before it look tampered with")
    func editedPreviousSignature() throws {
        for withManifest in [true, false] {
            var sample = try Sample()
            let chain = sample.digestKeys()
            let text = String(decoding: try sample.content(chain[10]), as: UTF8.self)
            let field = "\"previousDigestSignature\":\""
            let start = try #require(text.firstRange(of: field)).upperBound
            let edited = text[..<start] + (text[start] == "0" ? "1" : "0") + text[text.index(after: start)...]
            sample.archive[chain[10]] = try compressed(Array(edited.utf8))
            let report = try sample.validate(withManifest: withManifest)
            #expect(report.found(.violation) == [Found("digest-signature-invalid", chain[10])])
            let before = report.findings.filter { $0.key?.description == chain[9] }.map(\.kind)
            #expect(before == (withManifest ? [.signatureSourceDiffers] : [.digestUnsigned]))
        }
    }

    /// V15
    @Test("an older signed version of a digest is a broken link; its own signature is named valid")
    func olderVersion() throws {
        // Two archives of one seed whose chains part: the digest of the one is signed, but not what the other saw.
        var sample = try Sample { $0.records = 4 }
        let other = try Sample { $0.records = 5 }
        let key = sample.digestKeys()[7]
        sample.archive[key] = other.archive[key]
        sample.keys = try merged(sample, other)
        var lines = manifestLines(other)
        lines = lines.filter { $0.contains(key) }
        try sample.manifest.add(reading: Array(lines.joined(separator: "\n").utf8))
        let report = try sample.validate()
        let mismatch = try #require(report.findings(.digestLinkMismatch).first)
        #expect(report.found(.violation).map(\.kind) == ["digest-link-mismatch"])
        #expect(mismatch.key?.description == key)
        #expect(mismatch.detail["ownSignature"] == .text("valid"))
        #expect(mismatch.detail["mismatch"] == .text("hash"))
    }

    /// V16
    @Test("a forged digest under a key that the archive knows is found without a manifest too")
    func forgedWithoutManifest() throws {
        let sample = try Sample([.digestForged])
        let forged = try #require(sample.summary.tampers.first?.key)
        let report = try sample.validate(withManifest: false)
        #expect(report.found(.violation) == [Found("digest-signature-invalid", forged)])
        let finding = try #require(report.findings(.digestSignatureInvalid).first)
        #expect(finding.detail["also"] == .list(["digest-link-mismatch"]))
    }

    /// V14
    @Test("keys: none fits, and the digests are unverified, not violated")
    func noKey() throws {
        var sample = try Sample()
        sample.keys = try Sample { $0.seed = 99 }.keys
        let report = try sample.validate()
        #expect(report.found(.violation).isEmpty)
        #expect(report.count(.digestKeyUnknown) == 104)
        #expect(report.count(.logUnauthenticated) == 312)
        #expect(report.count(.nothingValidated) == 1)
        #expect(try report.verdict(allowing: [.digestKeyUnknown, .logUnauthenticated]) == .notProven)
    }

    /// I13
    @Test("signatures are taken from extended attributes and from sidecars")
    func otherSources() throws {
        var sample = try Sample()
        for line in manifestLines(sample) where line.contains("20260302T021035Z") {
            let key = try #require(sample.archive.files.keys.first { line.contains("\"\($0)\"") })
            let metadata = try #require(line.firstRange(of: "\"metadata\""))
            let object = String(line[metadata.upperBound...].drop { $0 != "{" }.dropLast())
            if key.description.contains("us-east-1_man") {
                sample.archive["\(key).metadata.json"] = Array("{\"Metadata\":\(object),\"ContentLength\":7}".utf8)
            } else {
                sample.archive.metadata[key] = try SignatureMetadata(
                    headObjectAnswer: Array("{\"Metadata\":\(object)}".utf8)
                )
            }
        }
        let report = try sample.validate(withManifest: false)
        #expect(report.findings.isEmpty)
        #expect(report.verdict() == .valid)
    }

    /// V13
    @Test("a wrong signature in the metadata beside a right one in the successor is a notice")
    func differingSource() throws {
        var sample = try Sample()
        let key = sample.digestKeys()[5]
        sample.archive.metadata[ObjectKey(key)] = SignatureMetadata(
            signature: String(repeating: "ab", count: 256),
            algorithm: "SHA256withRSA",
            backfillGenerationTime: nil
        )
        let report = try sample.validate(withManifest: false) { $0.end = sample.summary.end.advanced(bySeconds: -3600) }
        #expect(report.found(.notice) == [Found("signature-source-differs", key)])
        #expect(report.found(.violation).isEmpty)
    }

    /// V13
    @Test("a wrong signature at the head is a violation")
    func wrongHeadSignature() throws {
        var sample = try Sample()
        let key = try #require(sample.digestKeys().last)
        sample.archive.metadata[ObjectKey(key)] = SignatureMetadata(
            signature: String(repeating: "ab", count: 256),
            algorithm: "SHA256withRSA",
            backfillGenerationTime: nil
        )
        let report = try sample.validate(withManifest: false)
        #expect(report.found(.violation) == [Found("digest-signature-invalid", key)])
    }

    private func merged(_ first: Sample, _ second: Sample) throws -> PublicKeySet {
        var keys = PublicKeySet()
        try keys.add(reading: first.summary.keysJSON, name: "first")
        try keys.add(reading: second.summary.keysJSON, name: "second")
        return keys
    }
}
