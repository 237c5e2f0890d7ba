import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop
import Testing

@testable import Adversary

/// Digest files that claim to be another one. A signature that was verified for the genuine file must not count for
/// them, in whatever order, root or batch they come.
@Suite("Forgeries that claim a genuine digest's place")
struct ForgedTwinTests {
    /// What makes a forged digest file of a genuine one.
    enum Forgery: CaseIterable {
        /// Lists a hash of the forger's for its log file; all else as it was.
        case otherHash
        /// Lists one log file more.
        case oneMore
        /// Lists nothing.
        case emptied
        /// The same fields in other words: a space more.
        case respelled
        /// Names another predecessor.
        case otherPredecessor

        func apply(_ text: String) throws -> String {
            switch self {
            case .otherHash:
                let start = try #require(text.firstRange(of: "\"hashValue\":\"")).upperBound
                return text[..<start] + (text[start] == "0" ? "1" : "0") + text[text.index(after: start)...]
            case .oneMore:
                let start = try #require(text.firstRange(of: "\"logFiles\":[")).upperBound
                let end = try #require(text[start...].firstRange(of: "}")).upperBound
                let entry = text[start..<end].replacing("_0123456789abcdef", with: "_feedfeedfeedfeed")
                return text[..<start] + entry + "," + text[start...]
            case .emptied:
                let start = try #require(text.firstRange(of: "\"logFiles\":[")).upperBound
                return text[..<start] + "]}"
            case .respelled:
                return text.replacing("\"logFiles\":", with: "\"logFiles\": ")
            case .otherPredecessor:
                let start = try #require(text.firstRange(of: "\"previousDigestHashValue\":\"")).upperBound
                return text[..<start] + (text[start] == "0" ? "1" : "0") + text[text.index(after: start)...]
            }
        }
    }

    private func forged(_ digest: HandmadeArchive.Digest, _ forgery: Forgery) throws -> [UInt8] {
        let content = Array(try forgery.apply(String(decoding: digest.content, as: UTF8.self)).utf8)
        try #require(content != digest.content)
        return try compressed(content)
    }

    /// Asserts that of all files exactly the genuine digests are valid.
    private func expectOnlyGenuine(
        _ report: ValidationReport,
        forgedPath: String,
        genuine: Int,
        _ location: SourceLocation = #_sourceLocation
    ) {
        let valid = report.provenFiles.map { $0.path.description }
        #expect(!valid.contains(forgedPath), sourceLocation: location)
        #expect(report.digests.valid == genuine, sourceLocation: location)
        #expect(report.failures.contains { $0.kind.hasPrefix("digest-") }, sourceLocation: location)
        let named = report.findings.filter { $0.path?.description == forgedPath && $0.severity == .violation }
        #expect(!named.isEmpty, sourceLocation: location)
        #expect((try? report.verdict(allowing: FindingKind.allowable)) == .notValid, sourceLocation: location)
    }

    @Test(
        "a forgery beside the genuine file, before and after it in the listing",
        arguments: Forgery.allCases,
        [true, false]
    )
    func besideTheGenuine(forgery: Forgery, withManifest: Bool) throws {
        for position in [0, 1, 3, 5] where position > 0 || forgery != .otherPredecessor {
            var made = try HandmadeArchive()
            let hours = try made.deliverHours(0..<6)
            // Without a manifest the head has its sidecar.
            made.archive["\(hours[5].key).metadata.json"] = hours[5].headObjectAnswer
            let key = hours[position].key
            // The name of one that a download decompressed: it maps to the same key, and stands before it.
            let twin = String(key.dropLast(3))
            made.archive[twin] = try forged(hours[position], forgery)
            let files = made.archive.files.keys.sorted()
            var swapped = files
            let place = try #require(files.firstIndex(of: ObjectKey(twin)))
            try #require(files[place + 1] == ObjectKey(key))
            swapped.swapAt(place, place + 1)
            // The forgery before the genuine one, between it and its successor, and last of all.
            for order in [files, swapped, files.reversed(), swapped.reversed()] {
                var source = ArrangedSource(made.archive)
                source.entries = order.map { ArchiveEntry(path: $0, kind: .file) }
                for jobs in [1, 2] {
                    let report = try made.validate([source], withManifest: withManifest) {
                        ($0.jobs, $0.listsProvenFiles) = (jobs, true)
                    }
                    if position == 5 && !withManifest {
                        // The genuine head's sidecar is not the forgery's, which then has no signature.
                        #expect(report.digests == tally(valid: 6, unverified: 1))
                        #expect(try report.verdict(allowing: FindingKind.allowable) == .notProven)
                    } else {
                        expectOnlyGenuine(report, forgedPath: "memory/\(twin)", genuine: 6)
                        #expect(report.found(.violation) == [Found("digest-signature-invalid", key)])
                        #expect(report.count(.signatureSourceDiffers) == 0)
                    }
                    // What the genuine ones list stays proven, by them.
                    #expect(report.logs.valid == 6)
                }
            }
        }
    }

