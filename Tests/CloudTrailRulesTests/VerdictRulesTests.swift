import CloudTrailFormat
import CloudTrailRules
import Testing

/// V1, V46, V49
@Suite struct VerdictRulesTests {
    @Test("every set of up to two findings, with and without chains, allowing nothing, all, or the second's kind")
    func all() {
        let subjects: [AllowRules.Subject] = [.allowedHead, .other]
        let single = FindingKind.allCases.flatMap { kind in subjects.map { (kind, $0) } }
        let sets = [[]] + single.map { [$0] } + single.flatMap { first in single.map { [first, $0] } }
        let chains: [[VerdictRules.ChainProof]] = [[], [.some], [.some, .none]]
        for findings in sets {
            let allowances: [Set<FindingKind>] = [[], Set(FindingKind.allCases), Set(findings.dropFirst().map(\.0))]
            for allowed in allowances {
                let isOpen = findings.contains { kind, subject in
                    guard kind.severity == .unverified else { return false }
                    let never: Set<FindingKind> = [.digestOverLimit, .logOverLimit, .nothingValidated]
                    let ofHeads: Set<FindingKind> = [.digestUnsigned, .logUnauthenticated]
                    let isAllowed =
                        allowed.contains(kind) && !never.contains(kind)
                        && (!ofHeads.contains(kind) || subject == .allowedHead)
                    return !isAllowed
                }
                let isViolated = findings.contains { $0.0.severity == .violation }
                for proofs in chains {
                    let isProven = proofs == [.some]
                    let expected: Verdict = isViolated ? .notValid : isOpen || !isProven ? .notProven : .valid
                    let found = VerdictRules.verdict(findings, chains: proofs, allowing: allowed)
                    if found != expected { Issue.record("\(findings) \(proofs): \(found) is not \(expected)") }
                }
            }
        }
    }
}

/// V47, V48
@Suite struct AllowRulesTests {
    private static let base = Timestamp(secondsSinceEpoch: 1_772_323_200)
    private static let hash = SHA256Digest(words: 1, 2, 3, 4)

    private func mayAllow(
        _ judgement: DigestJudgement = .open,
        after seconds: Int64 = 3600,
        _ predecessor: (key: KeyID, hash: SHA256Digest)? = (KeyID(1), hash),
        _ rivals: AllowRules.Head.Rivals = .none
    ) -> Bool {
        AllowRules.mayAllow(
            AllowRules.Head(
                judgement,
                end: Self.base.advanced(bySeconds: seconds),
                predecessor: predecessor,
                rivals: rivals
            ),
            after: (KeyID(1), Self.hash, Self.base)
        )
    }

    @Test("a head that follows the last verified digest within the hour, and lacks only its signature")
    func head() {
        #expect(mayAllow())
        #expect(mayAllow(after: 1))
        #expect(!mayAllow(after: 0))
        #expect(!mayAllow(after: 3601))
        #expect(!mayAllow(DigestJudgement(unchecked: [])))
        #expect(!mayAllow(DigestJudgement(unchecked: [.relocated, .unsigned(rejected: [])])))
        #expect(!mayAllow(.open, (KeyID(2), Self.hash)))
        #expect(!mayAllow(.open, (KeyID(1), .zero)))
        #expect(!mayAllow(.open, nil))
        #expect(!mayAllow(.open, (KeyID(1), Self.hash), .some))
    }

    @Test("a log file of the head's hour, in a folder that tells nothing else")
    func logs() throws {
        let chain = ChainIdentity(
            account: "111122223333",
            region: "us-east-1",
            trail: "t",
            homeRegion: "us-east-1",
            isBackfill: false
        )
        func mayAllow(_ seconds: Int64, folder: String = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01") throws
            -> Bool
        {
            let time = Self.base.advanced(bySeconds: seconds).compact(seconds: false)
            let key = ObjectKey("\(folder)/111122223333_CloudTrail_us-east-1_\(time)_x.json.gz")
            return AllowRules.mayAllow(
                log: try #require(LogFileName(key)),
                in: KeyFolder(of: key),
                of: chain,
                headEnd: Self.base.advanced(bySeconds: 7200),
                verifiedUntil: Self.base.advanced(bySeconds: 3600)
            )
        }
        #expect(try mayAllow(3600))
        #expect(try mayAllow(7200))
        #expect(try !mayAllow(7260))
        #expect(try mayAllow(3600 - 900))
        #expect(try !mayAllow(3600 - 960))
        #expect(try mayAllow(3600, folder: "logs"))
        #expect(try !mayAllow(3600, folder: "AWSLogs/444455556666/CloudTrail/us-east-1/2026/03/01"))
        #expect(try !mayAllow(3600, folder: "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01"))
        #expect(try !mayAllow(3600, folder: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02"))
    }
}
