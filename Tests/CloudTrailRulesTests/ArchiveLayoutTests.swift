import CloudTrailFormat
import CloudTrailRules
import Testing

@Suite struct ArchiveLayoutTests {
    private typealias Evidence = LayoutWitness

    private static let bucket = "example-bucket"

    /// The keys of the digest files of some days, one every six hours.
    private static func digestKeys(
        _ days: ClosedRange<Int> = 1...3,
        prefix: String = "",
        account: String = "111122223333",
        region: String = "us-east-1"
    ) -> [String] {
        days.flatMap { day in
            stride(from: 0, to: 24, by: 6).map { hour in
                let date = "0\(day)"
                let time = "202603\(date)T\(hour < 10 ? "0" : "")\(hour)1035Z"
                return "\(prefix)AWSLogs/\(account)/CloudTrail-Digest/\(region)/2026/03/\(date)/"
                    + "\(account)_CloudTrail-Digest_\(region)_trail_us-east-1_\(time).json.gz"
            }
        }
    }

    private static func evidence(_ keys: [String], path: (String) -> String) -> [Evidence] {
        keys.map { Evidence(path: ObjectKey(path($0)), location: ObjectLocation(bucket: bucket, key: ObjectKey($0))) }
    }

    private static func name(_ key: String) -> String {
        String(key.split(separator: "/").last ?? "")
    }

    private static func inferred(_ evidence: [Evidence]) -> ArchiveLayout? {
        let layout = ArchiveLayout.inferred(from: evidence)
        // Whatever the order.
        #expect(ArchiveLayout.inferred(from: evidence.reversed()) == layout)
        return layout
    }

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// What a download made of the keys, and the rule that says so.
    struct Download: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let prefix: String
        let path: @Sendable (String) -> String
        let layout: ArchiveLayout

