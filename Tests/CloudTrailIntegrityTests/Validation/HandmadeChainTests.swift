import CloudTrailFormat
import CloudTrailIntegrity
import Testing

@testable import Adversary

/// What AWS might sign and no sample holds: every digest file here is signed, so that order and reference alone decide.
@Suite("Signed digests in odd order")
struct HandmadeChainTests {
    private static let hour = HandmadeArchive.hour

    private func found(_ report: ValidationReport) -> Set<Found> { Set(report.findings.map(Found.init)) }

    // MARK: Windows

    /// V23
    @Test("a verified successor that starts before its predecessor ends overlaps it", arguments: [1, 1200, 3600])
    func overlap(seconds: Int64) throws {
        var made = try HandmadeArchive()
        let hours = try made.deliverHours(0..<2)
        let end = 2 * Self.hour
        let log = try made.deliverLog(at: end + 60, "overlap")
        let late = try made.deliver(end - seconds..<end + Self.hour, after: hours[1], listing: [log])
        let report = try made.validate()
        #expect(found(report) == [Found("chain-overlap", late.key)])
        let overlap = try #require(report.findings(.chainOverlap).first)
        #expect(overlap.severity == .notice)
        #expect(overlap.start == HandmadeArchive.seconds(end - seconds))
        #expect(overlap.end == HandmadeArchive.seconds(end + Self.hour))
        #expect(overlap.message.contains(" \(seconds) s "))
        #expect(report.digests == tally(valid: 3))
        #expect(report.verdict() == .valid)
        // It belongs to its digest: out of the range, it is not told.
        let before = try made.validate { $0.end = HandmadeArchive.seconds(end - 1300 - 3600) }
        #expect(before.findings.isEmpty)
    }

    /// V23
    @Test("windows that touch, or leave a hole, do not overlap")
    func touching() throws {
        for (pause, kinds): (Int64, Set<String>) in [(0, []), (1, ["chain-gap"])] {
            var made = try HandmadeArchive()
            let hours = try made.deliverHours(0..<2)
            let start = 2 * Self.hour + pause
            try made.deliver(start..<3 * Self.hour, after: hours[1])
            #expect(Set(try made.validate().findings.map(\.kind.rawValue)) == kinds)
        }
    }

    /// V25
    @Test("an overlap counts between two that are verified, and with the predecessor that is named")
    func overlapOfOthers() throws {
        // The predecessor is not verified: only its name speaks of its window.
        var unsigned = try HandmadeArchive()
        let hours = try unsigned.deliverHours(0..<2)
        try unsigned.deliver(2 * Self.hour - 600..<3 * Self.hour, after: hours[1]) {
            $0.previousSignature = String(repeating: "ab", count: 256)
        }
        unsigned.manifestText = unsigned.manifestText.split(separator: "\n").filter { !$0.contains(hours[1].key) }
            .joined(separator: "\n")
        let report = try unsigned.validate()
        #expect(report.count(.chainOverlap) == 0)
        #expect(report.found(.violation) == [Found("digest-signature-invalid", hours[1].key)])

        // A new chain that begins within the old one's last hour names no predecessor: that is a restart.
        var restarted = try HandmadeArchive()
        _ = try restarted.deliverHours(0..<2)
        let first = try restarted.deliver(2 * Self.hour - 600..<3 * Self.hour, after: nil)
        #expect(found(try restarted.validate()) == [Found("chain-restart", first.key)])

        // Backfill digests speak of time that was spoken of before.
        var backfilled = try HandmadeArchive()
        let regular = try backfilled.deliverHours(0..<2)
        let log = try backfilled.deliverLog(at: 120, "late")
        try backfilled.deliver(0..<Self.hour, after: regular[1], listing: [log]) {
            $0.key = HandmadeArchive.digestKey(endingAt: Self.hour, suffix: "_backfill")
        }
        #expect(try backfilled.validate().findings.isEmpty)
    }

    /// V24, V25
    @Test(
        "two regular digests that name one predecessor fork the chain; two backfill digests may",
        arguments: ["", "_backfill"]
    )
    func forks(suffix: String) throws {
        var made = try HandmadeArchive()
        let hours = try made.deliverHours(0..<2)
        let isBackfill = !suffix.isEmpty
        var late: [String] = []
        for number: Int64 in 0..<2 {
            let end = 3 * Self.hour - number * 600
            let log = try made.deliverLog(at: 2 * Self.hour + 120, "late\(number)")
            late.append(
                try made.deliver(2 * Self.hour..<end, after: hours[1], listing: [log]) {
                    $0.key = HandmadeArchive.digestKey(endingAt: end, suffix: suffix)
                }.key
            )
        }
        let report = try made.validate()
        #expect(found(report) == (isBackfill ? [] : [Found("chain-forked", late[0])]))
        #expect(report.digests == tally(valid: 4))
        #expect(report.logs == tally(valid: 4))
    }

    // MARK: Lists

