internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// What reading a log file showed.
enum LogOutcome: Sendable {
    case unreadable(ObjectReadError)
    /// It was read; as it was then.
    case hashed(ContentHasher.Result, ObjectMetadata)
    /// It is what it was when an earlier run read it.
    case unchanged(LogMatch.Proof)

    /// What it showed when it went by.
    init(_ content: StreamedContents.Content) {
        switch content {
        case .unreadable(let error): self = .unreadable(error)
        case .hashed(let result, let metadata): self = .hashed(result, metadata)
        }
    }

    /// What its content is; `nil` where that is not known.
    var result: ContentHasher.Result? {
        switch self {
        case .unreadable: nil
        case .hashed(let result, _): result
        case .unchanged(let proof):
            ContentHasher.Result(
                digest: SHA256Words(proof.hash),
                contentBytes: 0,
                form: .gzip,
                condition: .complete
            )
        }
    }
}
