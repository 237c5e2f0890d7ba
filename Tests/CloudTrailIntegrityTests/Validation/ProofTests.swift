import CloudTrailIntegrity
import Testing

@testable import Adversary

/// What counts as proof, and what forgeries, gaps and filters make of it.
@Suite("What counts as proof")
struct ProofTests {
    private typealias Made = HandmadeArchive

    private static let digestFolder = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/"

    private static func name(_ key: String) -> String { String(key.split(separator: "/").last ?? "") }

    // MARK: Forgeries

    /// V12
    @Test("no number of forged successors pushes a genuine signature out", arguments: [0, 31, 32, 33, 80])
    func flood(count: Int) throws {
        var made = try Made()
        let digests = try made.deliverHours(0..<6, isInManifest: false)
        made.manifestText = digests[5].manifestLine
        let log = Made.logKey(at: 2 * Made.hour + 60, "0123456789abcdef")
        made.archive[log] = try compressed([1])
        for number in 0..<count {
            let forged = String(decoding: digests[3].content, as: UTF8.self).replacing(
                digests[2].signature,
                with: String(repeating: "0", count: 509) + "\(100 + number)"
            )
            let folder = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/0000/\(number)/"
            made.archive[folder + Self.name(digests[3].key)] = try compressed(Array(forged.utf8))
        }
        let report = try made.validate()
        #expect(report.found(.violation) == [Found("log-modified", log)])
        #expect(report.digests.valid == 6)
    }

    /// V18
    @Test("a digest vouches for nothing of another account or region")
    func foreign() throws {
        var made = try Made()
        let first = try made.deliver(0..<Made.hour, after: nil)
        var log = try made.deliverLog(at: 60)
        let west = Made.logKey(at: 60, "0123456789abcdef", region: "us-west-2")
        made.archive[west] = made.archive[log.key]
        made.archive[log.key] = nil
        log = Made.Log(key: west, hash: log.hash)
        // The second lists a log file of another region and names a predecessor there.
        try made.deliver(Made.hour..<2 * Made.hour, after: first, listing: [log]) {
            $0.previousKey = Made.digestKey(endingAt: Made.hour, region: "us-west-2")
        }
        let report = try made.validate()
        #expect(report.findings(.listingForeign).map(\.detail["objects"]) == [.number(2)])
        #expect(report.failures.map(\.kind).sorted() == ["listing-foreign", "log-unreferenced"])
        #expect(try report.verdict(allowing: [.listingForeign]) == .notProven)
        #expect(report.digests == tally(valid: 2))
    }

    // MARK: The allowed head

    /// V19, V47
    @Test("an unsigned head may be allowed for its own hour alone")
    func allowedHead() throws {
        let accepted: Set<FindingKind> = [.digestUnsigned, .logUnauthenticated]
        // By how much its name's end is later than the last verified one, and whether that may be accepted.
        for (seconds, isAllowed) in [(3600, true), (1800, true), (3601, false), (7200, false), (0, false)]
            as [(Int64, Bool)]
        {
            var made = try Made()
            let hours = try made.deliverHours(0..<3)
            let end = 3 * Made.hour + seconds
            guard seconds > 0 else { continue }
            // What it says of its own times is no matter.
            for claimed in [end, end + 86_400] {
                let log = try made.deliverLog(at: 3 * Made.hour + 60)
                try made.deliver(3 * Made.hour..<claimed, after: hours[2], listing: [log], isInManifest: false) {
                    $0.key = Made.digestKey(endingAt: end)
                }
                let report = try made.validate()
                #expect(report.failures.map(\.kind).contains("digest-unsigned"))
                #expect(report.count(.chainGap) == (seconds > 3600 ? 1 : 0))
                #expect(try (report.verdict(allowing: accepted) == .valid) == isAllowed, "\(seconds) \(claimed)")
            }
        }
    }

    /// V48
    @Test("and with it the log files whose names are of that hour")
    func allowedLogs() throws {
        // The last verified end is 03:10:35, the head's 04:10:35.
        let cases: [(minutes: Int64, isAllowed: Bool)] = [
            (-16, false), (-15, false), (-14, true), (0, true), (30, true), (59, true), (60, false), (61, false),
        ]
        for (minutes, isAllowed) in cases {
            var made = try Made()
            let hours = try made.deliverHours(0..<3)
            // The name has the minute alone, which begins 35 s earlier.
            let log = try made.deliverLog(
                at: 3 * Made.hour + 60 * minutes + (minutes == 60 ? 60 : 0),
                "feedfeedfeedfeed"
            )
            try made.deliver(3 * Made.hour..<4 * Made.hour, after: hours[2], listing: [log], isInManifest: false)
            let verdict = try made.validate().verdict(allowing: [.digestUnsigned, .logUnauthenticated])
            #expect((verdict == .valid) == isAllowed, "\(minutes)")
        }
    }

    // MARK: What is missing

