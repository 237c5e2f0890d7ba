import CloudTrailFormat
import CloudTrailIntegrity
import SampleArchive
import Testing

@testable import Adversary

/// What a file is and whether it is asked for is decided by where it lies.
@Suite("The place decides")
struct PlaceTests {
    private typealias Made = HandmadeArchive

    private static let logFolder = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/"
    private static let digestFolder = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/"
    private static let evil = Array("{\"Records\":[{\"eventName\":\"Injected\"}]}".utf8)

    private static func made(_ hours: Range<Int64> = 0..<6) throws -> (made: Made, digests: [Made.Digest]) {
        var made = try Made()
        let digests = try made.deliverHours(hours)
        return (made, digests)
    }

    private static func name(_ key: String) -> String { String(key.split(separator: "/").last ?? "") }

    /// The ranges and filters that ask for all of the handmade archive.
    private static func questions() throws -> [(name: String, apply: (inout ValidationOptions) -> Void)] {
        let trail = try TrailSelector("handmade")
        return [
            ("everything", { _ in }),
            ("range", { ($0.start, $0.end) = (Made.seconds(0), Made.seconds(6 * Made.hour)) }),
            ("start", { $0.start = Made.seconds(0) }),
            ("account", { $0.accounts = ["111122223333"] }),
            ("region", { $0.regions = ["us-east-1"] }),
            ("trail", { $0.trails = [trail] }),
        ]
    }

    // MARK: Layouts

    /// V37
    @Test("a deleted digest file is missing, whatever is put among log files under its name")
    func forgedNamesake() throws {
        let (made, digests) = try Self.made()
        var own = MemoryArchive(name: "digests")
        var logs = MemoryArchive(name: "logs")
        for (path, content) in made.archive.files {
            let path = path.description
            if path.contains("/CloudTrail-Digest/") { own[path] = content } else { logs[Self.name(path)] = content }
        }
        #expect(try made.validate([own, logs]).verdict() == .valid)
        own[digests[2].key] = nil
        logs[Self.name(digests[2].key)] = Self.evil
        let report = try made.validate([own, logs])
        #expect(report.findings(.digestMissing).map(\.key?.description) == [digests[2].key])
        #expect(report.verdict() == .notValid)
    }

    /// V10
    @Test("digest files that were moved away from their place make no other layout", arguments: 1...6)
    func movedDigests(count: Int) throws {
        var (made, digests) = try Self.made()
        for digest in digests.prefix(count) {
            made.archive["AWSLogs/moved/\(Self.name(digest.key))"] = made.archive[digest.key]
            made.archive[digest.key] = nil
        }
        for name in ["evil.json", "evil", "sub/evil.log"] { made.archive[Self.logFolder + name] = Self.evil }
        let report = try made.validate()
        #expect(report.verdict() == .notProven)
        #expect(try report.verdict(allowing: [.partElsewhere]) == .notProven)
        #expect(report.found(.violation).isEmpty)
        #expect(report.count(.logUnreferenced) >= 3)
        #expect(report.digests.valid <= 6 - count || count == 6)
        if count < 6 {
            let elsewhere = report.findings(.partElsewhere)
            #expect(elsewhere.map(\.path?.description) == ["memory/AWSLogs/moved"])
            #expect(elsewhere.map(\.detail["objects"]) == [.number(Int64(count))])
            #expect(report.count(.logUnauthenticated) == count)
            #expect(report.digests == tally(valid: 6 - count, unverified: count))
        }
    }

