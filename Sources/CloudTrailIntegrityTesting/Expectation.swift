internal import CloudTrailFormat
internal import CloudTrailIntegrity

/// What an ``ExpectedArchive`` comes to.
struct Expectation: Sendable {
    /// What an entry is to be.
    enum Kind: String {
        case file = "a file"
        case link = "a link"
        case special = "a special file"
        case unreadableFolder = "a folder that cannot be listed"
        case folder = "a folder"
        case other = "something unknown"

        init(_ kind: ArchiveEntry.Kind) {
            switch kind {
            case .file: self = .file
            case .link: self = .link
            case .special: self = .special
            case .unreadableFolder: self = .unreadableFolder
            @unknown default: self = .other
            }
        }
    }

    let archive: ExpectedArchive
    /// The files that can be read, in the order of their paths.
    let files: [(path: ObjectKey, content: [UInt8])]
    /// All entries.
    let entries: [ObjectKey: Kind]
    /// All folders that can be listed, with the `/` at their ends, in order; without the root.
    let folders: [ObjectKey]
    /// The path of nothing, and of no folder.
    let absentPath: ObjectKey

    init(_ archive: ExpectedArchive) {
        self.archive = archive
        files = archive.files.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        var entries = archive.files.mapValues { _ in Kind.file }
        for path in archive.unreadableFiles.keys { entries[path] = .file }
        for path in archive.links { entries[path] = .link }
        for path in archive.specialFiles { entries[path] = .special }
        for path in archive.unreadableFolders { entries[path] = .unreadableFolder }
        self.entries = entries
        var folders: Set<ObjectKey> = []
        for path in Array(entries.keys) + Array(archive.emptyFolders) {
            var folder = path.bytes[...]
            while let slash = folder.lastIndex(of: UInt8(ascii: "/")) {
                folders.insert(ObjectKey(bytes: Array(folder[...slash])))
                folder = folder[..<slash]
            }
        }
        self.folders = folders.sorted()
        var absent = Array("absent".utf8)
        while (entries.keys + self.folders).contains(where: { $0.bytes.starts(with: absent) }) {
            absent.append(UInt8(ascii: "-"))
        }
        absentPath = ObjectKey(bytes: absent)
    }
}

extension ObjectKey {
    /// Whether this is a path below a folder.
    func lies(below folder: ObjectKey) -> Bool {
        bytes.count > folder.bytes.count
            && bytes.span.extracting(first: folder.bytes.count).isSame(as: folder.bytes.span)
    }

    /// Whether this is a path directly in a folder; that of a folder has a `/` at its end.
    func lies(in folder: ObjectKey) -> Bool {
        lies(below: folder) && !bytes.dropFirst(folder.bytes.count).dropLast().contains(UInt8(ascii: "/"))
    }

    /// The path for a sentence.
    var quoted: String {
        bytes.isEmpty ? "the root" : "'\(description.escapedForDisplay)'"
    }
}

extension ObjectKey {
    /// The path of a folder with the `/` at its end.
    var withSlash: ObjectKey { ObjectKey(bytes: bytes + [UInt8(ascii: "/")]) }
}