    /// A log file that two digests list, the older with the hash of another content.
    private func relisted(newest: Bool, agreeing: Bool = false) throws -> (HandmadeArchive, HandmadeArchive.Log) {
        var made = try HandmadeArchive()
        let log = try made.deliverLog(at: 60)
        var other = log
        other.hash = try made.deliverLog(at: 61, "other", isHeld: false).hash
        let right = agreeing ? [log, log] : newest ? [other, log] : [log, other]
        let first = try made.deliver(0..<Self.hour, after: nil, listing: [right[0]])
        try made.deliver(Self.hour..<2 * Self.hour, after: first, listing: [right[1]])
        return (made, log)
    }

    /// V31
    @Test("two verified digests that list different hashes for a key: the newest counts, and that is a notice")
    func listingDiffers() throws {
        let (made, log) = try relisted(newest: true)
        let report = try made.validate()
        #expect(found(report) == [Found("listing-differs", log.key)])
        #expect(report.findings.map(\.severity) == [.notice])
        #expect(report.logs == tally(valid: 1))
        #expect(report.verdict() == .valid)
        // Whoever is asked for the older digest's hour gets the newest one's answer all the same.
        let ranged = try made.validate { $0.end = HandmadeArchive.seconds(Self.hour) }
        #expect(found(ranged) == [Found("listing-differs", log.key)])
    }

    /// V31
    @Test("content that only the older of the two lists is modified")
    func olderListing() throws {
        let (made, log) = try relisted(newest: false)
        let report = try made.validate()
        #expect(found(report) == [Found("log-modified", log.key)])
        #expect(report.logs == tally(invalid: 1))
    }

    @Test("two verified digests that list the same hash say nothing")
    func listingAgrees() throws {
        let (made, _) = try relisted(newest: true, agreeing: true)
        let report = try made.validate()
        #expect(report.findings.isEmpty)
        #expect(report.logs == tally(valid: 1))
    }

