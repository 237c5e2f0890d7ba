import CloudTrailFormat
import CloudTrailRules
import Testing

/// V13, V15 to V17
@Suite struct DigestRulesTests {
    private static let hash = SHA256Digest(words: 1, 2, 3, 4)
    private static let other = SHA256Digest(words: 1, 2, 3, 5)
    private static let bucket = BucketID(7)

    /// A successor that names the judged file.
    private enum Link: CaseIterable {
        case same, otherHash, otherBucket, sameWithFailedSignature, nothing
    }

    private static func successor(_ number: Int, _ link: Link, _ kind: ChainKind) -> VerifiedSuccessor {
        let named: NamedPredecessor? =
            switch link {
            case .nothing: nil
            case .otherHash: NamedPredecessor(bucket: bucket, hash: other)
            case .otherBucket: NamedPredecessor(bucket: BucketID(8), hash: hash)
            case .same, .sameWithFailedSignature: NamedPredecessor(bucket: bucket, hash: hash)
            }
        let repeated: VerifiedSuccessor.Repeated = link == .sameWithFailedSignature ? .failed : .other
        return VerifiedSuccessor(DigestID(number), kind, names: named, repeated: repeated)
    }

    private static let defects: [DigestFacts.Defect?] = [
        nil, .unreadable(ObjectReadError(.permission, "no")), .overLimit("size"), .malformed(.content("JSON")),
    ]
    private static let places: [DigestFacts.Place] = [.inPlace, .relocated, .elsewhere]
    private static let signatures: [SignatureOutcome] = [
        .valid(.manifest, differing: []), .valid(.manifest, differing: [.successor(DigestID(1))]),
        .unsupportedAlgorithm("MD5"), .keyUnknown, .noCandidate, .notApplicable,
        .failed([.sidecar]), .failed([.successor(DigestID(1))]),
    ]

    private static var successors: [[VerifiedSuccessor]] {
        let kinds: [ChainKind] = [.regular, .backfill]
        let one = kinds.flatMap { kind in Link.allCases.map { successor(1, $0, kind) } }
        let two = kinds.flatMap { kind in Link.allCases.map { successor(2, $0, kind) } }
        return [[]] + one.map { [$0] } + one.flatMap { first in two.map { [first, $0] } }
    }

    /// The names of what is wrong, in the order of V16, read from the page again.
    private func expected(_ digest: DigestFacts, _ successors: [VerifiedSuccessor]) -> [String] {
        var found: Set<String> = []
        switch digest.defect {
        case .unreadable: found.insert("unreadable")
        case .overLimit: found.insert("over-limit")
        case .malformed: found.insert("malformed")
        case nil: break
        }
        if digest.place == .relocated { found.insert("relocated") }
        if digest.place == .elsewhere { found.insert("elsewhere") }
        var isSigned = false
        switch digest.signature {
        case .valid: isSigned = true
        case .unsupportedAlgorithm: found.insert("signature-invalid")
        case .keyUnknown: found.insert("key-unknown")
        case .noCandidate: found.insert("unsigned")
        case .notApplicable: break
        case .failed(let sources):
            let isVouchedAgainst = successors.contains { $0.repeated == .failed }
            found.insert(sources == [.sidecar] || isVouchedAgainst ? "signature-invalid" : "unsigned")
        }
        let regular = successors.filter { $0.kind == .regular }
        let isMismatch = regular.contains { successor in
            guard let named = successor.names else { return false }
            return named.hash != Self.hash || named.bucket != Self.bucket || isSigned && successor.repeated == .failed
        }
        if isMismatch { found.insert("link") }
        if isSigned, digest.problem != nil { found.insert("field") }
        if found.subtracting(["relocated", "elsewhere"]).isEmpty, !isSigned { found.insert("unsigned") }
        return [
            "unreadable", "over-limit", "malformed", "relocated", "signature-invalid", "link", "field", "key-unknown",
            "unsigned", "elsewhere",
        ].filter(found.contains)
    }

    private func name(_ fault: DigestFault) -> String {
        switch fault {
        case .unreadable: "unreadable"
        case .overLimit: "over-limit"
        case .malformed: "malformed"
        case .relocated: "relocated"
        case .algorithmUnsupported, .signatureInvalid: "signature-invalid"
        case .linkMismatch: "link"
        case .fieldMalformed: "field"
        case .keyUnknown: "key-unknown"
        case .unsigned: "unsigned"
        case .elsewhere: "elsewhere"
        }
    }

    /// 21,312 worlds: 4 defects, 3 places, 8 outcomes, a broken field or none, and up to two verified successors of each
    /// kind and link.
    @Test("every digest file with up to two verified successors")
    func all() {
        for defect in Self.defects {
            for place in Self.places {
                for signature in Self.signatures {
                    for problem in [nil, "a field"] {
                        let digest = DigestFacts(
                            defect: defect,
                            problem: problem,
                            hash: Self.hash,
                            bucket: Self.bucket,
                            place: place,
                            signature: signature
                        )
                        for successors in Self.successors {
                            let judgement = DigestRules.judge(digest, successors: successors)
                            let found = judgement.faults.map(name)
                            let wanted = expected(digest, successors)
                            if found != wanted || judgement.isVerified != wanted.isEmpty {
                                Issue.record("\(digest) \(successors): \(found) is not \(wanted)")
                            }
                        }
                    }
                }
            }
        }
    }

    @Test("a file without a hash is linked by nothing and contradicts nothing")
    func noHash() {
        let digest = DigestFacts(hash: nil, bucket: nil, signature: .noCandidate)
        let judgement = DigestRules.judge(digest, successors: [Self.successor(1, .otherHash, .regular)])
        #expect(judgement.faults == [.unsigned(rejected: [])])
        #expect(judgement.linkedBy == nil)
    }

    @Test("the first verified regular successor with the file's hash is named")
    func linkedBy() {
        let digest = DigestFacts(hash: Self.hash, bucket: Self.bucket, signature: .keyUnknown)
        let successors = [Self.successor(1, .same, .backfill), Self.successor(2, .same, .regular)]
        #expect(DigestRules.judge(digest, successors: successors).linkedBy == DigestID(2))
    }

    @Test("a place that nothing was judged of counts as unsigned")
    func open() {
        #expect(!DigestJudgement.open.isVerified)
        #expect(DigestJudgement.open.lacksSignature)
        #expect(DigestJudgement(unchecked: []).isVerified)
    }
}

/// V12, V13
@Suite struct SignatureRulesTests {
    @Test("one that verifies makes the digest signed, whatever else there is")
    func outcome() {
        #expect(SignatureRules.outcome([]) == .noCandidate)
        #expect(SignatureRules.outcome([(.sidecar, .fails)]) == .failed([.sidecar]))
        let tried: [(SignatureSource, SignatureRules.Trial)] = [
            (.sidecar, .fails), (.manifest, .holds), (.successor(DigestID(3)), .holds), (.extendedAttribute, .fails),
        ]
        #expect(SignatureRules.outcome(tried) == .valid(.manifest, differing: [.sidecar, .extendedAttribute]))
    }

    @Test("what was proven stays proven, and what fails now is told")
    func proven() {
        #expect(SignatureRules.outcomeOfProven(.keyUnknown) == .valid(.state, differing: []))
        #expect(SignatureRules.outcomeOfProven(.failed([.sidecar])) == .valid(.state, differing: [.sidecar]))
        let signed = SignatureOutcome.valid(.manifest, differing: [])
        #expect(SignatureRules.outcomeOfProven(signed) == signed)
    }
}
