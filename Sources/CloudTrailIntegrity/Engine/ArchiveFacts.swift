internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// What was listed, read and placed: which digest files a key has, what may hide an object, and how a report names files.
/// A class, because every task holds it.
final class ArchiveFacts: Sendable {
    /// The names of the sources.
    let names: SourceNames
    let index: ArchiveIndex
    let records: DigestRecords
    let placement: ArchivePlacement

    /// The key that a file maps to, by its number, and the file's content.
    private struct Stray: Hashable {
        let key: Int32
        let hash: SHA256Digest
    }

    private let keys: SuccessorIndex
    /// The digest files that map to each key.
    private let digestsByKey: RecordsByKey
    /// The files that are named like digest files and are not.
    private let strays: Set<Stray>
    private let hiddenFolders: [[ObjectKey: HiddenFolder]]

    init(
        names: SourceNames,
        index: ArchiveIndex,
        records: DigestRecords,
        placement: ArchivePlacement,
        keys: SuccessorIndex
    ) {
        self.names = names
        self.index = index
        self.records = records
        self.placement = placement
        self.keys = keys
        var digestsByKey = RecordsByKey()
        for (number, place) in placement.places.enumerated() where !placement.strays.contains(number) {
            digestsByKey.add(number, to: place.keyNumber)
        }
        self.digestsByKey = digestsByKey
        strays = Set(
            placement.strays.compactMap { number in
                records[number].hash.map { Stray(key: placement.places[number].keyNumber, hash: $0) }
            }
        )
        var hiddenFolders = [[ObjectKey: HiddenFolder]](repeating: [:], count: names.count)
        for folder in index.hiddenFolders { hiddenFolders[folder.root][folder.path] = folder }
        self.hiddenFolders = hiddenFolders
    }

    // MARK: Digest files by their keys

    /// The digest files that map to the key with this number, in the bucket with this number as far as that is known.
    func held(_ key: Int32, _ bucket: Int32) -> RecordNumbers {
        digestsByKey[key].kept { number in
            guard let own = placement.places[number].bucket else { return true }
            return own == bucket
        }
    }

    /// The records that map to the key with this number.
    func digests(of key: Int32) -> RecordNumbers {
        digestsByKey[key]
    }

    /// The records that map to a key.
    func digests(at key: ObjectKey) -> RecordNumbers {
        digests(at: CollectionOfOne(key)).first ?? RecordNumbers.none
    }

    /// The records that map to each of these keys.
    func digests(at keys: some Sequence<ObjectKey>) -> [RecordNumbers] {
        var reader = PackedKeyEncoder(records.names)
        return keys.map { key in
            self.keys.known(reader.key(key.collapsed)).map { digestsByKey[$0] } ?? RecordNumbers.none
        }
    }

    /// Whether a file with this content lies under the key that a record names as its predecessor's, and is not a digest file
    /// because it lies in a log folder.
    func holdsAmongLogs(predecessorOf record: Int, _ hash: SHA256Digest) -> Bool {
        keys.previous(record).map { strays.contains(Stray(key: $0, hash: hash)) } ?? false
    }

    /// The number of the key that a record says its predecessor has.
    func previousKey(of record: Int) -> Int32? {
        keys.previous(record)
    }

    /// Whether no other record maps to the same key.
    func isOnlyCopy(_ record: Int) -> Bool {
        digestsByKey.only(placement.places[record].keyNumber) != nil
    }

    /// Whether a digest file lies where it says that it was put.
    func isWhereItSays(_ record: Int) -> Bool {
        let place = placement.places[record]
        return place.standing == .inPlace && keys.claimed(record) == place.keyNumber
            && !placement.strays.contains(record)
    }

    /// Whether a record names a predecessor of another account or region.
    func namesForeignPredecessor(_ record: Int) -> Bool { keys.foreignNamers.contains(record) }

    /// How a signed digest file elsewhere below its root is mapped; `nil` for any other.
    func offset(ofElsewhere record: Int) -> PathOffset? {
        guard placement.places[record].standing == .elsewhere, let location = records.location(of: record) else {
            return nil
        }
        return PathOffset(
            of: LayoutWitness(path: index.path(of: index.digests[record]), location: location)
        )
    }