    /// Hours of a chain, some of which are taken out or altered afterwards.
    private static func chain(
        _ hours: Int64,
        without gone: Set<Int>,
        altered: Set<Int> = [],
        unsigned: Set<Int> = []
    ) throws -> ValidationReport {
        var made = try Made()
        let digests = try made.deliverHours(0..<hours, isInManifest: false)
        made.manifestText = digests.enumerated().filter { !unsigned.contains($0.offset) }.map(\.element.manifestLine)
            .joined()
        for number in gone { made.archive[digests[number].key] = nil }
        for number in altered {
            let text = String(decoding: digests[number].content, as: UTF8.self).replacing("{\"aws", with: "{ \"aws")
            made.archive[digests[number].key] = try compressed(Array(text.utf8))
        }
        return try made.validate()
    }

    private static func missing(_ report: ValidationReport) -> [Int64] {
        report.findings(.digestMissing).compactMap { finding in
            finding.end.map { $0.seconds(since: Made.seconds(0)) / Made.hour }
        }
    }

    /// V21
    @Test("hours are missing behind a named absence alone, back to a verified digest")
    func walk() throws {
        #expect(Self.missing(try Self.chain(8, without: [2, 3, 4])) == [3, 4, 5])
        // What is held and not verified has that hour, and a finding of its own.
        let altered = try Self.chain(8, without: [2, 4], altered: [3])
        #expect(Self.missing(altered) == [3, 5])
        #expect(altered.count(.digestSignatureInvalid) + altered.count(.digestUnsigned) == 1)
        #expect(altered.count(.chainGap) == 0)
        // Before the oldest digest held nothing is.
        let oldest = try Self.chain(8, without: [0, 1])
        #expect(Self.missing(oldest) == [])
        #expect(oldest.count(.chainStartsBeforeArchive) == 1)
        // A restart names nothing.
        var made = try Made()
        _ = try made.deliverHours(0..<2)
        _ = try made.deliver(4 * Made.hour..<5 * Made.hour, after: nil)
        let restarted = try made.validate()
        #expect(Self.missing(restarted) == [])
        #expect(restarted.findings(.chainGap).map(\.detail["reason"]) == [.text("restart")])
    }

    /// V21
    @Test("the walk goes through files that are not verified and whose content it proves")
    func walkThroughUnverified() throws {
        for isProven in [true, false] {
            var made = try Made()
            let digests = try made.deliverHours(0..<4)
            let window = 4 * Made.hour..<5 * Made.hour
            let middle = try made.deliver(window, after: digests[3], isInManifest: false)
            // Its successor repeats another signature than its own.
            try made.deliver(5 * Made.hour..<6 * Made.hour, after: middle) {
                $0.previousSignature = digests[0].signature
                if !isProven { $0.previousHash = digests[0].hash }
            }
            for number in [2, 3] { made.archive[digests[number].key] = nil }
            let report = try made.validate()
            #expect(report.count(.digestSignatureInvalid) == 1)
            #expect(Self.missing(report) == (isProven ? [3, 4] : []))
            #expect(report.count(.chainGap) == (isProven ? 0 : 1))
        }
    }

    /// V20, V22
    @Test("a named predecessor has the hour before the end in its own name")
    func hourOfTheName() throws {
        var made = try Made()
        let first = try made.deliver(0..<Made.hour, after: nil)
        let gone = try made.digest(Made.hour..<2 * Made.hour, after: first)
        try made.deliver(5 * Made.hour..<6 * Made.hour, after: gone)
        let all = try made.validate()
        #expect(all.findings(.digestMissing).map(\.start) == [Made.seconds(Made.hour)])
        #expect(all.findings(.digestMissing).map(\.end) == [Made.seconds(2 * Made.hour)])
        #expect(all.findings(.chainGap).map(\.start) == [Made.seconds(2 * Made.hour)])
        #expect(all.findings(.chainGap).map(\.end) == [Made.seconds(5 * Made.hour)])
        // So it is not what is asked for from a later hour on.
        let later = try made.validate { $0.start = Made.seconds(4 * Made.hour) }
        #expect(later.count(.digestMissing) == 0)
        #expect(later.verdict() == .notProven)
    }

    /// V36
    @Test("a log file of a backfill digest is outside the archive only where no other digest attests its time")
    func backfillOutside() throws {
        for isAttested in [false, true] {
            var made = try Made()
            let day = 24 * Made.hour
            // Of the day before, the digests are held or are not; of its log files none is.
            let older = isAttested ? try made.deliver(0..<Made.hour, after: nil) : nil
            let second = try made.deliver(Made.hour..<2 * Made.hour, after: older)
            _ = try made.deliver(day..<day + Made.hour, after: second)
            let log = try made.deliverLog(at: isAttested ? Made.hour + 120 : 2 * Made.hour + 120, isHeld: false)
            try made.deliver(day + Made.hour..<day + 2 * Made.hour, after: nil, listing: [log]) {
                $0.key = Made.digestKey(endingAt: day + 2 * Made.hour, suffix: "_backfill")
            }
            let report = try made.validate()
            #expect(report.count(.logMissing) == (isAttested ? 1 : 0))
            #expect(report.count(.logOutsideArchive) == (isAttested ? 0 : 1))
        }
    }

    // MARK: Forged digests beside genuine ones