    /// V9
    @Test("a signed digest file whose path contradicts it is relocated, and any other elsewhere")
    func relocatedOrElsewhere() throws {
        let other = "111122223333_CloudTrail-Digest_us-east-1_handmade_us-east-1_20260301T071035Z.json.gz"
        let cases: [(folder: String, name: String?, kind: FindingKind)] = [
            ("AWSLogs/222233334444/CloudTrail-Digest/us-east-1/2026/03/01/", nil, .digestRelocated),
            ("AWSLogs/111122223333/CloudTrail-Digest/us-west-2/2026/03/01/", nil, .digestRelocated),
            ("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/", nil, .digestRelocated),
            ("222233334444/CloudTrail-Digest/us-east-1/2026/03/01/", nil, .digestRelocated),
            ("backup/CloudTrail-Digest/us-west-2/", nil, .digestRelocated),
            (Self.digestFolder, other, .digestRelocated),
            ("backup/\(Self.digestFolder)", nil, .partElsewhere),
            ("222233334444/CloudTrail-Digest/us-west-2/2020/01/01/\(Self.digestFolder)", nil, .partElsewhere),
            ("111122223333/CloudTrail-Digest/us-east-1/2026/03/01/", nil, .partElsewhere),
            ("222233334444/x/CloudTrail-Digest/us-east-1/2026/03/01/", nil, .partElsewhere),
            ("AWSLogs/", nil, .partElsewhere), ("", nil, .partElsewhere),
        ]
        for (folder, name, kind) in cases {
            var (made, digests) = try Self.made()
            made.archive[folder + (name ?? Self.name(digests[2].key))] = made.archive[digests[2].key]
            let report = try made.validate()
            #expect(report.failures.map(\.kind) == [kind.rawValue], "\(folder)")
            #expect(report.digests.valid == 6)
            // An unsigned file is nothing but unsigned there.
            made.archive[folder + (name ?? Self.name(digests[2].key))] = try compressed(
                Array(String(decoding: digests[2].content, as: UTF8.self).replacing("{", with: "{ ").utf8)
            )
            let forged = try made.validate()
            #expect(forged.failures.map(\.kind) == ["digest-unsigned"], "\(folder)")
        }
    }

    /// V9
    @Test("a bucket that --bucket contradicts is one that the digest files were relocated to")
    func contradictedBucket() throws {
        let (made, _) = try Self.made()
        let report = try made.validate { $0.bucket = "another-bucket" }
        #expect(report.count(.digestRelocated) == 6)
        #expect(try made.validate { $0.bucket = Made.bucket }.verdict() == .valid)
    }

    /// V10, V17
    @Test("what lies elsewhere is held and vouches for nothing")
    func elsewhereIsHeld() throws {
        var (made, digests) = try Self.made()
        let moved = digests[2]
        made.archive["backup/\(moved.key)"] = made.archive[moved.key]
        made.archive[moved.key] = nil
        let report = try made.validate()
        #expect(report.failures.map(\.kind).sorted() == ["log-unauthenticated", "part-elsewhere"])
        #expect(report.findings(.partElsewhere).map(\.path?.description) == ["memory/backup"])
        #expect(report.findings(.partElsewhere).map(\.detail["root"]) == [.text("memory/backup")])
        for allowed: Set<FindingKind> in [[.partElsewhere], [.partElsewhere, .logUnauthenticated]] {
            #expect(try report.verdict(allowing: allowed) == .notProven)
        }
        // Given as a root of its own it is in its place.
        let rest = made.archive.moved { $0.description.hasPrefix("backup/") ? nil : $0 }
        let backup = made.archive.moved { key in
            key.description.hasPrefix("backup/") ? ObjectKey(key.description.dropFirst(7)) : nil
        }
        #expect(try made.validate([rest, backup]).verdict() == .valid)
    }

    /// V37
    @Test("a listed log file that lies in a part elsewhere is not missing, if it has the listed content")
    func logElsewhere() throws {
        for isAltered in [false, true] {
            var (made, digests) = try Self.made()
            // What shows that there is such a part.
            made.archive["backup/\(digests[0].key)"] = made.archive[digests[0].key]
            let log = Made.logKey(at: 3 * Made.hour + 60, "0123456789abcdef")
            made.archive["backup/\(log)"] = isAltered ? try compressed(Self.evil) : made.archive[log]
            made.archive[log] = nil
            for jobs in [1, 2] {
                let report = try made.validate { $0.jobs = jobs }
                if isAltered {
                    #expect(report.found(.violation) == [Found("log-missing", log)])
                } else {
                    #expect(report.found(.violation).isEmpty)
                    #expect(report.findings(.locationNotHeld).map(\.path?.description) == ["memory/backup"])
                    #expect(report.logs == tally(valid: 5, unverified: 2))
                }
            }
        }
    }

    /// V4
    @Test("what is signed below a folder of log files is one of its files")
    func signedBelowALogFolder() throws {
        var (made, _) = try Self.made()
        let prefix = Self.logFolder
        let digest = try made.digest(0..<Made.hour, after: nil) { $0.key = "\(prefix)\($0.key)" }
        made.archive[digest.key] = try compressed(digest.content)
        made.manifestText += digest.manifestLine
        made.archive["\(prefix)AWSLogs/999999999999/CloudTrail/us-east-1/2026/03/01/x.json.gz"] = Self.evil
        for question in try Self.questions() {
            let report = try made.validate { question.apply(&$0) }
            #expect(report.failures.map(\.kind) == ["log-unreferenced", "log-unreferenced"], "\(question.name)")
            #expect(report.files.digests == 6)
        }
    }

    // MARK: Fates

