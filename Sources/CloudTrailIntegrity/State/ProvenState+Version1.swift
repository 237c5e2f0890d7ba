internal import CloudTrailFormat
internal import NativeInterop

/// States of version 1, which are read and no more written. They do not tell what failed a read since it was proven, nor
/// below which path it lay; so with them everything is read once.
extension ProvenState {
    mutating func readVersion1(_ bytes: [UInt8], from start: Int) throws {
        let content = bytes.dropLast(SHA256Digest.byteCount)
        let checksum = SHA256Digest(Array(bytes.suffix(SHA256Digest.byteCount)))
        guard content.count >= start, try SHA256Digest.of(content.span) == checksum else {
            throw StateError(.damaged, "it is damaged: its checksum is not that of its content")
        }
        var reader = StateReader(content.dropFirst(start))
        try readVersion1(from: &reader)
        guard reader.isAtEnd else { throw StateReader.broken }
    }

    private mutating func readVersion1(from reader: inout StateReader) throws(StateError) {
        runs = Int(clamping: try reader.number())
        for _ in 0..<(try reader.count()) {
            let fingerprint = try reader.string()
            keys[fingerprint] = try reader.digest()
        }
        var texts: [String] = []
        for _ in 0..<(try reader.count()) { texts.append(try reader.string()) }
        for _ in 0..<(try reader.count(ofAtLeast: SHA256Digest.byteCount)) {
            digests.append(try Self.readDigest1(texts, from: &reader))
        }
        for _ in 0..<(try reader.count()) {
            folders.append(try Self.readFolder1(texts, digestCount: digests.count, from: &reader))
        }
    }

    private static func readDigest1(
        _ texts: [String],
        from reader: inout StateReader
    ) throws(StateError) -> ProvenDigest {
        let root = try reader.index(below: StateSection.maximumRoots)
        let path = ObjectKey(bytes: try reader.name())
        guard DigestFileName(path) != nil else { throw StateReader.broken }
        let metadata = try reader.flag() ? try reader.metadata1() : nil
        let hashedAt = try reader.time1()
        let hash = try reader.digest()
        // Whether it was settled, which does not count: it is read.
        _ = try reader.flag()
        let startTime = try reader.time1()
        let endTime = try reader.time1()
        let bucket = texts[try reader.index(below: texts.count)]
        var key = ObjectKey(bytes: try reader.name())
        if key == path { key = path }
        let fingerprint = texts[try reader.index(below: texts.count)]
        let isStartingDigest = try reader.flag()
        var previous: DigestFile.Previous?
        if try reader.flag() {
            let bucket = texts[try reader.index(below: texts.count)]
            let key = ObjectKey(bytes: try reader.name())
            previous = DigestFile.Previous(
                location: ObjectLocation(bucket: bucket, key: key),
                hash: try reader.digest()
            )
        }
        return ProvenDigest(
            root: root,
            path: path,
            metadata: metadata,
            hashedAt: hashedAt,
            hash: hash,
            claims: ProvenDigest.Claims(
                startTime: startTime,
                endTime: endTime,
                location: ObjectLocation(bucket: bucket, key: key),
                fingerprint: fingerprint,
                previous: previous,
                isStartingDigest: isStartingDigest
            ),
            isSettled: false,
            mustBeRead: true
        )
    }

    private static func readFolder1(
        _ texts: [String],
        digestCount: Int,
        from reader: inout StateReader
    ) throws(StateError) -> ProvenFolder {
        let root = try reader.index(below: StateSection.maximumRoots)
        let bucket = texts[try reader.index(below: texts.count)]
        let path = ObjectKey(bytes: try reader.text())
        let count = try reader.count(ofAtLeast: SHA256Digest.byteCount)
        var names = PackedNames.Writer(hasHashes: true)
        var files: [ProvenFolder.File] = []
        files.reserveCapacity(count)
        for _ in 0..<count {
            let name = try reader.name()
            names.append(name.span, hash: try reader.digest())
            files.append(
                ProvenFolder.File(
                    digest: try reader.index(below: digestCount),
                    metadata: try reader.metadata1(),
                    hashedAt: try reader.time1(),
                    mustBeRead: true
                )
            )
        }
        return ProvenFolder(root: root, source: nil, bucket: bucket, path: path, names: names.finish(), files: files)
    }
}

extension StateReader {
    fileprivate mutating func time1() throws(StateError) -> Timestamp {
        Timestamp(secondsSinceEpoch: try signed())
    }

    fileprivate mutating func metadata1() throws(StateError) -> ObjectMetadata {
        let storedBytes = try number()
        return ObjectMetadata(storedBytes: storedBytes, modified: try flag() ? try signed() : nil)
    }
}
