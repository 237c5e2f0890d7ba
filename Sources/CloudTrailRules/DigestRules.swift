package import CloudTrailFormat

/// Something that keeps a digest from being verified.
package enum DigestFault: Hashable, Sendable {
    case unreadable(ObjectReadError)
    case overLimit(String)
    case malformed(String)
    /// It is signed, and its own path contradicts what it says of itself.
    case relocated
    /// Another algorithm than SHA256withRSA.
    case algorithmUnsupported(String)
    /// No candidate verifies, and one was its own or a verified successor's.
    case signatureInvalid([SignatureSource])
    /// This verified digest saw another file here.
    case linkMismatch(successor: DigestID, LinkMismatch.Part)
    /// A field is broken that the signature does not depend on.
    case fieldMalformed(String)
    case keyUnknown
    /// No usable signature; the sources whose candidates failed.
    case unsigned(rejected: [SignatureSource])
    /// It is signed, and lies at another offset than the rest of its root.
    case elsewhere

    /// The place in the order in which one fault comes before another (V16).
    private var rank: Int {
        switch self {
        case .unreadable: 0
        case .overLimit: 1
        case .malformed: 2
        case .relocated: 3
        case .algorithmUnsupported, .signatureInvalid: 4
        case .linkMismatch: 5
        case .fieldMalformed: 6
        case .keyUnknown: 7
        case .unsigned: 8
        case .elsewhere: 9
        }
    }
}

extension DigestFault: Comparable {
    /// Whether the first is the primary one of the two.
    package static func < (lhs: DigestFault, rhs: DigestFault) -> Bool { lhs.rank < rhs.rank }
}

/// What is known of a digest file before it is judged.
package struct DigestFacts: Sendable {
    /// Why a file is no usable digest, whatever its signature.
    package enum Defect: Hashable, Sendable {
        case unreadable(ObjectReadError)
        /// The limit that was hit.
        case overLimit(String)
        /// What is broken.
        case malformed(String)
    }

    /// How the place of a signed digest file agrees with what it says of itself.
    package enum Place: Hashable, Sendable {
        /// It agrees; or the file is not signed, and what it says is no matter.
        case inPlace
        /// Its own path contradicts it.
        case relocated
        /// It belongs to a part of the archive that lies elsewhere below the root.
        case elsewhere
    }

    package let defect: Defect?
    /// The first broken field that the signature does not depend on; `nil` where none is, and where it says nothing.
    package let problem: String?
    /// The SHA-256 of the content; `nil` where it could not be read to its end.
    package let hash: SHA256Digest?
    /// The bucket that it says it is in.
    package let bucket: BucketID?
    package let place: Place
    package let signature: SignatureOutcome

    package init(
        defect: Defect? = nil,
        problem: String? = nil,
        hash: SHA256Digest?,
        bucket: BucketID?,
        place: Place = .inPlace,
        signature: SignatureOutcome
    ) {
        self.defect = defect
        self.problem = problem
        self.hash = hash
        self.bucket = bucket
        self.place = place
        self.signature = signature
    }
}

/// A verified digest that names the judged one as its predecessor.
package struct VerifiedSuccessor: Sendable {
    /// What became of the signature that it repeats.
    package enum Repeated: Hashable, Sendable {
        /// It was tried on the judged file, and does not verify.
        case failed
        /// It verifies, or was not tried.
        case other
    }

    /// Whether it is of a regular chain: how backfill digests link is not documented.
    package enum Kind: Hashable, Sendable {
        case regular, backfill
    }

    package let digest: DigestID
    package let kind: Kind
    /// What it names; `nil` where its fields are broken.
    package let names: NamedPredecessor?
    package let repeated: Repeated

    package init(_ digest: DigestID, _ kind: Kind, names: NamedPredecessor?, repeated: Repeated) {
        self.digest = digest
        self.kind = kind
        self.names = names
        self.repeated = repeated
    }
}

/// What the rules say of one digest file. Only ``DigestRules`` makes one, so that nothing else makes a digest verified.
package struct DigestJudgement: Hashable, Sendable {
    /// All that is wrong, the primary one first.
    package let faults: [DigestFault]
    /// A verified successor whose hash is this file's.
    package let linkedBy: DigestID?

    init(faults: [DigestFault], linkedBy: DigestID?) {
        self.faults = faults
        self.linkedBy = linkedBy
    }

    /// A judgement that no rule made.
    package init(unchecked faults: [DigestFault]) {
        self.init(faults: faults, linkedBy: nil)
    }

    /// Stands for a file that was not judged yet, and is as good as unsigned.
    package static let open = DigestJudgement(unchecked: [.unsigned(rejected: [])])

    /// Whether it is proven to be as CloudTrail delivered it, so that it may vouch for others (V17).
    package var isVerified: Bool { faults.isEmpty }

    /// Whether it has no signature, and nothing worse is to be said of it.
    package var lacksSignature: Bool {
        if case .unsigned? = faults.first { true } else { false }
    }
}

/// The rules for one digest file.
package enum DigestRules: Sendable {
    /// Judges a digest file.
    ///
    /// - Parameter successors: The verified digests that name it.
    package static func judge(
        _ digest: DigestFacts,
        successors: [VerifiedSuccessor]
    ) -> DigestJudgement {
        var faults: [DigestFault] = []
        switch digest.defect {
        case .unreadable(let error): faults.append(.unreadable(error))
        case .overLimit(let limit): faults.append(.overLimit(limit))
        case .malformed(let text): faults.append(.malformed(text))
        case nil: break
        }
        if let fault = SignatureRules.fault(digest.signature, successors) { faults.append(fault) }
        var linkedBy: DigestID?
        for successor in successors where successor.kind == .regular {
            if let part = mismatch(digest, successor) {
                faults.append(.linkMismatch(successor: successor.digest, part))
                break
            }
            if linkedBy == nil, digest.hash != nil { linkedBy = successor.digest }
        }
        if digest.signature.isValid, let problem = digest.problem { faults.append(.fieldMalformed(problem)) }
        switch digest.place {
        case .inPlace: break
        case .relocated: faults.append(.relocated)
        case .elsewhere: faults.append(.elsewhere)
        }
        if faults.count > 1 { faults.sort() }
        return DigestJudgement(faults: faults, linkedBy: linkedBy)
    }

    /// What a verified successor says of this file that is not so (V15).
    private static func mismatch(_ digest: DigestFacts, _ successor: VerifiedSuccessor) -> LinkMismatch.Part? {
        guard let named = successor.names, let hash = digest.hash else { return nil }
        if named.hash != hash { return .hash }
        if let bucket = digest.bucket, bucket != named.bucket { return .bucket }
        return digest.signature.isValid && successor.repeated == .failed ? .signature : nil
    }
}
