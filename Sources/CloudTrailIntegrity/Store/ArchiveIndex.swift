package import CloudTrailFormat
package import CloudTrailRules

/// What the sources hold, sorted by what the names say it is.
package struct ArchiveIndex: Sendable {
    /// A folder with files that are neither digest files nor their sidecars. A source that comes back to a folder has two
    /// of it.
    package struct Folder: Sendable {
        /// The number of its source.
        package let root: Int
        /// With the `/` at its end; empty for the root.
        package let path: ObjectKey
        /// The names of the files, in the order of the listing.
        package internal(set) var names: PackedNames
        /// Why the file cannot be opened, of those that are not regular files, by their position among ``names``.
        package internal(set) var obstacles: [Int: ObjectReadError] = [:]
        /// What the listing said of the files, by the same positions, where it did and somebody asks.
        var metadata = ListedMetadata()
        /// What the files hold, where they were hashed as they went by; `nil` where they can be opened.
        package fileprivate(set) var contents: FolderContents?
    }

    /// A file that is neither a digest file nor a sidecar.
    package struct File: Hashable, Comparable, Sendable {
        // An archive may have very many, so the size matters.
        private let folderNumber: Int32
        private let positionNumber: Int32

        /// The number of its folder.
        package var folder: Int { Int(folderNumber) }
        /// Its position among the folder's names.
        package var position: Int { Int(positionNumber) }

        package init(folder: Int, position: Int) {
            folderNumber = Int32(clamping: folder)
            positionNumber = Int32(clamping: position)
        }

        /// The order of the listing.
        package static func < (lhs: File, rhs: File) -> Bool {
            (lhs.folderNumber, lhs.positionNumber) < (rhs.folderNumber, rhs.positionNumber)
        }
    }

    /// Consecutive digest files of one folder, to be read together.
    package struct DigestBatch: Sendable {
        /// The number of the first.
        package let start: Int
        package let digests: [ListedDigest]
        /// Why those that are not regular files cannot be opened, by their number.
        package let obstacles: [Int: ObjectReadError]
        /// The numbers of those that have a sidecar.
        package let sidecars: Set<Int>
        /// What the listing said of the files of the folder, and the position of the first of these among them.
        fileprivate let metadata: ListedMetadata
        fileprivate let position: Int

        /// Whether this is what the listing said of the digest file at this offset.
        func isListed(_ offset: Int, as metadata: ObjectMetadata) -> Bool {
            self.metadata.isListed(position + offset, as: metadata)
        }
    }

    /// The texts behind the numbers of the digest files' paths.
    package let names: SharedNames
    package private(set) var digests = ChunkedArray<ListedDigest>()
    package private(set) var folders: [Folder] = []
    package private(set) var hiddenFolders: [HiddenFolder] = []
    /// The digest files whose sidecar was listed after their batch, by their numbers.
    package private(set) var lateSidecars: [Int] = []
    /// The files that may be sidecars of a digest file that is there.
    private var sidecars: [SidecarFile] = []
    /// The number of entries that were listed, each of which has one fate.
    package private(set) var entryCount = 0
    /// The number of files that are sidecars; known once ``settle(strays:isAnswer:content:)`` was called.
    package var sidecarCount: Int { sidecars.count }

    /// A file that may be a sidecar.
    private struct SidecarFile: Sendable {
        /// The number of its digest file.
        let digest: Int32
        /// Where it went by in a stream, what it held.
        let content: StreamedContents.Content?
        /// Whether it is an answer of `head-object`, where that is known already.
        let isAnswer: Bool?
    }
    /// Sidecars without a digest file in the same part of the listing.
    private var looseSidecars: [Sidecar] = []

    /// A sidecar, by the digest file it would lie beside.
    struct Sidecar: Hashable {
        let root: Int
        let digest: PackedKey
    }

    /// Nothing yet.
    package init(_ names: SharedNames = SharedNames()) {
        self.names = names
    }

    /// Lists `sources`, by names alone.
    ///
    /// - Parameter check: Called with every entry; what it throws ends the listing.
    package init(_ sources: [any ArchiveSource], check: @escaping @Sendable () throws -> Void = {}) throws {
        self.init()
        for (root, source) in sources.enumerated() {
            switch source.access {
            case .random(let source):
                try list(source, root: root, check: check)
            case .singlePass(let stream):
                var listing = StreamListing(root: root, names)
                try stream.forEachObject(check: check) { entry, _ in
                    try check()
                    _ = listing.add(entry)
                }
                add(listing.finish())
            }
        }
        settleSidecars()
    }

    /// Lists a source, or a folder of it.
    ///
    /// - Parameters:
    ///   - root: The number of the source.
    ///   - folder: The path of the folder, with the `/` at its end; empty for all. One that cannot be listed hides what it
    ///     holds.
    ///   - atOnce: The most folders that are listed at a time, where the source gains from it.
    ///   - keepsMetadata: Whether ``isListed(_:as:)`` will be asked: that takes eight bytes for each file.
    ///   - check: Called with every entry, by several threads at once; what it throws ends the listing.
    ///   - batch: Called with the digest files of each folder, as soon as the listing leaves it.
    package mutating func list(
        _ source: any ObjectSource,
        root: Int,
        below folder: ObjectKey = ObjectKey(bytes: []),
        atOnce: Int = .max,
        keepsMetadata: Bool = false,
        check: @escaping @Sendable () throws -> Void,
        batch: (DigestBatch) throws -> Void = { _ in }
    ) throws {
        var listing = ArchiveListing(root: root, names, keepsMetadata: keepsMetadata)
        let threads = ConcurrentListing.start(
            min(source.concurrentListings, atOnce),
            source,
            below: folder,
            listing,
            check
        )
        if let threads {
            for listing in try threads.finish(leaving: { try send($0, batch) }) { add(listing) }
            return
        }
        /// What ended the listing, whatever the source makes of it.
        var failure: (any Error)?
        func visit(_ entry: ArchiveEntry) throws {
            do {
                try check()
                if let left = listing.enter(entry.path) { try send(left, batch) }
                listing.add(entry)
            } catch {
                failure = error
                throw error
            }
        }
        do {
            if folder.bytes.isEmpty { try source.list(visit) } else { try source.list(below: folder, visit) }
        } catch let error as ObjectReadError where !folder.bytes.isEmpty && failure == nil {
            try visit(ArchiveEntry(path: ObjectKey(bytes: folder.bytes.dropLast()), kind: .unreadableFolder(error)))
        }
        if let failure { throw failure }
        if let left = listing.leave() { try send(left, batch) }
        add(listing)
    }

    /// Adds what was listed before.
    package mutating func add(
        _ entries: [ArchiveEntry],
        root: Int,
        check: () throws -> Void,
        batch: (DigestBatch) throws -> Void
    ) throws {
        var listing = ArchiveListing(root: root, names, keepsMetadata: false)
        for entry in entries {
            try check()
            if let left = listing.enter(entry.path) { try send(left, batch) }
            listing.add(entry)
        }
        if let left = listing.leave() { try send(left, batch) }
        add(listing)
    }

    /// How much was listed.
    struct Mark {
        fileprivate let folders: Int
        fileprivate let hiddenFolders: Int
        fileprivate let looseSidecars: Int
        fileprivate let entryCount: Int
    }

    /// How much was listed so far.
    var mark: Mark {
        Mark(
            folders: folders.count,
            hiddenFolders: hiddenFolders.count,
            looseSidecars: looseSidecars.count,
            entryCount: entryCount
        )
    }

    /// Forgets what was listed after a mark, where no digest file is among it.
    mutating func removeFiles(after mark: Mark) {
        folders.removeSubrange(mark.folders...)
        hiddenFolders.removeSubrange(mark.hiddenFolders...)
        looseSidecars.removeSubrange(mark.looseSidecars...)
        entryCount = mark.entryCount
    }

    /// Adds what a listing has to say in the end.
    private mutating func add(_ listing: ArchiveListing) {
        looseSidecars += listing.looseSidecars
        entryCount += listing.entryCount
    }

    /// Adds what went by in a stream.
    ///
    /// - Parameters:
    ///   - contents: What its files hold, where that was read, by their numbers in the stream.
    ///   - isAnswer: Whether the file with this number in the stream is an answer of `head-object`.
    package mutating func add(
        _ listing: StreamListing.Listed,
        _ contents: StreamedContents? = nil,
        isAnswer: (Int) -> Bool = { _ in true }
    ) {
        hiddenFolders += listing.hiddenFolders
        entryCount += listing.entryCount
        for (digest, number) in listing.sidecarFiles {
            sidecars.append(
                SidecarFile(
                    digest: Int32(clamping: digests.count + digest),
                    content: contents?[number],
                    isAnswer: isAnswer(number)
                )
            )
        }
        digests.append(contentsOf: listing.digests)
        folders += listing.folders.map { folder in
            var added = Folder(root: listing.root, path: folder.path, names: folder.names)
            added.contents = contents.map { FolderContents($0, folder.numbers) }
            return added
        }
    }

    /// The digest files of a folder are many only in a flat one; there they are read in pieces.
    private static let largestBatch = 48

    private mutating func send(_ folder: ArchiveListing.Folder, _ batch: (DigestBatch) throws -> Void) throws {
        hiddenFolders += folder.hiddenFolders
        if folder.files.names.count > 0 { folders.append(folder.files) }
        var start = 0
        while start < folder.digests.count {
            let end = min(start + Self.largestBatch, folder.digests.count)
            let offset = digests.count
            let piece = Array(folder.digests[start..<end])
            var obstacles: [Int: ObjectReadError] = [:]
            var sidecars: Set<Int> = []
            for number in start..<end {
                if let obstacle = folder.digestObstacles[number] { obstacles[offset + number - start] = obstacle }
                guard let count = folder.sidecars[number] else { continue }
                sidecars.insert(offset + number - start)
                for _ in 0..<count { addSidecar(of: offset + number - start) }
            }
            digests.append(contentsOf: piece)
            try batch(
                DigestBatch(
                    start: offset,
                    digests: piece,
                    obstacles: obstacles,
                    sidecars: sidecars,
                    metadata: folder.digestMetadata,
                    position: start
                )
            )
            start = end
        }
    }

    private mutating func addSidecar(of digest: Int) {
        sidecars.append(SidecarFile(digest: Int32(clamping: digest), content: nil, isAnswer: nil))
    }

    /// Ends the listing: what is named like a sidecar and has no digest file beside it is a file like any other.
    package mutating func settleSidecars() {
        guard !looseSidecars.isEmpty else { return }
        var numbers: [Sidecar: Int] = [:]
        for (number, digest) in digests.enumerated() {
            numbers[Sidecar(root: digest.root, digest: digest.path)] = number
        }
        for sidecar in looseSidecars {
            if let number = numbers[sidecar] {
                lateSidecars.append(number)
                addSidecar(of: number)
                continue
            }
            let path = names.objectKey(sidecar.digest).sidecar
            let names = PackedNames([path.lastComponent])
            folders.append(Folder(root: sidecar.root, path: ObjectKey(bytes: path.folder), names: names))
        }
        looseSidecars = []
    }

    /// The digest files in the order in which a folder is listed, where a source listed them in another; `nil` where they
    /// are in that order. What is found must not depend on the order of a listing.
    package func orderOfDigests(check: () throws -> Void) rethrows -> [Int]? {
        func precedes(_ first: ListedDigest, _ second: ListedDigest) -> Bool {
            if first.root != second.root { return first.root < second.root }
            if first.path.folder != second.path.folder {
                let (left, right) = (names.path(ofFolder: first.path.folder), names.path(ofFolder: second.path.folder))
                return StreamListing.precedes(left, right)
            }
            return names.compareNames(first.path, second.path) < 0
        }
        var isSorted = true
        for number in digests.indices.dropFirst() where isSorted {
            try check()
            isSorted = !precedes(digests[number], digests[number - 1])
        }
        return isSorted ? nil : digests.indices.sorted { precedes(digests[$0], digests[$1]) }
    }

    /// Puts the digest files into another order.
    ///
    /// - Parameter order: The number of each of those that come out.
    package mutating func reorderDigests(_ order: [Int]) {
        var reordered = ChunkedArray<ListedDigest>()
        var positions = [Int](repeating: 0, count: order.count)
        for (new, old) in order.enumerated() {
            reordered.append(digests[old])
            positions[old] = new
        }
        digests = reordered
        sidecars = sidecars.map { sidecar in
            SidecarFile(
                digest: Int32(clamping: positions[Int(sidecar.digest)]),
                content: sidecar.content,
                isAnswer: sidecar.isAnswer
            )
        }
        lateSidecars = lateSidecars.map { positions[$0] }
    }

    /// Makes files like any other of what is named like a digest file or a sidecar and is not one.
    ///
    /// - Parameters:
    ///   - strays: The numbers of what is named like a digest file and is not one.
    ///   - isBesideDigest: Whether the digest file with this number does not lie among log files.
    ///   - isAnswer: Whether what lies beside the digest file with this number is an answer of `head-object`, as far as
    ///     that was looked at.
    ///   - content: What the digest file with this number held, where it went by in a stream and cannot be opened again.
    package mutating func settle(
        strays: Set<Int>,
        isBesideDigest: (Int) -> Bool,
        isAnswer: (Int) -> Bool,
        content: (Int) -> StreamedContents.Content?
    ) {
        var others: [(path: ObjectKey, root: Int, content: StreamedContents.Content?)] = []
        for number in strays.sorted() {
            others.append((path(of: digests[number]), digests[number].root, content(number)))
        }
        var kept: [SidecarFile] = []
        for sidecar in sidecars {
            let number = Int(sidecar.digest)
            if !strays.contains(number), isBesideDigest(number), sidecar.isAnswer ?? isAnswer(number) {
                kept.append(sidecar)
            } else {
                others.append((path(of: digests[number]).sidecar, digests[number].root, sidecar.content))
            }
        }
        if others.isEmpty { return }
        sidecars = kept
        others.sort { ($0.root, $0.path) < ($1.root, $1.path) }
        var rest = others[...]
        while let first = rest.first {
            let group = rest.prefix { $0.root == first.root && $0.path.folder == first.path.folder }
            rest = rest.dropFirst(group.count)
            var folder = Folder(
                root: first.root,
                path: ObjectKey(bytes: first.path.folder),
                names: PackedNames(group.map(\.path.lastComponent))
            )
            if first.content != nil {
                var contents = StreamedContents(keepsMetadata: false)
                for file in group {
                    contents.append(file.content ?? .unreadable(ObjectReadError(.vanished, "it has gone by")))
                }
                folder.contents = FolderContents(contents, (0..<Int32(clamping: group.count)).map { $0 })
            }
            folders.append(folder)
        }
    }

    // MARK: Files

    /// The path of a digest file.
    package func path(of digest: ListedDigest) -> ObjectKey {
        names.objectKey(digest.path)
    }

    /// The path of a file in a folder.
    package func path(of file: File) -> ObjectKey {
        let folder = folders[file.folder]
        return ObjectKey(bytes: folder.path.bytes + folder.names.name(at: file.position))
    }

    /// Why a file cannot be opened, if it is not a regular file.
    package func obstacle(of file: File) -> ObjectReadError? {
        folders[file.folder].obstacles.isEmpty ? nil : folders[file.folder].obstacles[file.position]
    }

    /// Whether this is what the listing said of a file.
    func isListed(_ file: File, as metadata: ObjectMetadata) -> Bool {
        folders[file.folder].metadata.isListed(file.position, as: metadata)
    }

    /// Calls `body` with every file that is neither a digest file nor a sidecar, until it returns `false`.
    package func forEachFile(_ body: (Folder, ArraySlice<UInt8>) throws -> Bool) rethrows {
        for folder in folders {
            var reader = folder.names.makeReader()
            while reader.next() {
                if try !body(folder, reader.name[...]) { return }
            }
        }
    }
}
