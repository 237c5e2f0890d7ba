internal import CloudTrailFormat
internal import CloudTrailRules
package import NativeInterop

/// What files held that were hashed as they went by: some forty bytes a file.
package struct StreamedContents: Sendable {
    /// What reading a file showed.
    package enum Content: Sendable {
        case unreadable(ObjectReadError)
        /// It was read; as it was then.
        case hashed(ContentHasher.Result, ObjectMetadata)
    }

    private var digests: [SHA256Digest] = []
    private var contentBytes: [UInt64] = []
    /// The form, the condition and the opening of each; ``Mark/special`` where ``special`` has more to say.
    private var marks: [UInt8] = []
    /// What does not fit into the three, by its number.
    private var special: [Int: Content] = [:]
    /// Of each, where that is to be remembered.
    private var metadata: [ObjectMetadata] = []
    private let keepsMetadata: Bool

    /// The number of files.
    package var count: Int { marks.count }

    /// None.
    ///
    /// - Parameter keepsMetadata: Whether sizes and times are wanted.
    package init(keepsMetadata: Bool) {
        self.keepsMetadata = keepsMetadata
    }

    package mutating func append(_ content: Content) {
        switch content {
        case .hashed(let result, let metadata):
            digests.append(result.sha256)
            contentBytes.append(result.contentBytes)
            marks.append(result.stored == nil ? Self.mark(result) : Self.specialMark)
            if result.stored != nil { special[count - 1] = content }
            if keepsMetadata { self.metadata.append(metadata) }
        case .unreadable:
            special[count] = content
            digests.append(.zero)
            contentBytes.append(0)
            marks.append(Self.specialMark)
            if keepsMetadata { metadata.append(.notAsked) }
        }
    }

    /// What the file with this number held.
    package subscript(number: Int) -> Content {
        if marks[number] == Self.specialMark, let content = special[number] { return content }
        let result = ContentHasher.Result(
            digest: SHA256Words(digests[number]),
            contentBytes: contentBytes[number],
            form: marks[number] & 1 == 0 ? .gzip : .plain,
            condition: Self.conditions[Int(marks[number] >> 1 & 0b111)],
            opening: ContentHasher.Opening(rawValue: marks[number] >> 4) ?? .other
        )
        let known = keepsMetadata ? metadata[number] : .notAsked
        return .hashed(result, known)
    }

    private static let conditions: [ContentHasher.Condition] = [
        .complete, .truncated, .corrupt(.stream), .corrupt(.checksum), .corrupt(.length), .trailingData,
        .overContentLimit, .overRatioLimit,
    ]
    private static let specialMark = UInt8.max

    private static func mark(_ result: ContentHasher.Result) -> UInt8 {
        let condition = conditions.firstIndex(of: result.condition) ?? 0
        return result.opening.rawValue << 4 | UInt8(truncatingIfNeeded: condition << 1) | (result.form == .gzip ? 0 : 1)
    }
}

/// What the files of one folder held that were hashed as they went by.
package final class FolderContents: Sendable {
    private let all: StreamedContents
    /// The number of each file among them.
    private let numbers: [Int32]

    package init(_ all: StreamedContents, _ numbers: [Int32]) {
        self.all = all
        self.numbers = numbers
    }

    /// What the file at this position among the folder's names held.
    package subscript(position: Int) -> StreamedContents.Content {
        all[Int(numbers[position])]
    }
}