    /// V3
    @Test(
        "a digest file's name in a folder of log files hides nothing",
        arguments: [
            "111122223333_CloudTrail-Digest_us-east-1_handmade_us-east-1_19990101T000000Z.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1_handmade_us-east-1_20990101T000000Z.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1_handmade_us-east-1_19990101T000000Z.json",
            "111122223333_CloudTrail-Digest_us-east-1_other_us-east-1_20260301T021035Z.json.gz",
            "111122223333_CloudTrail-Digest_eu-west-9_handmade_us-east-1_20260301T021035Z.json.gz",
            "999999999999_CloudTrail-Digest_us-east-1_handmade_us-east-1_20260301T021035Z.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1_handmade_us-east-1_19990101T000000Z_backfill.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1_handmade_us-east-1_19990101T000000Z.json.gz.metadata.json",
            "111122223333_CloudTrail_us-east-1_19990101T0000Z_evil.json.gz", "evil.csv", "CloudTrail-Digest/evil.csv",
        ]
    )
    func digestNameAmongLogs(name: String) throws {
        var (made, _) = try Self.made()
        let path = Self.logFolder + name
        made.archive[path] = Self.evil
        for question in try Self.questions() {
            let report = try made.validate { question.apply(&$0) }
            #expect(report.failures.map(\.kind) == ["log-unreferenced"], "\(question.name)")
            #expect(report.findings.map(\.path?.description) == ["memory/\(path)"], "\(question.name)")
        }
        // Where it is no file of log files, an unlisted name is nobody's.
        var digests = try Self.made().made
        digests.archive[Self.digestFolder + "evil.csv"] = Self.evil
        let report = try digests.validate()
        #expect(report.findings.isEmpty)
        #expect(report.files.other == 1)
    }

    /// V2, V45, I22
    @Test("every file has one fate, and what is passed over is counted")
    func fates() throws {
        var (made, digests) = try Self.made()
        made.archive["README.md"] = Self.evil
        made.archive[".hidden"] = Self.evil
        made.archive[Self.digestFolder + "notes.txt"] = Self.evil
        made.archive[Self.digestFolder + ".x.json.gz"] = Self.evil
        made.archive[Self.logFolder + ".x.json.gz"] = Self.evil
        made.archive[Self.logFolder + ".deeper/x.json.gz"] = Self.evil
        made.archive["AWSLogs/111122223333/CloudTrail-Lake/Query/2026/03/01/x/result_1.csv.gz"] = Self.evil
        made.archive["AWSLogs/111122223333/CloudTrail/us-west-2/2026/03/01/x.json"] = Self.evil
        made.archive["\(digests[0].key).metadata.json"] = digests[0].headObjectAnswer
        made.archive["\(digests[1].key).metadata.json"] = Self.evil
        let all = try made.validate()
        #expect(all.files.digests == 6)
        #expect(all.files.logs == 6 + 2)
        #expect(all.files.sidecars == 1)
        #expect(all.files.hidden == 1)
        #expect(all.files.other == 6)
        #expect(all.files.outOfScope == 0)
        #expect(all.files.total == made.archive.files.count)
        #expect(all.failures.map(\.kind) == ["log-unreferenced", "log-unreferenced"])
        #expect(all.notAsked.hidden == 1 && all.notAsked.other == 6)
        let east = try made.validate {
            $0.regions = ["us-east-1"]
            ($0.start, $0.end) = (Made.seconds(3 * Made.hour), Made.seconds(6 * Made.hour))
        }
        #expect(east.files.digests == 3)
        #expect(east.files.outOfScope == 3 + 3 + 1)
        #expect(east.files.total == made.archive.files.count)
        #expect(!east.notAsked.before && !east.notAsked.after && east.notAsked.outOfScope == 7)
        #expect(all.notAsked.before && all.notAsked.after && !all.notAsked.expectGiven && !all.notAsked.bucketChecked)
    }

    /// V39
    @Test("a digest file that is not verified is asked for by the day of its folder too")
    func dayOfTheFolder() throws {
        for (suffix, isAskedFor) in [("", true), ("_backfill", false)] {
            var (made, _) = try Self.made()
            let name = "111122223333_CloudTrail-Digest_us-east-1_handmade_us-east-1_19990101T000000Z\(suffix).json.gz"
            made.archive[Self.digestFolder + name] = Self.evil
            let report = try made.validate {
                ($0.start, $0.end) = (Made.seconds(0), Made.seconds(6 * Made.hour))
            }
            #expect(report.count(.digestMalformed) == (isAskedFor ? 1 : 0))
            #expect(report.files.outOfScope == (isAskedFor ? 0 : 1))
        }
    }

