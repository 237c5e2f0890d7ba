internal import CloudTrailFormat
internal import NativeInterop

extension StateSection {
    // MARK: Writing

    /// Its bytes, as the section with this number of a state.
    func encoded(_ number: Int) -> [UInt8] {
        var writer = StateWriter()
        writer.add(number)
        writer.add(text: Array(name.account.utf8))
        writer.add(text: Array(name.region.utf8))
        var texts = StateTexts()
        for digest in digests {
            texts.add(digest.claims.location.bucket)
            texts.add(digest.claims.fingerprint)
            if let previous = digest.claims.previous { texts.add(previous.location.bucket) }
        }
        for folder in folders { texts.add(folder.bucket) }
        for finding in findings { texts.add(finding.kind) }
        writer.add(texts.all.count)
        for text in texts.all { writer.add(text: text.bytes) }
        writer.add(digests.count)
        for digest in digests { Self.write(digest, texts, to: &writer) }
        writer.add(folders.count)
        for folder in folders { Self.write(folder, texts, to: &writer) }
        writer.add(findings.count)
        for finding in findings {
            writer.add(texts.number(of: finding.kind))
            writer.add((finding.key == nil ? 0 : 1) | (finding.path == nil ? 0 : 2))
            if let key = finding.key { writer.add(name: key.bytes) }
            if let path = finding.path { writer.add(name: path.bytes) }
        }
        return writer.bytes
    }

    private static func write(_ digest: ProvenDigest, _ texts: StateTexts, to writer: inout StateWriter) {
        let claims = digest.claims
        var flags = StateFlags(digest.metadata, mustBeRead: digest.mustBeRead)
        if digest.isSettled { flags.insert(.isSettled) }
        if claims.isStartingDigest { flags.insert(.isStartingDigest) }
        if claims.previous != nil { flags.insert(.hasPrevious) }
        writer.add(flags.rawValue)
        writer.add(digest.root)
        writer.add(name: digest.path.bytes)
        writer.add(digest.metadata, hashedAt: digest.hashedAt)
        writer.add(digest.hash)
        writer.add(claims.startTime)
        writer.add(claims.endTime)
        writer.add(texts.number(of: claims.location.bucket))
        writer.add(name: claims.location.key.bytes)
        writer.add(texts.number(of: claims.fingerprint))
        if let previous = claims.previous {
            writer.add(texts.number(of: previous.location.bucket))
            writer.add(name: previous.location.key.bytes)
            writer.add(previous.hash)
        }
    }

    private static func write(_ folder: ProvenFolder, _ texts: StateTexts, to writer: inout StateWriter) {
        writer.add(folder.root)
        writer.add(folder.source == nil ? 0 : 1)
        if let source = folder.source { writer.add(text: source.bytes) }
        writer.add(texts.number(of: folder.bucket))
        writer.add(text: folder.path.bytes)
        writer.add(folder.files.count)
        var names = folder.names.makeReader()
        for file in folder.files {
            guard names.next(), let hash = names.hash else { return }
            writer.add(StateFlags(file.metadata, mustBeRead: file.mustBeRead).rawValue)
            writer.add(name: names.name)
            writer.add(hash)
            writer.add(file.digest)
            writer.add(file.metadata, hashedAt: file.hashedAt)
        }
    }

    // MARK: Reading

    /// The section in these bytes, all of which it takes.
    ///
    /// - Parameter head: Which section of the state it must be.
    init(_ bytes: ArraySlice<UInt8>, as head: StateSections.Head) throws(StateError) {
        var reader = StateReader(bytes)
        guard try StateSections.Head(&reader) == head else { throw StateReader.broken }
        name = head.name
        var texts: [String] = []
        for _ in 0..<(try reader.count()) { texts.append(try reader.string()) }
        for _ in 0..<(try reader.count(ofAtLeast: SHA256Digest.byteCount)) {
            digests.append(try Self.readDigest(texts, of: name, from: &reader))
        }
        for _ in 0..<(try reader.count()) {
            folders.append(try Self.readFolder(texts, digestCount: digests.count, from: &reader))
        }
        for _ in 0..<(try reader.count()) {
            let kind = texts[try reader.index(below: texts.count)]
            let parts = try reader.index(below: 4)
            let key = parts & 1 == 0 ? nil : ObjectKey(bytes: try reader.name())
            let path = parts & 2 == 0 ? nil : ObjectKey(bytes: try reader.name())
            findings.append(
                KnownFinding(account: name.account, region: name.region, kind: kind, key: key, path: path)
            )
        }
        guard reader.isAtEnd else { throw StateReader.broken }
    }

    /// More sources than anybody gives.
    static let maximumRoots = 1 << 20

    private static func readDigest(
        _ texts: [String],
        of section: Name,
        from reader: inout StateReader
    ) throws(StateError) -> ProvenDigest {
        let flags = try reader.flags(.ofDigests)
        let root = try reader.index(below: maximumRoots)
        let path = ObjectKey(bytes: try reader.name())
        guard let chain = DigestFileName(path)?.chain, Name(account: chain.account, region: chain.region) == section
        else { throw StateReader.broken }
        let metadata = try reader.metadata(flags)
        let hashedAt = try reader.time()
        let hash = try reader.digest()
        let startTime = try reader.time()
        let endTime = try reader.time()
        let bucket = texts[try reader.index(below: texts.count)]
        var key = ObjectKey(bytes: try reader.name())
        // In nearly every archive the two are the same, and share their memory.
        if key == path { key = path }
        let fingerprint = texts[try reader.index(below: texts.count)]
        var previous: DigestFile.Previous?
        if flags.contains(.hasPrevious) {
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
                isStartingDigest: flags.contains(.isStartingDigest)
            ),
            isSettled: flags.contains(.isSettled),
            mustBeRead: flags.contains(.mustBeRead)
        )
    }

    private static func readFolder(
        _ texts: [String],
        digestCount: Int,
        from reader: inout StateReader
    ) throws(StateError) -> ProvenFolder {
        let root = try reader.index(below: maximumRoots)
        let source = try reader.flag() ? ObjectKey(bytes: try reader.text()) : nil
        let bucket = texts[try reader.index(below: texts.count)]
        var path = ObjectKey(bytes: try reader.text())
        if path == source { path = source ?? path }
        let count = try reader.count(ofAtLeast: SHA256Digest.byteCount)
        var names = PackedNames.Writer(hasHashes: true)
        var files: [ProvenFolder.File] = []
        files.reserveCapacity(count)
        for _ in 0..<count {
            let flags = try reader.flags(.ofLogs)
            let name = try reader.name()
            names.append(name.span, hash: try reader.digest())
            let digest = try reader.index(below: digestCount)
            guard let metadata = try reader.metadata(flags) else { throw StateReader.broken }
            files.append(
                ProvenFolder.File(
                    digest: digest,
                    metadata: metadata,
                    hashedAt: try reader.time(),
                    mustBeRead: flags.contains(.mustBeRead)
                )
            )
        }
        return ProvenFolder(
            root: root,
            source: source,
            bucket: bucket,
            path: path,
            names: names.finish(),
            files: files
        )
    }
}

/// Texts that many things have, each kept once.
private struct StateTexts {
    private(set) var all: [ObjectKey] = []
    private var numbers: [ObjectKey: Int] = [:]

    mutating func add(_ text: String) {
        let text = ObjectKey(text)
        if numbers[text] != nil { return }
        numbers[text] = all.count
        all.append(text)
    }

    func number(of text: String) -> Int { numbers[ObjectKey(text)] ?? 0 }
}
