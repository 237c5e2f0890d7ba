package import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// What proves one file to somebody who has openssl and sha256sum and not this tool.
package struct FileProof: Sendable {
    /// A digest file that has a part in it.
    package struct Digest: Sendable {
        /// What it was delivered as.
        package let location: ObjectLocation
        /// Where it was found: below the name of its archive, or the path that the caller gave.
        package let path: ObjectKey
    }

    /// The digest file that lists the file, or that the file is.
    package let digest: Digest
    /// The SHA-256 of its content.
    package let digestHash: SHA256Digest
    /// Its bytes as they are stored.
    package let digestBytes: [UInt8]
    /// Whether these are gzip.
    package let isDigestCompressed: Bool
    /// What CloudTrail signed.
    package let stringToSign: [UInt8]
    /// The signature that verifies.
    package let signature: [UInt8]
    /// Where it was found.
    package let source: String
    /// The digest file that repeats it; `nil` where it was kept for this one.
    package let successor: Digest?
    /// The key that it verifies with.
    package let key: PublicKey
    /// The entry of the log file in the digest file, without white space; `nil` for a digest file.
    package let listing: [UInt8]?

    /// The bytes without those that JSON takes for white space, as `tr -d ' \t\r\n'` leaves them.
    static func withoutSpace(_ bytes: some Sequence<UInt8>) -> [UInt8] { bytes.filter { !JSONLines.isSpace($0) } }

    /// How a digest file names its key, without white space; hex may be in either case.
    package static func keyMember(_ fingerprint: String) -> String {
        "\"digestPublicKeyFingerprint\":\"\(fingerprint)\""
    }

    /// How an entry names the SHA-256 of its log file, likewise.
    package static func hashMember(_ hash: String) -> String { "\"hashValue\":\"\(hash)\"" }
}

extension [UInt8] {
    /// Whether the text stands in it, in ASCII letters of either case.
    fileprivate func holds(_ text: String) -> Bool {
        let text = text.utf8.map(\.lowerCased)
        guard let first = text.first, count >= text.count else { return false }
        return (0...count - text.count).contains { start in
            self[start].lowerCased == first
                && self[start..<start + text.count].lazy.map(\.lowerCased).elementsEqual(text)
        }
    }
}

/// Why a valid file gets no proof that stands for itself.
package struct FileProofError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What stood in the way, in one line; it may hold text from the archive.
    package let description: String
}

extension Validator {
    /// Reads again what a check found to prove a file, and makes sure that it is the same.
    ///
    /// - Parameters:
    ///   - check: What ``check(_:in:monitor:)`` said of one file that it was given alone, with the same archives.
    ///   - archives: What holds the digest files.
    /// - Returns: `nil` for a file that is not valid.
    /// - Throws: ``FileProofError`` when something is not what it was any more; ``CancellationError`` when the monitor
    ///   stopped it; an error when libcrypto or zlib fail.
    package func proof(
        of check: FileCheck,
        in archives: [any ArchiveSource],
        monitor: ValidationMonitor = ValidationMonitor()
    ) throws -> FileProof? {
        guard let evidence = check.evidence else { return nil }
        let wanted = [evidence.digest] + (evidence.successor.map { [$0] } ?? [])
        let sources = try wanted.map { place -> any ObjectSource in
            guard place.source < archives.count else { return try SingleFile(path: check.path).called(place.path) }
            return try Self.source(archives[place.source], holding: place.path, options.limits, monitor)
        }
        func read(_ number: Int) throws -> (ExaminedDigest, DigestFile) {
            let examined: ExaminedDigest
            do {
                examined = try ExaminedDigest(wanted[number].path, in: sources[number], keepsBytes: true, self, monitor)
            } catch let error as ObjectReadError {
                throw FileProofError(description: "a digest file could not be read again: \(error.description)")
            }
            guard let file = examined.file else {
                throw FileProofError(description: "a digest file is not what it was when the file was checked")
            }
            return (examined, file)
        }
        func found(_ number: Int, _ file: DigestFile) -> FileProof.Digest {
            let place = wanted[number]
            guard place.source < archives.count else {
                return FileProof.Digest(location: file.location, path: ObjectKey(bytes: check.path.bytes))
            }
            let name = archives[place.source].nameBytes
            let separator = name.hasSuffix("/") ? "" : "/"
            return FileProof.Digest(
                location: file.location,
                path: ObjectKey(bytes: name.bytes + Array(separator.utf8) + place.path.bytes)
            )
        }
        let (digest, file) = try read(0)
        guard digest.record.hash == evidence.hash, digest.record.defect == nil, let message = digest.stringToSign,
            let key = keys.key(fingerprint: file.fingerprint)
        else { throw FileProofError(description: "the digest file is not what it was when the file was checked") }
        var candidates = digest.candidates
        var successor: FileProof.Digest?
        if evidence.successor != nil {
            let (_, next) = try read(1)
            successor = found(1, next)
            let repeated = next.previousSignature
            candidates = repeated.map { [SignatureCandidate(.successor(DigestID(1)), .written($0))] } ?? []
        }
        try requireReadable(digest, naming: file.fingerprint)
        guard let candidate = try candidates.first(where: { try digest.verifies($0) == true }),
            let signature = Hex.decode(candidate.writtenText)
        else { throw FileProofError(description: "the signature is not there any more") }
        return FileProof(
            digest: found(0, file),
            digestHash: evidence.hash,
            digestBytes: digest.stored,
            isDigestCompressed: digest.isCompressed,
            stringToSign: message,
            signature: signature,
            source: candidate.source.name,
            successor: successor,
            key: key,
            listing: try check.isDigest ? nil : listing(of: check, in: digest)
        )
    }