    @Test("a listing of a digest that is not verified differs from nobody's", arguments: [true, false])
    func unverifiedListing(isNewest: Bool) throws {
        var made = try HandmadeArchive()
        let log = try made.deliverLog(at: 60)
        var other = log
        other.hash = try made.deliverLog(at: 61, "other", isHeld: false).hash
        let first = try made.deliver(
            0..<Self.hour,
            after: nil,
            listing: [isNewest ? log : other],
            isInManifest: isNewest
        )
        let second = try made.deliver(
            Self.hour..<2 * Self.hour,
            after: isNewest ? first : nil,
            listing: [isNewest ? other : log],
            isInManifest: !isNewest
        )
        let report = try made.validate()
        #expect(
            found(report).filter { !$0.kind.hasPrefix("chain") } == [
                Found("digest-unsigned", isNewest ? second.key : first.key)
            ]
        )
        #expect(report.logs == tally(valid: 1))
    }

    // MARK: Predecessors that cannot be looked for

    /// A chain whose oldest held digest but one names something else as the one before it.
    private func naming(_ key: String, _ configure: (inout HandmadeArchive) -> Void = { _ in }) throws -> (
        HandmadeArchive, String
    ) {
        var made = try HandmadeArchive()
        let hours = try made.deliverHours(0..<2)
        let log = try made.deliverLog(at: 3 * Self.hour + 60)
        let next = try made.deliver(3 * Self.hour..<4 * Self.hour, after: hours[1], listing: [log]) {
            $0.previousKey = key
        }
        configure(&made)
        return (made, next.key)
    }

    /// V34, I27
    @Test(
        "a verified digest that names a predecessor with a component no object can have here",
        arguments: ["..", ".", "\\u0000"]
    )
    func unsafePredecessor(component: String) throws {
        let plain = HandmadeArchive.digestKey(endingAt: 3 * Self.hour)
        let written = plain.replacing("/us-east-1/", with: "/us-east-1/\(component)/us-east-1/")
        let (made, lister) = try naming(written)
        let report = try made.validate()
        #expect(report.found(.violation) == [Found("reference-unsafe", lister)])
        let finding = try #require(report.findings(.referenceUnsafe).first)
        let reference = written.replacing("\\u0000", with: "\0")
        #expect(finding.detail["reference"] == .text(ObjectKey(reference).description))
        #expect(finding.detail["successor"] == .text(lister))
        #expect(report.count(.digestMissing) == 0)
        #expect(report.digests == tally(valid: 3, invalid: 1))

        // What only looks like it, a name that begins with dots, is absent like any other.
        let dotted = plain.replacing("/us-east-1/", with: "/us-east-1/...\(component == "\\u0000" ? "" : component)/")
        let (other, _) = try naming(dotted)
        #expect(try other.validate().found(.violation) == [Found("digest-missing", dotted)])
    }

    @Test("an unverified digest that names such a predecessor says nothing of an unsafe reference")
    func unsafePredecessorOfAnother() throws {
        var made = try HandmadeArchive()
        let hours = try made.deliverHours(0..<2)
        try made.deliver(3 * Self.hour..<4 * Self.hour, after: hours[1], isInManifest: false) {
            $0.previousKey = "AWSLogs/../escape.json.gz"
        }
        let report = try made.validate()
        #expect(report.count(.referenceUnsafe) == 0)
        #expect(report.found(.violation).isEmpty)
    }

    /// Digests of two days, of which the first day's folder is what the test makes of it.
    private func overMidnight() throws -> (
        HandmadeArchive, folder: String, hidden: HandmadeArchive.Digest, next: String
    ) {
        var made = try HandmadeArchive()
        let hours = try made.deliverHours(22..<26)
        let hidden = hours[0]
        try #require(hidden.key.contains("/2026/03/01/") && hours[1].key.contains("/2026/03/02/"))
        made.archive[hidden.key] = nil
        return (made, "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01", hidden, hours[1].key)
    }

    @Test("a predecessor behind a link is never looked for, and the reference is unsafe")
    func predecessorThroughLink() throws {
        var (made, folder, hidden, next) = try overMidnight()
        made.archive.obstacles = [ArchiveEntry(path: ObjectKey(folder), kind: .link)]
        let report = try made.validate { $0.start = HandmadeArchive.seconds(22 * Self.hour) }
        #expect(report.found(.violation) == [Found("reference-unsafe", next)])
        #expect(report.findings(.referenceUnsafe).first?.detail["reference"] == .text(hidden.key))
        // The link itself hides whatever lies behind it.
        #expect(report.findings(.digestUnreadable).map { $0.path?.description } == ["memory/\(folder)"])
        #expect(report.count(.digestMissing) == 0)
    }

    /// V34
    @Test("a predecessor in a folder that cannot be read is unread, and not missing")
    func predecessorInUnreadableFolder() throws {
        var (made, folder, hidden, _) = try overMidnight()
        let error = ObjectReadError(.permission, "Permission denied")
        made.archive.obstacles = [ArchiveEntry(path: ObjectKey(folder), kind: .unreadableFolder(error))]
        let report = try made.validate { $0.start = HandmadeArchive.seconds(22 * Self.hour) }
        #expect(report.found(.violation).isEmpty)
        let unreadable = report.findings(.digestUnreadable)
        #expect(
            Set(unreadable.map(Found.init)) == [Found("digest-unreadable", hidden.key), Found("digest-unreadable", "")]
        )
        #expect(unreadable.allSatisfy { $0.detail["reason"] == .text("permission") })
        #expect(report.verdict() == .notProven)
        // A folder beside it hides nothing of this chain.
        made.archive.obstacles = [
            ArchiveEntry(
                path: ObjectKey(folder.replacing("us-east-1", with: "us-east-2")),
                kind: .unreadableFolder(error)
            )
        ]
        let beside = try made.validate { $0.start = HandmadeArchive.seconds(22 * Self.hour) }
        #expect(beside.found(.violation) == [Found("digest-missing", hidden.key)])
    }

    // MARK: Absent log files

    /// V33
    @Test("an absent log file that only an unverified digest lists is no deletion")
    func absentAndUnauthenticated() throws {
        var made = try HandmadeArchive()
        let hours = try made.deliverHours(0..<2)
        let held = try made.deliverLog(at: 2 * Self.hour + 60)
        let absent = try made.deliverLog(at: 2 * Self.hour + 120, "absent", isHeld: false)
        let head = try made.deliver(
            2 * Self.hour..<3 * Self.hour,
            after: hours[1],
            listing: [held, absent],
            isInManifest: false
        )
        let report = try made.validate()
        #expect(
            found(report) == [
                Found("digest-unsigned", head.key), Found("log-unauthenticated", held.key),
                Found("log-unauthenticated", absent.key),
            ]
        )
        let findings = report.findings(.logUnauthenticated)
        let byKey = Dictionary(grouping: findings) { $0.key?.description ?? "" }
        #expect(byKey[absent.key]?.map(\.detail["held"]) == [.flag(false)])
        #expect(byKey[absent.key]?.map(\.detail["listedBy"]) == [.text(head.key)])
        #expect(byKey[absent.key]?.first?.path == nil)
        #expect(byKey[held.key]?.first?.detail["held"] == nil)
        #expect(report.logs == tally(valid: 2, unverified: 2))
        // The same list under a signature that holds: gone.
        made.manifestText += head.manifestLine
        #expect(found(try made.validate()) == [Found("log-missing", absent.key)])
    }

    /// V33
    @Test(
        "an absent log file that a verified digest lists too is missing, whoever else lists it",
        arguments: [true, false]
    )
    func absentAndListedTwice(isVerifiedNewest: Bool) throws {
        var made = try HandmadeArchive()
        let held = try made.deliverLog(at: 60)
        let absent = try made.deliverLog(at: 120, "absent", isHeld: false)
        try made.deliver(0..<Self.hour, after: nil, listing: [held, absent], isInManifest: !isVerifiedNewest)
        try made.deliver(Self.hour..<2 * Self.hour, after: nil, listing: [absent], isInManifest: isVerifiedNewest)
        let report = try made.validate()
        #expect(report.found(.violation) == [Found("log-missing", absent.key)])
        #expect(report.findings(.logUnauthenticated).allSatisfy { $0.key?.description != absent.key })
    }
}
