import CloudTrailFormat

@testable import CloudTrailIntegrity

/// Reports that no archive was read for.
enum TestReports {
    /// Names that would be markup, end the script, steer a terminal, reorder what is shown, or overflow a cell.
    static let hostileNames: [ObjectKey] = [
        ObjectKey("AWSLogs/<script>globalThis.hacked = 1</script>.json.gz"),
        ObjectKey("AWSLogs/</script><img src=x onerror=\"globalThis.hacked = 2\">.json.gz"),
        ObjectKey("AWSLogs/<!--<script>.json.gz"),
        ObjectKey("AWSLogs/\"' onmouseover='globalThis.hacked = 3' x=\".json.gz"),
        ObjectKey("AWSLogs/</title></style></noscript>&lt;b&gt;&#60;.json.gz"),
        ObjectKey("AWSLogs/\u{202e}zg.nosj\u{2066}\u{200b}\u{feff}\u{85}\u{2028}\u{1b}[2K\r\n\u{0}.json.gz"),
        ObjectKey("AWSLogs/javascript:globalThis.hacked=4//${7*7}{{7*7}}.json.gz"),
        ObjectKey("AWSLogs/עברית-\u{627}\u{644}.json.gz"),
        ObjectKey("AWSLogs/z" + String(repeating: "\u{301}", count: 60) + ".json.gz"),
        ObjectKey("AWSLogs/" + String(repeating: "x", count: 1016)),
        ObjectKey(bytes: Array("AWSLogs/".utf8) + [0xff, 0xfe, 0x3c, 0x62, 0x3e, 0xc0, 0x80]),
    ]

    static let start = Timestamp(secondsSinceEpoch: 1_772_323_835)  // 2026-03-01T00:10:35Z

    static func hour(_ number: Int) -> Timestamp { start.advanced(bySeconds: Int64(number) * 3600) }

    static func chain(
        account: String = "111122223333",
        region: String = "us-east-1",
        trail: String = "management-events"
    ) -> ChainIdentity {
        ChainIdentity(account: account, region: region, trail: trail, homeRegion: "us-east-1", isBackfill: false)
    }

    static func summary(
        _ chain: ChainIdentity,
        hours: Range<Int>?,
        unbrokenFrom: Int? = nil,
        isProven: Bool = true
    ) -> ChainSummary {
        var (digests, logs) = (Tally(), Tally())
        digests.valid = hours?.count ?? 0
        logs.valid = 3 * digests.valid
        if !isProven { logs.unverified = 1 }
        return ChainSummary(
            chain: chain,
            start: hours.map { hour($0.lowerBound) },
            end: hours.map { hour($0.upperBound) },
            unbrokenFrom: hours.map { hour(unbrokenFrom ?? $0.lowerBound) },
            digests: digests,
            logs: logs
        )
    }

    /// Every state, two chains, and one finding that belongs to none.
    static func small() -> ValidationReport {
        let (east, west) = (chain(), chain(region: "us-west-2", trail: "a<b>&\u{202e}"))
        func key(_ name: String) -> ObjectKey { ObjectKey("AWSLogs/111122223333/\(name).json.gz") }
        var (digests, logs) = (Tally(), Tally())
        (digests.valid, digests.invalid, digests.missing, digests.unverified) = (20, 1, 1, 0)
        (logs.valid, logs.invalid, logs.missing, logs.unverified) = (60, 2, 1, 3)
        return ValidationReport(
            findings: [
                Finding(
                    .digestSignatureInvalid,
                    "its signature does not verify",
                    bucket: "example-trail-bucket",
                    key: key("d2"),
                    path: ObjectKey("archive/AWSLogs/111122223333/d2.json.gz"),
                    chain: east,
                    start: hour(2),
                    end: hour(3),
                    detail: [
                        "also": .list(["digest-link-mismatch", "<x>"]), "number": .number(-5), "flag": .flag(true),
                    ]
                ),
                Finding(.digestMissing, "it is not there", key: key("d5"), chain: east, start: hour(5), end: hour(6)),
                Finding(
                    .chainGap,
                    "nothing attests the time",
                    key: key("d8"),
                    chain: west,
                    start: hour(7),
                    end: hour(9)
                ),
                Finding(
                    .logUnauthenticated,
                    "only a digest file that is not verified lists it",
                    key: key("l2"),
                    chain: west,
                    start: hour(10),
                    detail: [
                        "listedBy": .text(
                            "AWSLogs/111122223333_CloudTrail-Digest_us-west-2_t_us-east-1_20260301T111035Z.json.gz"
                        )
                    ]
                ),
                Finding(.logDecompressed, "the download decompressed it", key: key("l1"), chain: west, start: hour(1)),
                Finding(.logUnreferenced, hostileNames[1].description, path: hostileNames[10]),
            ],
            chains: [
                summary(east, hours: 0..<12, unbrokenFrom: 6, isProven: false),
                summary(west, hours: 0..<12, unbrokenFrom: 9, isProven: false),
            ],
            provenFrom: hour(9),
            provenUntil: hour(12),
            digests: digests,
            logs: logs,
            keySources: [PublicKeySet.Source(name: "keys<1>.json", sha256: String(repeating: "0", count: 64))],
            hashedBytes: 123_456
        )
    }

