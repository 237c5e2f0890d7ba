internal import CloudTrailFormat

/// The folders of log files whose paths look the same as those that digests list and have other bytes.
///
/// Names are compared byte for byte, and some systems write an accent as a part of its letter where others write it by
/// itself. Both are one text for Unicode, and two keys for S3.
struct LookAlikeFolders: Sendable {
    /// The listed folder, by the number of the folder that looks like it.
    private var listed: [Int: ObjectKey] = [:]
    /// The folder that looks like it, by the listed folder.
    private var held: [ObjectKey: ObjectKey] = [:]

    /// Looks at the folders with names beyond ASCII, which nearly no archive has.
    init(_ facts: ArchiveFacts) {
        var candidates: [(number: Int, path: ObjectKey)] = []
        for (number, folder) in facts.index.folders.enumerated() where !folder.path.isASCII {
            candidates.append((number, facts.placement.place(of: folder).path ?? folder.path))
        }
        if candidates.isEmpty { return }
        var folders: [String: ObjectKey] = [:]
        for number in facts.records.indices {
            for group in facts.records[number].logs where !group.folder.collapsed.isASCII {
                let path = group.folder.collapsed
                folders[path.description] = folders[path.description].map { min($0, path) } ?? path
            }
        }
        // Texts are the same here that Unicode calls equivalent.
        for (number, path) in candidates {
            guard path.isUTF8, let folder = folders[path.description], folder != path else { continue }
            listed[number] = folder
            held[folder] = held[folder].map { min($0, path) } ?? path
        }
    }

    /// The listed folder that the folder with this number looks like.
    func listed(likeFolder number: Int) -> ObjectKey? { listed[number] }

    /// The folder that looks like the one of a listed key.
    func held(likeFolderOf key: ObjectKey) -> ObjectKey? {
        held.isEmpty ? nil : held[ObjectKey(bytes: key.collapsed.folder)]
    }
}

extension ObjectKey {
    fileprivate var isASCII: Bool { bytes.allSatisfy { $0 < 0x80 } }
}