    /// V31, V20, V36: a log file of an hour out of range is not held to what a forged digest in range lists.
    @Test("a forged digest asks for nothing that was not asked for")
    func forgedListing() throws {
        var made = try Made()
        let digests = try made.deliverHours(0..<4)
        let log = Made.logKey(at: 60, "0123456789abcdef")
        made.archive[log] = nil
        let later: (inout ValidationOptions) -> Void = { $0.start = Made.seconds(Made.hour) }
        #expect(try made.validate(nil, withManifest: true, later).verdict() == .valid)
        let text = String(decoding: digests[2].content, as: UTF8.self)
        let forged = text.replacing(Made.logKey(at: 2 * Made.hour + 60, "0123456789abcdef"), with: log)
        let name = Made.digestKey(endingAt: 3 * Made.hour, trail: "forged")
        made.archive[name] = try compressed(Array(forged.utf8))
        #expect(try made.validate(nil, withManifest: true, later).found(.violation).isEmpty)
    }

    /// V12: equal signatures of a manifest count once, however many there are.
    @Test("many equal wrong signatures push the right one out of no manifest")
    func equalCandidates() throws {
        var made = try Made()
        let digests = try made.deliverHours(0..<3, isInManifest: false)
        let wrong = digests[2].manifestLine.replacing(digests[2].signature, with: digests[1].signature)
        made.manifestText = String(repeating: wrong, count: 40) + digests[2].manifestLine
        let report = try made.validate()
        #expect(report.verdict() == .valid)
        #expect(report.findings.map(\.kind) == [.signatureSourceDiffers])
    }

    /// V34: a predecessor's key that leads out of the archive is the fault of the digest that names it, also the oldest.
    @Test("the oldest digest's predecessor is no way out of the archive")
    func unsafePredecessor() throws {
        for isRanged in [false, true] {
            var made = try Made()
            let before = try made.digest(-Made.hour..<0, after: nil) { $0.key = "AWSLogs/../\($0.key)" }
            try made.deliver(0..<Made.hour, after: before)
            let report = try made.validate { if isRanged { $0.start = Made.seconds(0) } }
            #expect(report.count(.referenceUnsafe) == 1)
            #expect(report.verdict() == .notValid)
        }
    }

    // MARK: Filters

    /// Two trails with a log file each; the second one's head is unsigned and lists one more.
    private static func twoTrails() throws -> (made: Made, log: String) {
        var made = try Made()
        _ = try made.deliverHours(0..<3)
        let listed = try made.deliverLog(at: 120, "aaaaaaaaaaaaaaaa")
        let first = try made.deliver(0..<Made.hour, after: nil, listing: [listed]) {
            $0.key = Made.digestKey(endingAt: Made.hour, trail: "second")
        }
        let log = try made.deliverLog(at: Made.hour + 120, "bbbbbbbbbbbbbbbb")
        try made.deliver(Made.hour..<2 * Made.hour, after: first, listing: [log], isInManifest: false) {
            $0.key = Made.digestKey(endingAt: 2 * Made.hour, trail: "second")
        }
        return (made, log.key)
    }

    /// V41
    @Test("a filter hides what verified digests of others list, and nothing that is not proven")
    func filteredTrail() throws {
        let (made, log) = try Self.twoTrails()
        let trail = try TrailSelector("handmade")
        let report = try made.validate { $0.trails = [trail] }
        #expect(report.failures.map(\.kind).sorted() == ["digest-unsigned", "log-unauthenticated"])
        #expect(report.findings(.logUnauthenticated).map(\.key?.description) == [log])
        let head = try #require(report.findings(.digestUnsigned).first)
        #expect(head.chain?.trail == "second")
        #expect(
            head.detail["fetch"]
                == .text(
                    "aws s3api head-object --bucket \(Made.bucket) --key \(head.key?.description ?? "")"
                )
        )
        #expect(report.logs == tally(valid: 3, unverified: 1))
        #expect(report.digests == tally(valid: 3))
    }

    /// V44
    @Test("a filter that matches nothing names what is held, and a root outside of it is none of its business")
    func matchesNothing() throws {
        let (made, _) = try Self.twoTrails()
        let report = try made.validate { $0.regions = ["eu-west-1"] }
        let messages = report.findings(.nothingValidated).map(\.message)
        #expect(messages.contains { $0.contains("eu-west-1") && $0.contains("us-east-1") })
        // The second root holds another region alone.
        var west = MemoryArchive(name: "west")
        let others = try Made()
        let digest = try others.digest(0..<Made.hour, after: nil) {
            $0.key = Made.digestKey(endingAt: Made.hour, region: "us-west-2")
        }
        west[digest.key] = try compressed(digest.content)
        var (both, _) = try Self.twoTrails()
        both.manifestText += digest.manifestLine
        #expect(try both.validate([both.archive, west]).count(.nothingValidated) == 0)
        let east = try both.validate([both.archive, west]) { $0.regions = ["us-east-1"] }
        #expect(east.count(.nothingValidated) == 0)
        // Neither is one that holds nothing in range.
        let later = try both.validate([both.archive, west]) { $0.start = Made.seconds(90 * Made.hour) }
        #expect(later.count(.nothingValidated) == 3)
    }
}
