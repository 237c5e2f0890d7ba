internal import CloudTrailFormat
internal import CloudTrailRules

/// Where the files of each account and region lie as far as folders tell it, and what lies beside these folders: found
/// without a look into them.
struct ArchiveSurvey: Sendable {
    /// A folder of a part.
    struct Place: Sendable {
        /// The number of its source.
        let root: Int
        /// With the `/` at its end.
        let folder: ObjectKey
    }

    /// A part, with all its folders.
    struct Part: Sendable {
        let part: ArchivePart
        /// The folders of digest files.
        let digests: [Place]
        /// The other folders.
        let logs: [Place]
    }

    /// The parts in their order.
    let parts: [Part]
    /// What lies in no folder of a part, by the numbers of the sources.
    let rest: [[ArchiveEntry]]

    /// An archive with more beside the parts is judged at once.
    private static let mostBeside = 10_000

    /// Looks for the folders of parts; `nil` where so much lies beside them that the archive has to be taken as a whole.
    ///
    /// - Parameter check: Called with every entry; what it throws ends the work.
    /// - Throws: ``ObjectReadError`` where a folder cannot be listed.
    init?(_ sources: [any ObjectSource], check: () throws -> Void) throws {
        var places: [ArchivePart: [Place]] = [:]
        var rest: [[ArchiveEntry]] = []
        var beside = 0
        func count() throws {
            beside += 1
            if beside > Self.mostBeside { throw NotPlain() }
        }
        do {
            for (root, source) in sources.enumerated() {
                var entries: [ArchiveEntry] = []
                var pending: [ObjectKey] = [ObjectKey(bytes: [])]
                while let folder = pending.popLast() {
                    try source.list(in: folder) { item in
                        try check()
                        switch item {
                        case .entry(let entry):
                            entries.append(entry)
                            try count()
                        case .folder(let path):
                            if let part = ArchivePart(KeyFolder(of: path)) {
                                places[part, default: []].append(Place(root: root, folder: path))
                            } else {
                                pending.append(path)
                                try count()
                            }
                        }
                    }
                }
                rest.append(entries)
            }
        } catch is NotPlain {
            return nil
        }
        self.rest = rest
        parts = places.sorted { $0.key < $1.key }.map { part, places in
            let isOfDigests = places.map { KeyFolder(of: $0.folder).category == .digests }
            return Part(
                part: part,
                digests: zip(places, isOfDigests).filter(\.1).map(\.0),
                logs: zip(places, isOfDigests).filter { !$0.1 }.map(\.0)
            )
        }
    }

    /// Whether a source holds nothing, not even a folder of a part.
    func isEmpty(root: Int) -> Bool {
        rest[root].isEmpty && !parts.contains { ($0.digests + $0.logs).contains { $0.root == root } }
    }

    private struct NotPlain: Error {}
}