    // MARK: Names

    /// The key that a digest file's path maps to.
    func key(ofDigest record: Int) -> ObjectKey {
        records.names.objectKey(keys.key(placement.places[record].keyNumber))
    }

    /// The bucket of a digest file, where the layout or the caller names it.
    func bucket(ofDigest record: Int) -> String? {
        placement.places[record].bucket.map { records.names.text($0) }
    }

    /// The bucket in which a digest file is named by a successor, the last of them; for one that says nothing of itself.
    func namedBucket(_ record: Int) -> String? {
        keys.successorsByKey[placement.places[record].keyNumber].last.flatMap {
            records.previous(of: $0)?.location.bucket
        }
    }

    /// A digest file below the name of its source, as the report shows it.
    func displayPath(ofDigest record: Int) -> ObjectKey {
        displayPath(root: index.digests[record].root, index.path(of: index.digests[record]))
    }

    /// A path below the name of its source, as the report shows it.
    func displayPath(root: Int, _ path: ObjectKey) -> ObjectKey {
        names.displayPath(root: root, path)
    }

    /// Where a signature comes from, as a report names it.
    func origin(_ source: SignatureSource) -> SignatureOrigin { source.origin(key(ofDigest:)) }

    /// Where signatures come from, as a report names it.
    func origins(_ sources: [SignatureSource]) -> [SignatureOrigin] { sources.map(origin) }

    // MARK: Objects that are not there

    /// Why an object that is not there may be there all the same; `nil` where nothing says so.
    func concealment(of location: ObjectLocation) -> Concealment? {
        if location.key.hasUnsafeComponent { return .unsafe(.component) }
        for (root, layout) in placement.layouts.enumerated() where !hiddenFolders[root].isEmpty {
            // The rest of a source that could not be read to its end may hold anything.
            if let rest = hiddenFolders[root][ObjectKey(bytes: [])], let error = rest.error {
                return .hidden(HiddenPlace(.rest, path: displayPath(root: root, rest.path), error: error))
            }
            guard let path = layout.path(of: location) else { continue }
            for (offset, byte) in path.bytes.enumerated() where byte == UInt8(ascii: "/") {
                guard let folder = hiddenFolders[root][ObjectKey(bytes: Array(path.bytes[..<offset]))] else { continue }
                let shown = displayPath(root: root, folder.path)
                guard let error = folder.error else { return .unsafe(.link(shown)) }
                return .hidden(HiddenPlace(.folder, path: shown, error: error))
            }
        }
        return nil
    }

    /// Which of these log files lie where they were proven: where digest files were moved, the root's layout, and with it
    /// the key of a file, may have become another.
    ///
    /// - Returns: What lies there, by the numbers of the log files.
    func filesInPlace(_ files: [(provenIn: LogListing.Place?, name: ObjectKey)]) -> [Int: [ArchiveIndex.File]] {
        var wanted: [LogListing.Place: [ObjectKey: [Int]]] = [:]
        for (number, file) in files.enumerated() {
            guard let place = file.provenIn, place.folder != nil else { continue }
            wanted[place, default: [:]][file.name.compressedName, default: []].append(number)
        }
        if wanted.isEmpty { return [:] }
        var found: [Int: [ArchiveIndex.File]] = [:]
        for (position, folder) in index.folders.enumerated() {
            guard let names = wanted[LogListing.Place(root: folder.root, folder: folder.path)] else { continue }
            var reader = folder.names.makeReader()
            while reader.next() {
                for number in names[ObjectKey(bytes: reader.name).compressedName] ?? [] {
                    found[number, default: []].append(ArchiveIndex.File(folder: position, position: reader.position))
                }
            }
        }
        return found
    }
}

extension SignatureSource {
    /// Where it is, as a report names it.
    ///
    /// - Parameter key: The key of the digest file with this number.
    func origin(_ key: (Int) -> ObjectKey) -> SignatureOrigin {
        switch self {
        case .extendedAttribute: .extendedAttribute
        case .sidecar: .sidecar
        case .manifest: .manifest
        case .state: .state
        case .given: .given
        case .successor(let digest): .successor(key(digest.number))
        }
    }
}