    /// Makes sure that a script finds in a digest file, as text, what JSON has there: the same text may be written in more
    /// than one way.
    private func requireReadable(_ digest: ExaminedDigest, naming fingerprint: String) throws {
        let text = FileProof.withoutSpace(digest.content)
        guard text.holds(FileProof.keyMember(fingerprint)) else {
            throw FileProofError(description: "the digest file names its key in a way that no script finds")
        }
    }

    /// The entry of a log file in a digest file.
    private func listing(of check: FileCheck, in digest: ExaminedDigest) throws -> [UInt8] {
        guard let location = check.location, let hash = check.hash,
            let listing = DigestFile.listing(of: location, hash: hash, in: digest.content, limits: options.limits)
        else { throw FileProofError(description: "the digest file does not list it as it did when it was checked") }
        let text = FileProof.withoutSpace(listing)
        guard text.holds(FileProof.hashMember(Hex.encode(hash.bytes))) else {
            throw FileProofError(description: "the digest file lists it in a way that no script finds")
        }
        return text
    }

    /// Copies a file that a check found to be valid.
    ///
    /// - Parameters:
    ///   - check: What the check said of it.
    ///   - output: Takes its bytes as they are stored, piece by piece; what it throws is thrown.
    /// - Throws: ``FileProofError`` when it is not what it was any more, or could not be read.
    package func copy(
        _ check: FileCheck,
        monitor: ValidationMonitor = ValidationMonitor(),
        to output: @escaping ([UInt8]) throws -> Void
    ) throws {
        var forwarded: ForwardedObject?
        do {
            let file = try SingleFile(path: check.path)
            let (pool, worker) = try makePool(for: [file.access])
            defer { pool.stop() }
            let limits = options.limits
            let (result, _, object, _) = try worker.hash(
                limits: limits.hashing(contentBytes: max(limits.logBytes, limits.digestBytes)),
                collecting: false,
                monitor: monitor
            ) {
                let object = ForwardedObject(try file.open(file.path), to: output)
                forwarded = object
                return object
            }
            try object.checkUnchanged()
            guard case .complete = result.condition, result.sha256 == check.hash else {
                throw FileProofError(description: "the file is not what it was when it was checked")
            }
        } catch let error as ObjectReadError {
            if let failure = forwarded?.failure { throw failure }
            throw FileProofError(description: "the file could not be read again: \(error.description)")
        }
    }

    // MARK: Archives that go by once

    /// A source of any file of an archive that is asked for; for one that goes by, it goes by again.
    private static func source(
        _ archive: any ArchiveSource,
        holding path: ObjectKey,
        _ limits: Limits,
        _ monitor: ValidationMonitor
    ) throws -> any ObjectSource {
        switch archive.access {
        case .random(let source): return source
        case .singlePass(let stream):
            return try PassingFiles(of: stream, called: [path, path.sidecar], limit: limits.digestBytes, monitor)
        }
    }
}

/// A few files of an archive that goes by once.
private struct PassingFiles: ObjectSource {
    private struct File: Sendable {
        let bytes: [UInt8]
        let metadata: ObjectMetadata
        let signature: SignatureMetadata?
    }

    let name: String
    private var files: [ObjectKey: File] = [:]

    /// - Parameter limit: The most bytes of a file that are kept.
    init(of stream: any ObjectStream, called paths: [ObjectKey], limit: UInt64, _ monitor: ValidationMonitor) throws {
        name = stream.name
        var files: [ObjectKey: File] = [:]
        try stream.forEachObject(check: { try monitor.check() }) { entry, object in
            try monitor.check()
            guard let object, case .file = entry.kind, paths.contains(entry.path), files[entry.path] == nil else {
                return
            }
            let recorded = RecordedObject(object)
            var buffer = [UInt8](repeating: 0, count: 64 * 1024)
            while UInt64(recorded.bytes.count) <= limit {
                let count = try unsafe buffer.withUnsafeMutableBytes { bytes in
                    var span = unsafe MutableRawSpan(_unsafeBytes: bytes)
                    return try recorded.read(into: &span)
                }
                if count <= 0 { break }
            }
            files[entry.path] = File(
                bytes: recorded.bytes,
                metadata: object.metadata,
                signature: try object.signatureMetadata()
            )
        }
        self.files = files
    }

    func list(_ visit: (ArchiveEntry) throws -> Void) throws {
        for path in files.keys.sorted() { try visit(ArchiveEntry(path: path, kind: .file)) }
    }

    func open(_ path: ObjectKey) throws -> any OpenObject {
        guard let file = files[path] else { throw ObjectReadError(.vanished, "there is no such file") }
        return BufferedObject(file.bytes[...], metadata: file.metadata, signature: file.signature)
    }
}