        init(
            _ name: String,
            prefix: String = "",
            _ layout: ArchiveLayout,
            _ path: @escaping @Sendable (String) -> String
        ) {
            testDescription = name
            self.prefix = prefix
            self.path = path
            self.layout = layout
        }
    }

    static let downloads: [Download] = [
        Download("bucket root", .added([])) { $0 },
        Download("bucket root with a prefix", prefix: "a/b/", .added([])) { $0 },
        Download("bucket root with an organization", prefix: "AWSLogs/o-abc/", .added([])) { $0 },
        Download("below the prefix", prefix: "a/b/", .added(bytes("a/b/"))) { String($0.dropFirst(4)) },
        Download("below a part of the prefix", prefix: "a/b/", .added(bytes("a/"))) { String($0.dropFirst(2)) },
        Download("below AWSLogs", .added(bytes("AWSLogs/"))) { String($0.dropFirst(8)) },
        Download("below AWSLogs with a prefix", prefix: "p/", .added(bytes("p/AWSLogs/"))) { String($0.dropFirst(10)) },
        Download("below the account", .added(bytes("AWSLogs/111122223333/"))) { String($0.dropFirst(21)) },
        Download("below the region", .added(bytes("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/"))) {
            String($0.dropFirst(49))
        },
        Download("folder named for the bucket", .tree(.bucketFolder([]))) { "\(bucket)/\($0)" },
        Download("folder named for the bucket, prefix", prefix: "p/", .tree(.bucketFolder([]))) { "\(bucket)/\($0)" },
        Download("folder named for the bucket, deeper", .tree(.bucketFolder(bytes("case 7/")))) {
            "case 7/\(bucket)/\($0)"
        },
        Download("folder in front", .tree(.stripped(bytes("evidence/")))) { "evidence/\($0)" },
        Download("folders in front", .tree(.stripped(bytes("x/y/")))) { "x/y/\($0)" },
        Download("folder in front that ends like the bucket", .tree(.stripped(bytes("my-\(bucket)/")))) {
            "my-\(bucket)/\($0)"
        },
        Download(
            "the account below a folder in front",
            .tree(.replaced(path: bytes("x/"), key: bytes("AWSLogs/111122223333/")))
        ) { "x/\($0.dropFirst(21))" },
        Download(
            "another prefix than the bucket's",
            prefix: "p/",
            .tree(.replaced(path: bytes("x/"), key: bytes("p/")))
        ) { "x/\($0.dropFirst(2))" },
        Download("empty components collapsed", prefix: "p//q/", .added([])) { $0.replacing("//", with: "/") },
        Download("below a prefix that ends empty", prefix: "p//", .added(bytes("p/"))) { String($0.dropFirst(3)) },
    ]

    @Test(arguments: downloads)
    func findsTheRule(download: Download) {
        let keys = Self.digestKeys(prefix: download.prefix)
        #expect(Self.inferred(Self.evidence(keys, path: download.path)) == download.layout)
        // The same, where the download decompressed some or all.
        let plain = Self.evidence(keys) { String(download.path($0).dropLast(3)) }
        #expect(Self.inferred(plain) == download.layout)
        let some = zip(plain, Self.evidence(keys, path: download.path)).enumerated().map {
            $0.isMultiple(of: 2) ? $1.0 : $1.1
        }
        #expect(Self.inferred(some) == download.layout)
    }

    /// V8
    @Test(arguments: downloads)
    func pathAndPlaceAreInverse(download: Download) throws {
        for key in Self.digestKeys(prefix: download.prefix) {
            let location = ObjectLocation(bucket: Self.bucket, key: ObjectKey(key))
            let path = ObjectKey(download.path(key))
            #expect(download.layout.path(of: location) == path)
            let place = try #require(download.layout.place(of: path))
            #expect(place.key == location.key.collapsed)
            if case .tree(.bucketFolder) = download.layout {
                #expect(place.bucket == Self.bucket)
            } else {
                #expect(place.bucket == nil)
            }
            let plain = ObjectKey(bytes: Array(path.bytes.dropLast(3)))
            #expect(download.layout.place(of: plain) == place)
        }
    }

    @Test func whatLiesOutsideTheRuleHasNoPlace() {
        let location = ObjectLocation(bucket: Self.bucket, key: ObjectKey("AWSLogs/x.json.gz"))
        #expect(ArchiveLayout.added(Self.bytes("prefix/")).path(of: location) == nil)
        #expect(ArchiveLayout.added(Self.bytes("AWSLogs/")).path(of: location) == ObjectKey("x.json.gz"))
        #expect(ArchiveLayout.tree(.stripped(Self.bytes("evidence/"))).place(of: ObjectKey("AWSLogs/x.json.gz")) == nil)
        #expect(ArchiveLayout.tree(.stripped(Self.bytes("evidence/"))).place(of: ObjectKey("evidence")) == nil)
        #expect(ArchiveLayout.tree(.bucketFolder([])).place(of: ObjectKey("x.json.gz")) == nil)
        #expect(ArchiveLayout.tree(.bucketFolder(Self.bytes("a/"))).place(of: ObjectKey("b/c/x.json.gz")) == nil)
    }

    @Test func theBucketIsTheFoldersName() {
        let layout = ArchiveLayout.tree(.bucketFolder([]))
        #expect(layout.place(of: ObjectKey("other/AWSLogs/x.json.gz"))?.bucket == "other")
        #expect(layout.place(of: ObjectKey(bytes: [0xff] + Self.bytes("/AWSLogs/x.json.gz")))?.bucket == "\u{fffd}")
        #expect(layout.place(of: ObjectKey("b/AWSLogs/x.json"))?.key == ObjectKey("AWSLogs/x.json.gz"))
    }

    // MARK: What does not speak

    /// V6
    @Test func filesDirectlyInTheRootDoNotSpeak() {
        #expect(Self.inferred(Self.evidence(Self.digestKeys(), path: Self.name)) == nil)
        let keys = Self.digestKeys(1...5)
        // Not even the more numerous.
        let nested = Self.evidence(Array(keys.prefix(1))) { $0 }
        #expect(Self.inferred(nested + Self.evidence(keys, path: Self.name)) == .added([]))
    }

    @Test func claimsOfAnotherNameDoNotSpeak() {
        let keys = Self.digestKeys()
        let evidence = Self.evidence(keys) { "renamed/\(Self.name($0)).bak" }
        #expect(Self.inferred(evidence) == nil)
        let genuine = Self.evidence(Array(keys.prefix(1))) { "x/\($0)" }
        #expect(Self.inferred(evidence + genuine) == .tree(.stripped(Self.bytes("x/"))))
        #expect(Self.inferred([]) == nil)
    }

    // MARK: Trees

    @Test func severalAccountsAndRegionsHaveOneRule() {
        let keys = Self.digestKeys() + Self.digestKeys(region: "eu-west-1") + Self.digestKeys(account: "444455556666")
        #expect(Self.inferred(Self.evidence(keys) { $0 }) == .added([]))
        #expect(Self.inferred(Self.evidence(keys) { String($0.dropFirst(8)) }) == .added(Self.bytes("AWSLogs/")))
    }

    /// V7
    @Test("what holds its key from AWSLogs/ on makes a tree, whatever lies elsewhere and in whatever number")
    func whatHoldsItsKeyMakesATree() throws {
        let keys = Self.digestKeys(1...5)
        let places: [(String) -> String] = [
            { $0.replacing("us-east-1/2026", with: "eu-west-1/2026") }, { "elsewhere/" + Self.name($0) },
            { "AWSLogs/moved/" + Self.name($0) }, { Self.name($0) },
        ]
        for place in places {
            for moved in [1, 4, keys.count - 1] {
                let evidence = Self.evidence(keys) { key in
                    keys.firstIndex(of: key).map { $0 < moved } == true ? place(key) : key
                }
                let layout = try #require(Self.inferred(evidence))
                #expect(layout == .added([]))
                #expect(evidence.count { layout.place(of: $0.path)?.key != $0.location.key } == moved)
            }
        }
    }

    @Test func copiesInAFolderDoNotMoveTheRule() {
        let keys = Self.digestKeys(1...5)
        let genuine = Self.evidence(keys) { $0 }
        for folder in ["AAA", "backup", "zzz", Self.bucket] {
            for count in [1, 12, keys.count] {
                let copies = Self.evidence(Array(keys.prefix(count))) { "\(folder)/\($0)" }
                #expect(Self.inferred(copies + genuine) == .added([]), "\(count) in \(folder)")
            }
        }
        // Ten copies of one object are one vote.
        let many = (0..<10).flatMap { _ in Self.evidence(Array(keys.prefix(1))) { "x/\($0)" } }
        #expect(Self.inferred(many + Self.evidence(Array(keys.suffix(2))) { $0 }) == .added([]))
    }

    @Test func mostOfThoseThatHoldTheirKeyCount() {
        let genuine = Self.evidence(Self.digestKeys(1...1)) { $0 }
        let others = Self.evidence(Self.digestKeys(2...9)) { "others/\($0)" }
        #expect(Self.inferred(genuine + others) == .tree(.stripped(Self.bytes("others/"))))
    }

    /// V7
    @Test func tiesHaveAFixedOrder() {
        let keys = Self.digestKeys(1...2)
        let half = keys.count / 2
        func tie(_ first: String, _ second: String) -> ArchiveLayout? {
            Self.inferred(
                Self.evidence(Array(keys[..<half])) { "\(first)\($0)" }
                    + Self.evidence(Array(keys[half...])) { "\(second)\($0)" }
            )
        }
        #expect(tie("b/", "a/") == .tree(.stripped(Self.bytes("a/"))))
        #expect(tie("a/", "") == .added([]))
        #expect(tie("a/", "\(Self.bucket)/") == .tree(.bucketFolder([])))
        #expect(tie("\(Self.bucket)/", "") == .added([]))
    }

    @Test func offsetsEndAtASlash() {
        // The end of a key, but not from a component on.
        let location = ObjectLocation(bucket: Self.bucket, key: ObjectKey("AWSLogs/x1/d.json.gz"))
        func offset(_ path: String) -> PathOffset? {
            PathOffset(of: Evidence(path: ObjectKey(path), location: location))
        }
        #expect(offset("1/d.json.gz") == .replaced(path: Self.bytes("1/"), key: Self.bytes("AWSLogs/x1/")))
        #expect(
            offset("yAWSLogs/x1/d.json.gz") == .replaced(path: Self.bytes("yAWSLogs/"), key: Self.bytes("AWSLogs/"))
        )
        #expect(offset("x1/d.json.gz") == .added(Self.bytes("AWSLogs/")))
        #expect(offset("d.json.gz") == .added(Self.bytes("AWSLogs/x1/")))
        #expect(offset("yd.json.gz") == nil)
        #expect(offset("x1/e.json.gz") == nil)
    }

    // MARK: Merged folders

    /// V7
    @Test func accountsAndRegionsInOneFolderHaveAnOffsetEach() throws {
        let first = Self.digestKeys()
        let second = Self.digestKeys(account: "444455556666")
        let evidence = Self.evidence(first + second) { key in String(key.dropFirst(21)) }
        let layout = try #require(Self.inferred(evidence))
        for item in evidence { #expect(layout.place(of: item.path)?.key == item.location.key) }
        for item in evidence { #expect(layout.path(of: item.location) == item.path) }
        // A few that lie at another offset do not move a part's.
        let moved = Self.evidence(Array(second.prefix(3))) { "moved/\(Self.name($0))" }
        let rest = evidence.filter { item in !moved.contains { $0.location == item.location } }
        #expect(Self.inferred(rest + moved) == layout)
        // What tells no part is mapped nowhere.
        #expect(layout.place(of: ObjectKey("CloudTrail-Digest/us-east-1/2026/03/01/x.json.gz")) == nil)
    }

    @Test func filesThatDigestsListSpeakForTheOffsetOfLogs() throws {
        let digests = Self.evidence(Self.digestKeys() + Self.digestKeys(account: "444455556666")) { key in
            String(key.dropFirst(21))
        }
        let name = "444455556666_CloudTrail_us-east-1_20260301T0005Z_abcdefgh.json.gz"
        let log = Evidence(
            path: ObjectKey("CloudTrail/us-east-1/2026/03/01/\(name)"),
            location: ObjectLocation(
                bucket: Self.bucket,
                key: ObjectKey("AWSLogs/444455556666/CloudTrail/us-east-1/2026/03/01/\(name)")
            )
        )
        let layout = try #require(Self.inferred(digests))
        #expect(layout.place(of: log.path) == nil)
        #expect(layout.extended(by: [log]).place(of: log.path)?.key == log.location.key)
        #expect(ArchiveLayout.added([]).extended(by: [log]) == .added([]))
    }
}