    /// V40
    @Test("the minute of a name narrows the day of its folder, and nothing else does")
    func minutes() throws {
        // From half a minute after 00:12 to half a minute after 05:14.
        let (start, end) = (Made.seconds(115), Made.seconds(18255))
        let cases: [(name: String, isAskedFor: Bool)] = [
            ("111122223333_CloudTrail_us-east-1_20260301T0012Z_x.json.gz", false),
            ("111122223333_CloudTrail_us-east-1_20260301T0013Z_x.json.gz", true),
            ("111122223333_CloudTrail_us-east-1_20260301T0513Z_x.json.gz", true),
            ("111122223333_CloudTrail_us-east-1_20260301T0514Z_x.json.gz", false),
            ("111122223333_CloudTrail_us-east-1_20260301T0011Z_x.csv", true),
            ("111122223333_CloudTrail_us-west-2_20260301T0011Z_x.json.gz", true),
            ("111122223333_CloudTrail_us-east-1_20260228T0011Z_x.json.gz", true),
            ("222233334444_CloudTrail_us-east-1_20260301T0011Z_x.json.gz", true),
        ]
        for (name, isAskedFor) in cases {
            var (made, _) = try Self.made()
            made.archive[Self.logFolder + name] = Self.evil
            let report = try made.validate { ($0.start, $0.end) = (start, end) }
            #expect(report.count(.logUnreferenced) == (isAskedFor ? 1 : 0), "\(name)")
        }
        // A range that begins with a minute asks for it.
        var (made, _) = try Self.made()
        made.archive[Self.logFolder + "111122223333_CloudTrail_us-east-1_20260301T0012Z_x.json.gz"] = Self.evil
        let report = try made.validate { $0.start = Made.seconds(85) }
        #expect(report.count(.logUnreferenced) == 1)
    }

    /// V38
    @Test("a log file waits for its digest in its own folder alone")
    func awaiting() throws {
        let name = "111122223333_CloudTrail_us-east-1_20260301T0630Z_x.json.gz"
        let cases: [(folder: String, kind: FindingKind)] = [
            (Self.logFolder, .logAwaitingDigest),
            ("AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/", .logUnreferenced),
            ("AWSLogs/111122223333/CloudTrail/us-west-2/2026/03/01/", .logUnreferenced),
            ("AWSLogs/222233334444/CloudTrail/us-east-1/2026/03/01/", .logUnreferenced),
            ("AWSLogs/111122223333/CloudTrail/us-east-1/", .logUnreferenced),
            ("", .logUnreferenced), (Self.digestFolder, .logAwaitingDigest),
        ]
        for (folder, kind) in cases {
            var (made, _) = try Self.made()
            made.archive[folder + name] = Self.evil
            let report = try made.validate()
            #expect(report.findings.map(\.kind) == [kind], "\(folder)")
            #expect(report.notAsked.awaiting == (kind == .logAwaitingDigest ? 1 : 0))
        }
        // In a flat folder the name is the place.
        var flat = try Self.made().made
        flat.archive = flat.archive.moved { ObjectKey(bytes: Array($0.lastComponent)) }
        flat.archive[name] = Self.evil
        #expect(try flat.validate().findings.map(\.kind) == [.logAwaitingDigest])
    }

    /// V3: whoever has signed digests puts none so that the files of another are hidden.
    @Test("nobody's signed digest makes another folder of somebody's log folder")
    func hiddenByASignedDigest() throws {
        for (folder, name) in [(Self.logFolder, "evil.json.gz"), (Self.logFolder, "evil"), ("", "evil.json.gz")] {
            var made = try Made()
            let digest = try made.digest(0..<Made.hour, after: nil)
            made.manifestText = digest.manifestLine
            // The only digest file that is left, directly in the folder of log files or below it with folders of its own.
            for path in [Self.logFolder + Self.name(digest.key), Self.logFolder + digest.key] {
                made.archive.files = [ObjectKey(path): try compressed(digest.content)]
                if !folder.isEmpty { made.archive[folder + name] = Self.evil }
                let sidecar = "\(path).metadata.json"
                made.archive[sidecar] = digest.headObjectAnswer
                let report = try made.validate()
                #expect(report.verdict() == .notProven)
                let named = report.findings(.logUnreferenced).compactMap(\.path?.description)
                #expect(named.contains("memory/\(sidecar)"), "\(path)")
                #expect(folder.isEmpty || named.contains("memory/\(folder)\(name)"), "\(path)")
            }
        }
    }