    @Test(
        "a forgery in another folder that claims the genuine one's place",
        arguments: Forgery.allCases,
        [true, false]
    )
    func inAnotherFolder(forgery: Forgery, withManifest: Bool) throws {
        for day in ["2026/02/28", "2026/03/02"] {
            for position in [1, 3, 4] {
                var made = try HandmadeArchive()
                let hours = try made.deliverHours(0..<6)
                made.archive["\(hours[5].key).metadata.json"] = hours[5].headObjectAnswer
                let path = hours[position].key.replacing("/2026/03/01/", with: "/\(day)/")
                made.archive[path] = try forged(hours[position], forgery)
                for jobs in [1, 2] {
                    let report = try made.validate(withManifest: withManifest) {
                        ($0.jobs, $0.listsProvenFiles) = (jobs, true)
                    }
                    #expect(!report.provenFiles.contains { $0.path.description == "memory/\(path)" })
                    #expect(report.digests == tally(valid: 6, unverified: 1))
                    #expect(report.verdict() == .notProven)
                    // Nothing that it says of itself is believed, not even its place; and no signature is one of its own.
                    #expect(report.found(.violation).isEmpty)
                    #expect(report.findings(.digestUnsigned).map(\.key?.description) == [path])
                    #expect(report.logs.valid == 6)
                }
            }
        }
    }

    @Test("the genuine file itself in another folder is relocated, and the place it claims stays its own")
    func copiedElsewhere() throws {
        var made = try HandmadeArchive()
        let hours = try made.deliverHours(0..<6)
        let path = hours[3].key.replacing("/2026/03/01/", with: "/2026/02/28/")
        made.archive[path] = made.archive[hours[3].key]
        let report = try made.validate()
        #expect(report.found(.violation) == [Found("digest-relocated", path)])
        #expect(report.digests == tally(valid: 6, invalid: 1))
        #expect(report.logs == tally(valid: 6))
    }

    @Test(
        "a forged copy in a second root, whichever root comes first",
        arguments: Forgery.allCases,
        [true, false]
    )
    func inAnotherRoot(forgery: Forgery, withManifest: Bool) throws {
        for position in [0, 2, 4] where position > 0 || forgery != .otherPredecessor {
            var made = try HandmadeArchive()
            let hours = try made.deliverHours(0..<6)
            made.archive["\(hours[5].key).metadata.json"] = hours[5].headObjectAnswer
            var copy = made.archive
            copy.name = "copy"
            copy[hours[position].key] = try forged(hours[position], forgery)
            for sources in [[made.archive, copy], [copy, made.archive]] {
                for jobs in [1, 2] {
                    let report = try made.validate(sources, withManifest: withManifest) {
                        ($0.jobs, $0.listsProvenFiles) = (jobs, true)
                    }
                    expectOnlyGenuine(report, forgedPath: "copy/\(hours[position].key)", genuine: 6)
                    // Not only the link to its successor gives it away: no signature is its own.
                    #expect(report.found(.violation) == [Found("digest-signature-invalid", hours[position].key)])
                    #expect(report.digests == tally(valid: 6, invalid: 1))
                    #expect(report.logs.valid == 6)
                }
            }
        }
    }

    @Test("a forged successor beside a digest does not hide the true one elsewhere", arguments: [true, false])
    func forgedSuccessor(isBeside: Bool) throws {
        var made = try HandmadeArchive()
        let hours = try made.deliverHours(0..<6, isInManifest: false)
        made.manifestText = hours[5].manifestLine
        // The signature that the fourth repeats of the third is another one.
        let text = String(decoding: hours[3].content, as: UTF8.self)
        let start = try #require(text.firstRange(of: "\"previousDigestSignature\":\"")).upperBound
        let forged = text[..<start] + (text[start] == "0" ? "1" : "0") + text[text.index(after: start)...]
        var other = MemoryArchive(name: "other")
        let name = hours[3].key
        let genuine = made.archive[name]
        let copy = try compressed(Array(forged.utf8))
        (made.archive[name], other[name]) = isBeside ? (copy, genuine) : (genuine, copy)
        for sources in [[made.archive, other], [other, made.archive]] {
            for jobs in [1, 2] {
                let report = try made.validate(sources) { $0.jobs = jobs }
                #expect(report.found(.violation) == [Found("digest-signature-invalid", name)])
                let path = "\(isBeside ? "memory" : "other")/\(name)"
                #expect(report.findings(.digestSignatureInvalid).map { $0.path?.description } == [path])
                #expect(report.found(.notice) == [Found("signature-source-differs", hours[2].key)])
                #expect(report.digests == tally(valid: 6, invalid: 1))
                #expect(report.logs == tally(valid: 6))
            }
        }
    }

