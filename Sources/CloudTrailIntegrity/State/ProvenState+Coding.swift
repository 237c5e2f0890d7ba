internal import NativeInterop

extension ProvenState {
    /// What the first line says: so that nobody takes it for something else, and no other version for this one.
    private static let title = "cloudtrail-integrity state "
    private static let version = 1

    /// Reads a state that ``serialized()`` wrote.
    ///
    /// - Throws: ``StateError`` when the bytes are not such a state, are one of another version, or were changed.
    public init(reading bytes: [UInt8]) throws {
        guard bytes.starts(with: Self.title.utf8) else {
            throw StateError(
                .damaged,
                bytes.isEmpty ? "it is empty" : "it is not a state of \(Self.title.split(separator: " ")[0])"
            )
        }
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        guard line.elementsEqual("\(Self.title)\(Self.version)".utf8) else {
            let version = escaped(String(decoding: line.dropFirst(Self.title.utf8.count).prefix(20), as: UTF8.self))
            throw StateError(
                .unsupportedVersion,
                "it is of version \(version), which this version of the tool does not read"
            )
        }
        let content = bytes.dropLast(SHA256Digest.byteCount)
        let checksum = SHA256Digest(Array(bytes.suffix(SHA256Digest.byteCount)))
        guard content.count > line.count, try SHA256Digest.of(content.span) == checksum else {
            throw StateError(.damaged, "it is damaged: its checksum is not that of its content")
        }
        var reader = StateReader(content.dropFirst(line.count + 1))
        try read(from: &reader)
        guard reader.isAtEnd else { throw StateReader.broken }
    }

    /// The state as bytes, with a checksum at their end.
    public func serialized() throws -> [UInt8] {
        var writer = StateWriter()
        writer.add(raw: "\(Self.title)\(Self.version)\n".utf8)
        write(to: &writer)
        writer.add(try SHA256Digest.of(writer.bytes))
        return writer.bytes
    }

    // MARK: Writing

    private func write(to writer: inout StateWriter) {
        writer.add(runs)
        writer.add(keys.count)
        for (fingerprint, hash) in keys.sorted(by: { $0.key < $1.key }) {
            writer.add(text: Array(fingerprint.utf8))
            writer.add(hash)
        }
        var texts = Texts()
        for digest in digests {
            texts.add(digest.claims.location.bucket)
            texts.add(digest.claims.fingerprint)
            if let previous = digest.claims.previous { texts.add(previous.location.bucket) }
        }
        for folder in folders { texts.add(folder.bucket) }
        writer.add(texts.all.count)
        for text in texts.all { writer.add(text: Array(text.utf8)) }
        writer.add(digests.count)
        for digest in digests { write(digest, texts, to: &writer) }
        writer.add(folders.count)
        for folder in folders { write(folder, texts, to: &writer) }
    }

    private func write(_ digest: ProvenDigest, _ texts: Texts, to writer: inout StateWriter) {
        let claims = digest.claims
        writer.add(digest.root)
        writer.add(name: digest.path.bytes)
        writer.add(digest.metadata != nil)
        if let metadata = digest.metadata { writer.add(metadata) }
        writer.add(digest.hashedAt)
        writer.add(digest.hash)
        writer.add(digest.isSettled)
        writer.add(claims.startTime)
        writer.add(claims.endTime)
        writer.add(texts.number(of: claims.location.bucket))
        writer.add(name: claims.location.key.bytes)
        writer.add(texts.number(of: claims.fingerprint))
        writer.add(claims.isStartingDigest)
        writer.add(claims.previous != nil)
        if let previous = claims.previous {
            writer.add(texts.number(of: previous.location.bucket))
            writer.add(name: previous.location.key.bytes)
            writer.add(previous.hash)
        }
    }

    private func write(_ folder: ProvenFolder, _ texts: Texts, to writer: inout StateWriter) {
        writer.add(folder.root)
        writer.add(texts.number(of: folder.bucket))
        writer.add(text: folder.path.bytes)
        writer.add(folder.files.count)
        var names = folder.names.makeReader()
        for file in folder.files {
            guard names.next(), let hash = names.hash else { return }
            writer.add(name: names.name)
            writer.add(hash)
            writer.add(file.digest)
            writer.add(file.metadata)
            writer.add(file.hashedAt)
        }
    }

    /// Texts that many things have, each kept once.
    private struct Texts {
        private(set) var all: [String] = []
        private var numbers: [String: Int] = [:]

        mutating func add(_ text: String) {
            if numbers[text] != nil { return }
            numbers[text] = all.count
            all.append(text)
        }

        func number(of text: String) -> Int { numbers[text] ?? 0 }
    }

    // MARK: Reading

    private mutating func read(from reader: inout StateReader) throws(StateError) {
        runs = Int(clamping: try reader.number())
        for _ in 0..<(try reader.count()) {
            let fingerprint = try reader.string()
            keys[fingerprint] = try reader.digest()
        }
        var texts: [String] = []
        for _ in 0..<(try reader.count()) { texts.append(try reader.string()) }
        for _ in 0..<(try reader.count(ofAtLeast: SHA256Digest.byteCount)) {
            digests.append(try Self.readDigest(texts, from: &reader))
        }
        for _ in 0..<(try reader.count()) {
            folders.append(try Self.readFolder(texts, digestCount: digests.count, from: &reader))
        }
    }

    /// More sources than anybody gives.
    private static let maximumRoots = 1 << 20

    private static func readDigest(
        _ texts: [String],
        from reader: inout StateReader
    ) throws(StateError) -> ProvenDigest {
        let root = try reader.index(below: maximumRoots)
        let path = ObjectKey(bytes: try reader.name())
        guard DigestFileName(path) != nil else { throw StateReader.broken }
        let metadata = try reader.flag() ? try reader.metadata() : nil
        let hashedAt = try reader.time()
        let hash = try reader.digest()
        let isSettled = try reader.flag()
        let startTime = try reader.time()
        let endTime = try reader.time()
        let bucket = texts[try reader.index(below: texts.count)]
        var key = ObjectKey(bytes: try reader.name())
        // In nearly every archive the two are the same, and share their memory.
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
            isSettled: isSettled
        )
    }

    private static func readFolder(
        _ texts: [String],
        digestCount: Int,
        from reader: inout StateReader
    ) throws(StateError) -> ProvenFolder {
        let root = try reader.index(below: maximumRoots)
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
                    metadata: try reader.metadata(),
                    hashedAt: try reader.time()
                )
            )
        }
        return ProvenFolder(root: root, bucket: bucket, path: path, names: names.finish(), files: files)
    }
}
