/// Something that keeps a digest from being verified.
package enum DigestFault: Hashable, Sendable {
    case unreadable(ObjectReadError)
    case overLimit(String)
    case malformed(Malformation)
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

    /// What it is reported as.
    package var kind: FindingKind {
        switch self {
        case .unreadable: .digestUnreadable
        case .overLimit: .digestOverLimit
        case .malformed, .fieldMalformed: .digestMalformed
        case .relocated: .digestRelocated
        case .algorithmUnsupported, .signatureInvalid: .digestSignatureInvalid
        case .linkMismatch: .digestLinkMismatch
        case .keyUnknown: .digestKeyUnknown
        case .unsigned: .digestUnsigned
        case .elsewhere: .partElsewhere
        }
    }

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