    /// V44: an empty source proves nothing, whatever the filters.
    @Test("nothing is validated in an empty root")
    func emptyRoot() throws {
        let (made, _) = try Self.made()
        let empty = MemoryArchive(name: "empty")
        for region: Selection<String> in [.all, ["us-east-1"]] {
            let report = try made.validate([made.archive, empty]) { $0.regions = region }
            #expect(report.findings(.nothingValidated).map(\.detail["name"]) == [.text("empty")])
        }
    }

    /// V1, V42: with a state too, somebody else's digest files lead at most to NOT PROVEN.
    @Test("somebody else's digest file makes nothing missing that was proven")
    func otherAccountsDigest() throws {
        var (made, _) = try Self.made()
        made.archive = made.archive.moved { ObjectKey($0.description.dropFirst("AWSLogs/111122223333/".count)) }
        let now = Made.seconds(30 * Made.hour)
        let first = try made.validate { $0.earlierRuns = EarlierRuns(ProvenState(), now: now) }
        #expect(first.verdict() == .valid)
        let state = try #require(first.state)
        let other = try made.digest(0..<Made.hour, after: nil) {
            $0.key = $0.key.replacing("111122223333", with: "222233334444")
        }
        made.archive[other.key] = try compressed(other.content)
        made.manifestText += other.manifestLine
        for earlier in [nil, EarlierRuns(state, now: now)] {
            let report = try made.validate { $0.earlierRuns = earlier }
            #expect(report.verdict() == .notProven)
            #expect(report.found(.violation).isEmpty)
        }
    }

    /// V3
    @Test("a log file's name is judged in a folder of Lake too")
    func lake() throws {
        var (made, _) = try Self.made()
        let name = "111122223333_CloudTrail_us-east-1_20260301T0305Z_0123456789abcdeX.json.gz"
        let folders = [
            "AWSLogs/111122223333/CloudTrail-Lake/Query/2026/03/01/",
            "AWSLogs/111122223333/CloudTrail-Lake/CloudTrail/",
            "AWSLogs/CloudTrail-Lake/111122223333/CloudTrail/us-east-1/2026/03/01/",
        ]
        for folder in folders { made.archive[folder + name] = Self.evil }
        made.archive[folders[0] + "result_1.csv.gz"] = Self.evil
        let report = try made.validate()
        #expect(report.failures.map(\.kind) == ["log-unreferenced", "log-unreferenced", "log-unreferenced"])
        #expect(report.files.other == 1)
    }

    /// V7
    @Test(
        "digest files and log files may lie apart in one root, each below a folder with their keys",
        arguments: [("digests/", "logs/"), ("", "logs/"), ("digests/", ""), ("d/BUCKET/", "l/BUCKET/")]
    )
    func apart(digests: String, logs: String) throws {
        let bucket = "example-trail-bucket"
        let sample = try Sample { ($0.accounts, $0.hours, $0.logs, $0.records) = (2, 5, 2, 1) }
        func move(_ archive: MemoryArchive) -> MemoryArchive {
            var moved = archive
            for (path, content) in archive.files {
                let key = path.description
                moved[key] = nil
                moved[(key.contains("/CloudTrail-Digest/") ? digests : logs).replacing("BUCKET", with: bucket) + key] =
                    content
            }
            return moved
        }
        let whole = move(sample.archive)
        let report = try sample.validate([whole])
        #expect(report.findings.isEmpty && report.verdict() == .valid, "\(report.findings)")
        let folder = logs.replacing("BUCKET", with: bucket)
        let key = sample.logKeys()[2]
        var gone = whole
        gone[folder + key] = nil
        #expect(try sample.validate([gone]).found(.violation) == [Found("log-missing", key)])
        var modified = whole
        modified[folder + key] = [1, 2, 3]
        #expect(
            try sample.validate([modified]).findings.contains {
                $0.key?.description == key && $0.severity == .violation
            }
        )
        var injected = whole
        injected[folder + key.replacing(".json.gz", with: "x.json.gz")] = [1]
        #expect(try sample.validate([injected]).failures.map(\.kind) == ["log-unreferenced"])
        // Where the digest files' own place has log files too, or one lies at a third, nothing is taken for apart; but what
        // lies under its key as it stands is in its place.
        for place in [digests.replacing("BUCKET", with: bucket), "elsewhere/"]
        where !folder.isEmpty || place == "elsewhere/" {
            var mixed = whole
            mixed[place + key] = mixed[folder + key]
            mixed[folder + key] = nil
            #expect(try sample.validate([mixed]).verdict() != .valid)
        }
    }
}