    /// Many findings in 200 chains of 90 days, in the report's order; some names are hostile.
    static func large(findings count: Int) -> ValidationReport {
        let hours = 90 * 24
        let regions = [
            "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "eu-west-2", "sa-east-1", "us-east-1", "us-east-2",
            "us-gov-west-1",
            "us-west-1", "us-west-2",
        ]
        var chains: [ChainIdentity] = []
        for account in 0..<20 {
            for region in regions {
                // A name of a digest file may hold this.
                let trail = account == 7 && region == "us-west-1" ? "<svg onload=hacked=5>" : "management-events"
                chains.append(chain(account: "\(111_122_223_000 + account)", region: region, trail: trail))
            }
        }
        var state: UInt64 = 1
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let kinds = FindingKind.allCases
        var findings: [Finding] = []
        for number in 0..<count {
            // A third of the chains has no findings, and most have theirs within a few days.
            let chain = chains[random(chains.count / 3 * 2) * 3 / 2 % chains.count]
            var kind = kinds[random(kinds.count)]
            // Said of many chains at once, and so only now and then.
            if kind == .nothingValidated || kind == .locationNotHeld, number > 200 { kind = .logUnreferenced }
            let isChainless = kind == .logUnreferenced || kind == .nothingValidated || kind == .locationNotHeld
            let hour =
                random(3) == 0 ? random(hours) : min(hours - 1, random(hours / 60) + (chain.account.hashless % 60) * 36)
            let name =
                number % 97 == 0
                ? hostileNames[number / 97 % hostileNames.count]
                : ObjectKey("AWSLogs/\(chain.account)/CloudTrail/\(chain.region)/2026/\(number).json.gz")
            findings.append(
                Finding(
                    kind,
                    number % 89 == 0 ? "said of \(name)" : "its content is not what a verified digest lists",
                    bucket: "example-trail-bucket",
                    key: name,
                    path: ObjectKey(bytes: Array("archive/".utf8) + name.bytes),
                    chain: isChainless ? nil : chain,
                    start: kind == .nothingValidated ? nil : Self.hour(hour),
                    end: kind == .logUnreferenced || kind == .nothingValidated ? nil : Self.hour(hour + 1),
                    detail: [
                        "expected": .text(String(repeating: "0123456789abcdef", count: 4)),
                        "number": .number(Int64(number)),
                    ]
                )
            )
        }
        let broken = Set(findings.compactMap(\.chain))
        var (digests, logs) = (Tally(), Tally())
        (digests.valid, logs.valid, logs.invalid) = (chains.count * hours, 3 * chains.count * hours, count)
        return ValidationReport(
            findings: findings.sorted(by: Finding.inReportOrder),
            chains: chains.map { summary($0, hours: 0..<hours, isProven: !broken.contains($0)) },
            digests: digests,
            logs: logs,
            keySources: [PublicKeySet.Source(name: "keys.json", sha256: String(repeating: "0", count: 64))]
        )
    }
}

extension String {
    /// A number that is the same in every process.
    fileprivate var hashless: Int { utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff } }
}
