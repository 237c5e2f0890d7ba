package import CloudTrailFormat
internal import CloudTrailRules

/// Gathers what goes by in a stream, and puts it into the order in which a folder would be listed.
///
/// Log files and sidecars are numbered as they come, and so are digest files.
package struct StreamListing: Sendable {
    /// What an entry may be.
    package enum Slot: Hashable, Sendable {
        /// The digest file with this number; with an obstacle, one that is not a regular file.
        case digest(Int, PackedKey, obstacle: ObjectReadError?)
        /// The file with this number; with an obstacle, one that is not a regular file.
        case file(Int, obstacle: ObjectReadError?)
        /// The file with this number, which may hold a digest file's signature.
        case sidecar(Int)
        /// Nothing that is read: a folder, or no entry.
        case none
    }

    /// The files of one folder, in the order of their names.
    package struct Folder: Sendable {
        /// With the `/` at its end.
        package let path: ObjectKey
        package let names: PackedNames
        /// The number of each.
        package let numbers: [Int32]
    }

    /// All that went by.
    package struct Listed: Sendable {
        package let root: Int
        package let digests: [ListedDigest]
        /// The number that each of ``digests`` had in the stream.
        package let digestNumbers: [Int]
        package let folders: [Folder]
        package let hiddenFolders: [HiddenFolder]
        /// The files that may hold signatures: the position of the digest file among ``digests``, and the number of the
        /// file.
        package let sidecars: [(digest: Int, number: Int)]
        /// All files that may be sidecars, also those whose signatures are not tried, each once.
        package let sidecarFiles: [(digest: Int, number: Int)]
        /// The number of entries.
        package let entryCount: Int
    }

    /// Consecutive names of one folder.
    private struct Run: Sendable {
        let names: PackedNames
        /// The number of the first.
        let number: Int
    }

    /// The most files of one name that are taken for a digest file's sidecars.
    private static let maximumSidecars = 32

    private let root: Int
    private var paths: [ObjectKey] = [ObjectKey(bytes: [])]
    private var numbers: [ObjectKey: Int] = [ObjectKey(bytes: []): 0]
    /// Of each folder.
    private var runs: [[Run]] = [[]]
    private var folder = 0
    private let names: SharedNames
    private var roles: EntryClassifier
    private var writer = PackedNames.Writer()
    /// The number of the first name in ``writer``.
    private var runStart = 0
    private var fileCount = 0
    private var entryCount = 0
    private var digests: [(folder: Int, digest: ListedDigest)] = []
    private var sidecars: [(digest: PackedKey, number: Int)] = []
    private var hiddenFolders: [HiddenFolder] = []
    /// The numbers of the folders that went by themselves.
    private var ownFolders: Set<Int> = []

    /// A listing of the source with this number.
    package init(root: Int, _ names: SharedNames) {
        self.root = root
        self.names = names
        roles = EntryClassifier(names)
    }

    /// Adds what went by.
    package mutating func add(_ entry: ArchiveEntry) -> Slot {
        enter(folderOf: entry.path)
        entryCount += 1
        switch roles.role(of: entry) {
        case .digest(let digest, let obstacle):
            digests.append((folder, ListedDigest(root: root, path: digest)))
            return .digest(digests.count - 1, digest, obstacle: obstacle)
        case .sidecar(let digest):
            endRun()
            sidecars.append((digest, fileCount))
            fileCount += 1
            runStart = fileCount
            return .sidecar(fileCount - 1)
        case .file(let obstacle):
            writer.append(entry.path.bytes.span.extracting(droppingFirst: roles.nameStart))
            fileCount += 1
            return .file(fileCount - 1, obstacle: obstacle)
        case .hidden(let error):
            hiddenFolders.append(HiddenFolder(root: root, path: entry.path, error: error))
            return .none
        case .none:
            entryCount -= 1
            ownFolders.insert(folder)
            return .none
        }
    }

    private mutating func enter(folderOf path: ObjectKey) {
        if roles.isInside(path) { return }
        endRun()
        roles.enter(folderOf: path)
        let key = roles.folder
        if let known = numbers[key] {
            folder = known
        } else {
            folder = paths.count
            numbers[key] = folder
            paths.append(key)
            runs.append([])
        }
    }

    private mutating func endRun() {
        if writer.count > 0 { runs[folder].append(Run(names: writer.finish(), number: runStart)) }
        runStart = fileCount
    }

    // MARK: The end

    /// The files at whose path a folder went by too: who extracts both keeps one of them.
    package mutating func filesThatAreFolders() -> [ObjectKey] {
        endRun()
        let folders = Set(ownFolders.map { paths[$0].withoutSlash })
        if folders.isEmpty { return [] }
        var found: Set<ObjectKey> = []
        func add(_ path: ObjectKey) { if folders.contains(path) { found.insert(path) } }
        for parent in Set(folders.map { ObjectKey(bytes: $0.folder) }) {
            guard let number = numbers[parent] else { continue }
            for run in runs[number] {
                var reader = run.names.makeReader()
                while reader.next() { add(ObjectKey(bytes: parent.bytes + reader.name)) }
            }
        }
        for (_, digest) in digests { add(names.objectKey(digest.path)) }
        for (digest, _) in sidecars { add(names.objectKey(digest).sidecar) }
        return found.sorted()
    }

    /// All that went by, in the order of a folder: folder by folder, those below one behind its files.
    package consuming func finish() -> Listed {
        endRun()
        let order = paths.indices.sorted { Self.precedes(paths[$0], paths[$1]) }
        var rank = [Int](repeating: 0, count: order.count)
        for (position, number) in order.enumerated() { rank[number] = position }
        let digestNumbers = digests.indices.sorted { first, second in
            let (left, right) = (digests[first], digests[second])
            if left.folder != right.folder { return rank[left.folder] < rank[right.folder] }
            let order = names.compareNames(left.digest.path, right.digest.path)
            return order != 0 ? order < 0 : first < second
        }
        let sorted = digestNumbers.map { digests[$0].digest }
        var folders: [Folder] = []
        for number in order where !runs[number].isEmpty {
            folders.append(Self.merged(runs[number], paths[number]))
            runs[number] = []
        }
        let (beside, all, loose) = settledSidecars(sorted)
        for sidecar in loose {
            folders.append(
                Folder(
                    path: ObjectKey(bytes: sidecar.path.folder),
                    names: PackedNames([sidecar.path.lastComponent]),
                    numbers: [Int32(clamping: sidecar.number)]
                )
            )
        }
        return Listed(
            root: root,
            digests: sorted,
            digestNumbers: digestNumbers,
            folders: folders,
            hiddenFolders: hiddenFolders,
            sidecars: beside,
            sidecarFiles: all,
            entryCount: entryCount
        )
    }

    /// What is named like a sidecar and has no digest file beside it is a file like any other.
    private func settledSidecars(
        _ digests: [ListedDigest]
    ) -> (
        beside: [(digest: Int, number: Int)], all: [(digest: Int, number: Int)], loose: [(path: ObjectKey, number: Int)]
    ) {
        if sidecars.isEmpty { return ([], [], []) }
        var positions: [PackedKey: [Int]] = [:]
        for (position, digest) in digests.enumerated() { positions[digest.path, default: []].append(position) }
        var beside: [(digest: Int, number: Int)] = []
        var all: [(digest: Int, number: Int)] = []
        var loose: [(path: ObjectKey, number: Int)] = []
        var counts: [PackedKey: Int] = [:]
        for (digest, number) in sidecars {
            if let known = positions[digest], let first = known.first {
                all.append((first, number))
                // Both may come again and again; no more signatures than these are tried.
                counts[digest, default: 0] += 1
                if counts[digest, default: 0] <= Self.maximumSidecars {
                    beside += known.map { ($0, number) }
                }
            } else {
                loose.append((names.objectKey(digest).sidecar, number))
            }
        }
        loose.sort { Self.precedes($0.path, $1.path) }
        return (beside, all, loose)
    }

    private static func merged(_ runs: [Run], _ path: ObjectKey) -> Folder {
        if runs.count == 1, isSorted(runs[0].names) {
            let first = Int32(clamping: runs[0].number)
            let numbers = Array(first..<first + Int32(clamping: runs[0].names.count))
            return Folder(path: path, names: runs[0].names, numbers: numbers)
        }
        var files: [(name: [UInt8], number: Int32)] = []
        for run in runs {
            var reader = run.names.makeReader()
            while reader.next() { files.append((reader.name, Int32(clamping: run.number + reader.position))) }
        }
        files.sort { first, second in
            let names = first.name[...].compare(with: second.name[...])
            return names != 0 ? names < 0 : first.number < second.number
        }
        return Folder(path: path, names: PackedNames(files.lazy.map { $0.name[...] }), numbers: files.map(\.number))
    }

    private static func isSorted(_ names: PackedNames) -> Bool {
        var reader = names.makeReader()
        var last: [UInt8] = []
        while reader.next() {
            if reader.name[...].compare(with: last[...]) < 0 { return false }
            last.removeAll(keepingCapacity: true)
            last.append(contentsOf: reader.name)
        }
        return true
    }

    /// The order in which folders are listed: component by component, so that `a/b` comes before `a-b`; but digest files
    /// before what lies beside them.
    static func precedes(_ first: ObjectKey, _ second: ObjectKey) -> Bool {
        let slash = UInt8(ascii: "/")
        let shared = first.bytes.span.sharedCount(with: second.bytes.span)
        let start = first.bytes[..<shared].lastIndex(of: slash).map { $0 + 1 } ?? 0
        let left = first.bytes[start...].prefix { $0 != slash }
        let right = second.bytes[start...].prefix { $0 != slash }
        // A folder comes before what is below it.
        if left.isEmpty != right.isEmpty { return left.isEmpty }
        if left.isDigestFolder != right.isDigestFolder { return left.isDigestFolder }
        let order = left.compare(with: right)
        return order != 0 ? order < 0 : first.bytes.count < second.bytes.count
    }
}
