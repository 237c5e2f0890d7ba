internal import CloudTrailFormat
internal import CloudTrailRules

/// Gathers what a listing comes upon, a folder at a time.
struct ArchiveListing: Sendable {
    struct Folder: Sendable {
        var files: ArchiveIndex.Folder
        var digests: [ListedDigest] = []
        var digestObstacles: [Int: ObjectReadError] = [:]
        /// What the listing said of the digest files, by their positions.
        var digestMetadata = ListedMetadata()
        /// The positions of the digest files that have a sidecar, with their number: a folder that changes while it is
        /// listed may name a file twice.
        var sidecars: [Int: Int] = [:]
        var hiddenFolders: [HiddenFolder] = []
    }

    /// Sidecars without a digest file in the same part of the listing.
    private(set) var looseSidecars: [ArchiveIndex.Sidecar] = []
    private(set) var entryCount = 0

    private let root: Int
    private let keepsMetadata: Bool
    private var folder: Folder?
    private var sidecars: [PackedKey] = []
    private var writer = PackedNames.Writer()
    private var roles: EntryClassifier

    /// - Parameters:
    ///   - root: The number of the source.
    ///   - keepsMetadata: Whether anybody will ask what the listing said of the files.
    init(root: Int, _ names: SharedNames, keepsMetadata: Bool) {
        self.root = root
        self.keepsMetadata = keepsMetadata
        roles = EntryClassifier(names)
    }

    /// Goes to the folder of `path`; returns the one that was left.
    mutating func enter(_ path: ObjectKey) -> Folder? {
        if folder != nil, roles.isInside(path) { return nil }
        let left = leave()
        roles.enter(folderOf: path)
        folder = Folder(files: ArchiveIndex.Folder(root: root, path: roles.folder, names: .none))
        return left
    }

    /// Ends the folder, if there is one.
    mutating func leave() -> Folder? {
        guard var left = folder else { return nil }
        folder = nil
        left.files.names = writer.finish()
        if !sidecars.isEmpty {
            var positions: [PackedKey: Int] = [:]
            for (position, digest) in left.digests.enumerated() { positions[digest.path] = position }
            for digest in sidecars {
                if let position = positions[digest] {
                    left.sidecars[position, default: 0] += 1
                } else {
                    looseSidecars.append(ArchiveIndex.Sidecar(root: root, digest: digest))
                }
            }
            sidecars = []
        }
        return left
    }

    mutating func add(_ entry: ArchiveEntry) {
        let path = entry.path
        entryCount += 1
        switch roles.role(of: entry) {
        case .digest(let digest, let obstacle):
            let position = folder?.digests.count ?? 0
            if let obstacle { folder?.digestObstacles[position] = obstacle }
            if keepsMetadata { folder?.digestMetadata.set(entry.metadata, at: position) }
            folder?.digests.append(ListedDigest(root: root, path: digest))
        case .sidecar(let digest):
            sidecars.append(digest)
        case .file(let obstacle):
            if let obstacle { folder?.files.obstacles[writer.count] = obstacle }
            if keepsMetadata { folder?.files.metadata.set(entry.metadata, at: writer.count) }
            writer.append(path.bytes.span.extracting(droppingFirst: roles.nameStart))
        case .hidden(let error):
            folder?.hiddenFolders.append(HiddenFolder(root: root, path: path, error: error))
        case .none:
            entryCount -= 1
        }
    }
}