    @Test("a log file that only the forgery lists as it is stays modified", arguments: [true, false])
    func forgedLog(isFirst: Bool) throws {
        var made = try HandmadeArchive()
        let hours = try made.deliverHours(0..<6)
        let key = HandmadeArchive.logKey(at: 3 * HandmadeArchive.hour + 60, "0123456789abcdef")
        let content = Array("{\"Records\":[]}".utf8)
        made.archive[key] = try compressed(content)
        let genuineHash = try #require(
            String(decoding: hours[3].content, as: UTF8.self).split(separator: "\"hashValue\":\"").last?.prefix(64)
        )
        let text = String(decoding: hours[3].content, as: UTF8.self)
        let hash = Hex.encode(try SHA256Digest.of(content).bytes)
        var other = MemoryArchive(name: "other")
        other[hours[3].key] = try compressed(Array(text.replacing(genuineHash, with: hash).utf8))
        let report = try made.validate(isFirst ? [other, made.archive] : [made.archive, other])
        #expect(
            report.found(.violation) == [Found("log-modified", key), Found("digest-signature-invalid", hours[3].key)]
        )
        #expect(report.logs == tally(valid: 5, invalid: 1))
    }

    // MARK: Batches

    /// A chain in one flat folder: the digest files of a folder are read 48 at a time.
    private func flat(hours: Int64 = 100) throws -> (HandmadeArchive, [HandmadeArchive.Digest]) {
        var made = try HandmadeArchive()
        let digests = try made.deliverHours(0..<hours, isInManifest: false)
        made.manifestText = try #require(digests.last).manifestLine
        made.archive = made.archive.moved { ObjectKey(bytes: Array($0.lastComponent)) }
        return (made, digests)
    }

    private func name(_ key: String) -> String {
        String(key.split(separator: "/").last ?? "")
    }

    @Test("a chain that is read in several batches is one chain", arguments: [47, 48, 49, 96, 97, 100])
    func batches(hours: Int64) throws {
        let (made, digests) = try flat(hours: hours)
        for jobs in [1, 2] {
            let report = try made.validate { ($0.jobs, $0.listsProvenFiles) = (jobs, true) }
            #expect(report.findings.isEmpty)
            #expect(report.digests == tally(valid: Int(hours)))
            #expect(report.logs == tally(valid: Int(hours)))
            // Each is vouched for by the next, across the borders too.
            let vouchers = Dictionary(
                uniqueKeysWithValues: report.provenFiles.map { ($0.key.description, $0.vouchedBy) }
            )
            for (digest, next) in zip(digests, digests.dropFirst()) { #expect(vouchers[digest.key] == next.key) }
        }
    }

    @Test("what is wrong at the border of two batches is found there", arguments: 46...49, [true, false])
    func batchBorders(number: Int, withManifest: Bool) throws {
        var (made, digests) = try flat()
        let file = name(digests[number].key)
        if withManifest { made.manifestText += digests[number].manifestLine }
        for forgery in Forgery.allCases {
            var hurt = made
            hurt.archive[file] = try forged(digests[number], forgery)
            let report = try hurt.validate()
            #expect(report.found(.violation) == [Found("digest-signature-invalid", digests[number].key)])
            #expect(report.digests == tally(valid: 99, invalid: 1))
        }
        made.archive[file] = nil
        #expect(try made.validate().found(.violation) == [Found("digest-missing", digests[number].key)])
    }

    /// V17
    @Test("a signed digest at the border that saw another predecessor disowns it", arguments: 46...49)
    func disowned(number: Int) throws {
        var made = try HandmadeArchive()
        let first = try made.deliverHours(0..<Int64(number + 1), isInManifest: true)
        let window = Int64(number + 1) * HandmadeArchive.hour..<Int64(number + 2) * HandmadeArchive.hour
        let next = try made.deliver(window, after: first[number]) {
            $0.previousHash = String(repeating: "ab", count: 32)
        }
        _ = try made.deliverHours(Int64(number + 2)..<60, after: next)
        made.archive = made.archive.moved { ObjectKey(bytes: Array($0.lastComponent)) }
        let report = try made.validate()
        #expect(report.found(.violation) == [Found("digest-link-mismatch", first[number].key)])
        let finding = try #require(report.findings(.digestLinkMismatch).first)
        #expect(finding.detail["ownSignature"] == .text("valid"))
        #expect(report.digests == tally(valid: 59, invalid: 1))
    }

    @Test("a forgery that stands between two batches of a flat folder", arguments: 46...49)
    func forgeryBetweenBatches(number: Int) throws {
        let (made, digests) = try flat()
        var hurt = made
        let twin = String(name(digests[number].key).dropLast(3))
        hurt.archive[twin] = try forged(digests[number], .otherHash)
        let report = try hurt.validate { $0.listsProvenFiles = true }
        expectOnlyGenuine(report, forgedPath: "memory/\(twin)", genuine: 100)
        #expect(report.digests == tally(valid: 100, invalid: 1))
        #expect(report.logs == tally(valid: 100))
    }
}
