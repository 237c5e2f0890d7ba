import CloudTrailIntegrity
import Testing

@Suite struct ArchiveLayoutTests {
    private typealias Evidence = ArchiveLayout.Evidence

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

    private static func inferred(_ evidence: [Evidence], topLevelLogs: Bool = false) -> ArchiveLayout? {
        let layout = ArchiveLayout.inferred(from: evidence, hasTopLevelLogs: topLevelLogs)
        // Whatever the order.
        #expect(ArchiveLayout.inferred(from: evidence.reversed(), hasTopLevelLogs: topLevelLogs) == layout)
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
        Download("folder named for the bucket", .bucketFolder([])) { "\(bucket)/\($0)" },
        Download("folder named for the bucket, prefix", prefix: "p/", .bucketFolder([])) { "\(bucket)/\($0)" },
        Download("folder named for the bucket, deeper", .bucketFolder(bytes("case 7/"))) { "case 7/\(bucket)/\($0)" },
        Download("folder in front", .stripped(bytes("evidence/"))) { "evidence/\($0)" },
        Download("folders in front", .stripped(bytes("x/y/"))) { "x/y/\($0)" },
        Download("folder in front that ends like the bucket", .stripped(bytes("my-\(bucket)/"))) {
            "my-\(bucket)/\($0)"
        },
        Download("flat", .flat) { name($0) },
        Download("flat in a folder", .flat) { "folder/\(name($0))" },
        Download("flat in a folder named for the bucket", .flat) { "\(bucket)/\(name($0))" },
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

    @Test(arguments: downloads)
    func pathAndPlaceAreInverse(download: Download) throws {
        for key in Self.digestKeys(prefix: download.prefix) {
            let location = ObjectLocation(bucket: Self.bucket, key: ObjectKey(key))
            let path = ObjectKey(download.path(key))
            guard download.layout != .flat else {
                #expect(download.layout.path(of: location) == nil)
                #expect(download.layout.place(of: path) == nil)
                continue
            }
            #expect(download.layout.path(of: location) == path)
            let place = try #require(download.layout.place(of: path))
            #expect(place.key == location.key.collapsed)
            if case .bucketFolder = download.layout {
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
        #expect(ArchiveLayout.stripped(Self.bytes("evidence/")).place(of: ObjectKey("AWSLogs/x.json.gz")) == nil)
        #expect(ArchiveLayout.stripped(Self.bytes("evidence/")).place(of: ObjectKey("evidence")) == nil)
        #expect(ArchiveLayout.bucketFolder([]).place(of: ObjectKey("x.json.gz")) == nil)
        #expect(ArchiveLayout.bucketFolder(Self.bytes("a/")).place(of: ObjectKey("b/c/x.json.gz")) == nil)
    }

    @Test func theBucketIsTheFoldersName() {
        let layout = ArchiveLayout.bucketFolder([])
        #expect(layout.place(of: ObjectKey("other/AWSLogs/x.json.gz"))?.bucket == "other")
        #expect(layout.place(of: ObjectKey(bytes: [0xff] + Self.bytes("/AWSLogs/x.json.gz")))?.bucket == "\u{fffd}")
        #expect(layout.place(of: ObjectKey("b/AWSLogs/x.json"))?.key == ObjectKey("AWSLogs/x.json.gz"))
    }

    // MARK: One day, and flat folders

    @Test func oneDaysFolderOfDigests() {
        let keys = Self.digestKeys(2...2)
        let layout = ArchiveLayout.added(Self.bytes("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/"))
        #expect(Self.inferred(Self.evidence(keys, path: Self.name)) == layout)
        // Log files beside them: CloudTrail keeps the two apart, so that this is a flat folder.
        #expect(Self.inferred(Self.evidence(keys, path: Self.name), topLevelLogs: true) == .flat)
    }

    @Test func twoDaysInOneFolderAreFlat() {
        for days in [1...2, 1...9] {
            #expect(Self.inferred(Self.evidence(Self.digestKeys(days), path: Self.name)) == .flat)
        }
        // One digest of another day is enough: no one rule explains both.
        let mixed = Self.digestKeys(1...1) + Self.digestKeys(2...2).prefix(1)
        #expect(Self.inferred(Self.evidence(mixed, path: Self.name)) == .flat)
    }

    @Test func severalAccountsAndRegionsHaveOneRule() {
        let keys = Self.digestKeys() + Self.digestKeys(region: "eu-west-1") + Self.digestKeys(account: "444455556666")
        #expect(Self.inferred(Self.evidence(keys) { $0 }) == .added([]))
        #expect(Self.inferred(Self.evidence(keys) { String($0.dropFirst(8)) }) == .added(Self.bytes("AWSLogs/")))
        #expect(Self.inferred(Self.evidence(keys, path: Self.name)) == .flat)
    }

    // MARK: Majorities

    @Test func aFewRelocatedDigestsDoNotMoveTheRule() throws {
        let keys = Self.digestKeys(1...5)
        let places: [(String) -> String] = [
            { $0.replacing("us-east-1/2026", with: "eu-west-1/2026") }, { "elsewhere/" + Self.name($0) },
            { "backup/\($0)" },
            { "\(Self.bucket)/\($0)" }, { Self.name($0) },
        ]
        for place in places {
            let evidence = Self.evidence(keys) { key in
                keys.firstIndex(of: key).map { $0 < 4 } == true ? place(key) : key
            }
            let layout = try #require(Self.inferred(evidence))
            #expect(layout == .added([]))
            let moved = evidence.filter { layout.place(of: $0.path)?.key != $0.location.key }
            #expect(moved.count == 4)
        }
    }

    @Test func copiesInTheRootDoNotMakeItFlat() {
        let keys = Self.digestKeys(1...5)
        let copies = Self.evidence(Array(keys.prefix(2)), path: Self.name)
        #expect(Self.inferred(Self.evidence(keys) { $0 } + copies) == .added([]))
        #expect(Self.inferred(Self.evidence(keys) { $0 } + copies, topLevelLogs: true) == .added([]))
        #expect(Self.inferred(Self.evidence(keys) { "\(Self.bucket)/\($0)" } + copies) == .bucketFolder([]))
        // Not even of all of them.
        #expect(Self.inferred(Self.evidence(keys) { $0 } + Self.evidence(keys, path: Self.name)) == .added([]))
        // More that lie nowhere else than that lie in folders.
        let moved = Self.evidence(Self.digestKeys(6...9).dropLast(), path: Self.name)
        #expect(Self.inferred(Self.evidence(Array(keys.prefix(15))) { $0 } + moved) == .added([]))
        #expect(Self.inferred(Self.evidence(Array(keys.prefix(14))) { $0 } + moved) == .flat)
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

    @Test func claimsOfAnotherNameDoNotCount() {
        let keys = Self.digestKeys()
        let evidence = Self.evidence(keys) { "renamed/\(Self.name($0)).bak" }
        #expect(Self.inferred(evidence) == nil)
        let genuine = Self.evidence(Array(keys.prefix(1))) { "x/\($0)" }
        #expect(Self.inferred(evidence + genuine) == .stripped(Self.bytes("x/")))
        #expect(Self.inferred([]) == nil)
    }

    @Test func aForgedMajorityMovesTheRuleForAll() {
        // The caller gives signed claims alone where there are any: here only the count decides.
        let genuine = Self.evidence(Self.digestKeys(1...1)) { $0 }
        let forged = Self.evidence(Self.digestKeys(2...9)) { "forged/\($0)" }
        #expect(Self.inferred(genuine + forged) == .stripped(Self.bytes("forged/")))
        #expect(Self.inferred(genuine) == .added([]))
    }

    @Test func withoutAMajorityItIsFlat() {
        let keys = Self.digestKeys(1...3)
        let evidence = keys.enumerated().flatMap { number, key in Self.evidence([key]) { "\(number)/\($0)" } }
        #expect(Self.inferred(evidence) == .flat)
    }

    @Test func tiesHaveAFixedOrder() {
        let keys = Self.digestKeys(1...2)
        let half = keys.count / 2
        let evidence =
            Self.evidence(Array(keys[..<half])) { "b/\($0)" } + Self.evidence(Array(keys[half...])) { "a/\($0)" }
        #expect(Self.inferred(evidence) == .stripped(Self.bytes("a/")))
    }

    @Test func prefixesEndAtASlash() {
        // The end of a key, but not from a component on.
        let location = ObjectLocation(bucket: Self.bucket, key: ObjectKey("AWSLogs/x1/d.json.gz"))
        #expect(Self.inferred([Evidence(path: ObjectKey("1/d.json.gz"), location: location)]) == .flat)
        #expect(Self.inferred([Evidence(path: ObjectKey("yAWSLogs/x1/d.json.gz"), location: location)]) == .flat)
        #expect(
            Self.inferred([Evidence(path: ObjectKey("x1/d.json.gz"), location: location)])
                == .added(Self.bytes("AWSLogs/"))
        )
    }
}
