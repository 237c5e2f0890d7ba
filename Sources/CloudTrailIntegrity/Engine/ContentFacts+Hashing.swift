internal import CloudTrailRules
internal import NativeInterop

extension ContentFacts {
    /// What a pass over a file showed.
    init(_ result: ContentHasher.Result) {
        self.init(
            hash: result.sha256,
            form: result.form == .gzip ? .gzip : .plain,
            container: Container(result.condition),
            opening: Opening(result.opening)
        )
    }
}

extension ContentFacts.Opening {
    init(_ opening: ContentHasher.Opening) {
        switch opening {
        case .nothing: self = .nothing
        case .markup: self = .markup
        case .other: self = .other
        }
    }
}

extension ContentFacts.Container {
    init(_ condition: ContentHasher.Condition) {
        switch condition {
        case .complete: self = .whole
        case .trailingData: self = .trailingData
        case .truncated: self = .broken(.truncated)
        case .corrupt(.stream): self = .broken(.stream)
        case .corrupt(.checksum): self = .broken(.checksum)
        case .corrupt(.length): self = .broken(.length)
        case .overContentLimit: self = .overLimit(.size)
        case .overRatioLimit: self = .overLimit(.ratio)
        }
    }
}

extension ContentHasher.Condition {
    init(_ container: ContentFacts.Container) {
        switch container {
        case .whole: self = .complete
        case .trailingData: self = .trailingData
        case .broken(.truncated): self = .truncated
        case .broken(.stream): self = .corrupt(.stream)
        case .broken(.checksum): self = .corrupt(.checksum)
        case .broken(.length): self = .corrupt(.length)
        case .overLimit(.size): self = .overContentLimit
        case .overLimit(.ratio): self = .overRatioLimit
        }
    }
}
