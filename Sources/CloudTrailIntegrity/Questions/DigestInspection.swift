package import CloudTrailFormat
internal import CloudTrailRules
package import NativeInterop

/// All that one digest file says, and what of it holds.
package struct DigestInspection: Sendable {
    /// A signature that may be the file's.
    package struct Signature: Hashable, Sendable {
        /// Where it was found.
        package let source: String
        /// In hex, as it was found.
        package let text: String
        /// The algorithm it is said to be made with; `nil` when nothing is said.
        package let algorithm: String?
        /// Whether it verifies; `nil` when that could not be tried.
        package let verifies: Bool?
    }

    /// What is known of the digest file before this one.
    package enum Predecessor: Hashable, Sendable {
        /// The file could not be parsed, so that it names none.
        case unknown
        /// This one says that it begins its chain.
        case none
        /// It is not where its key maps to beside this file.
        case notHeld(ObjectLocation)
        /// What lies there could not be read.
        case unreadable(ObjectLocation, path: ObjectKey, ObjectReadError)
        /// It is there.
        ///
        /// - path: From the folder of the file that was inspected; so too where it could not be read.
        /// - hasHash: Whether its content has the hash that this file names.
        /// - verifies: Whether `previousDigestSignature` verifies as its signature; `nil` when that could not be tried.
        case held(ObjectLocation, path: ObjectKey, hasHash: Bool, verifies: Bool?)
    }

    /// The path as it was given.
    package let path: ByteString
    /// The SHA-256 of the content; `nil` when it could not be read to its end.
    package let hash: SHA256Digest?
    /// The size of the content, in bytes.
    package let contentBytes: UInt64
    /// Whether it is stored as gzip.
    package let isCompressed: Bool
    /// What of it is broken; `nil` when nothing is.
    package let defect: DigestFacts.Defect?
    /// Its fields, as far as it is JSON.
    package let fields: [DigestField]
    /// What it says; `nil` when it could not be parsed.
    package let file: DigestFile?
    /// What its signature signs; `nil` when that could not be made.
    package let stringToSign: [UInt8]?
    /// The SHA-256 of ``stringToSign``.
    package let messageHash: SHA256Digest?
    /// The key that it names; `nil` when it is not at hand.
    package let key: PublicKey?
    package let signatures: [Signature]
    /// What trying all signatures came to.
    package let verdict: SignatureOutcome
    package let predecessor: Predecessor

    /// Whether the file is what CloudTrail signed, as far as it tells by itself.
    package var isVerified: Bool {
        guard case .valid = verdict else { return false }
        return defect == nil && file?.problem == nil
    }
}

extension Validator {
    /// Reads one digest file and tries its signatures.
    ///
    /// - Parameters:
    ///   - path: The file, wherever it lies.
    ///   - signature: A signature of the file, in hex.
    /// - Throws: ``ObjectReadError`` when it could not be read; ``CancellationError`` when the monitor stopped it; an
    ///   error when libcrypto or zlib fail.
    package func inspect(
        _ path: ByteString,
        signature: String? = nil,
        monitor: ValidationMonitor = ValidationMonitor()
    ) throws -> DigestInspection {
        let file = try SingleFile(path: path)
        let examined = try examine(file, monitor)
        var candidates = examined.candidates
        if let signature { candidates.insert(SignatureCandidate(.given, .written(signature)), at: 0) }
        var verifier = examined.verifier
        let tried = try candidates.map { candidate in
            var one = [candidate]
            let verdict = try verifier.verdict(on: examined.record, &one)
            return DigestInspection.Signature(
                source: candidate.source.name,
                text: candidate.writtenText,
                algorithm: candidate.algorithm,
                verifies: verdict.verifies
            )
        }
        return DigestInspection(
            path: path,
            hash: examined.record.hash,
            contentBytes: examined.record.contentBytes,
            isCompressed: examined.isCompressed,
            defect: examined.record.defect,
            fields: examined.fields,
            file: examined.file,
            stringToSign: examined.stringToSign,
            messageHash: examined.record.claims?.message,
            key: examined.file.flatMap { keys.key(fingerprint: $0.fingerprint) },
            signatures: tried,
            verdict: try verifier.verdict(on: examined.record, &candidates),
            predecessor: try predecessor(of: examined.file, file, monitor)
        )
    }

    /// A digest file that was read.
    private struct Examined {
        let record: DigestRecord
        /// Tries signatures on it.
        let verifier: SignatureVerifier
        let file: DigestFile?
        let fields: [DigestField]
        let isCompressed: Bool
        let stringToSign: [UInt8]?
        let candidates: [SignatureCandidate]
    }

    private func examine(_ file: SingleFile, _ monitor: ValidationMonitor) throws -> Examined {
        let (pool, worker) = try makePool(for: [file.access])
        defer { pool.stop() }
        let limits = options.limits
        let (result, content, object, _) = try worker.hash(
            limits: limits.hashing(contentBytes: limits.digestBytes),
            collecting: true,
            monitor: monitor
        ) { try file.open(file.path) }
        var signatures = DigestSignatures()
        if let metadata = try object.signatureMetadata() {
            signatures.own.append(SignatureCandidate(.extendedAttribute, metadata))
        }
        if let metadata = try DigestReader.readSidecar(of: file.path, in: file, worker, monitor) {
            signatures.own.append(SignatureCandidate(.sidecar, metadata))
        }
        try object.checkUnchanged()
        var texts = StringReuse()
        let (digest, defect) = DigestReader.parse(content, result.condition, limits, &texts)
        let hash = result.isWhole ? result.sha256 : nil
        let stringToSign = hash.flatMap { digest?.stringToSign(hash: $0) }
        // Its name is not looked at here: a copy may be called anything.
        let name =
            digest.flatMap { worker.context.keyReader.digestFile($0.location.key) }
            ?? worker.context.keyReader.key(file.path)
        let message = try stringToSign.map { try SHA256Digest.of($0) }
        let record =
            digest.map { digest in
                DigestRecord(
                    name,
                    file: digest,
                    message: message,
                    defect: defect,
                    hash: hash,
                    contentBytes: result.contentBytes,
                    reader: &worker.context.keyReader
                )
            } ?? DigestRecord(name, defect: defect, hash: hash, contentBytes: result.contentBytes)
        return Examined(
            record: record,
            verifier: worker.context.verifier,
            file: digest,
            fields: DigestFile.fields(of: content, limits: limits),
            isCompressed: result.form == .gzip,
            stringToSign: stringToSign,
            candidates: worker.context.verifier.ownCandidates(of: record.claims, kept: signatures.own)
        )
    }

    // MARK: The digest file before

    private func predecessor(
        of digest: DigestFile?,
        _ file: SingleFile,
        _ monitor: ValidationMonitor
    ) throws -> DigestInspection.Predecessor {
        guard let digest else { return .unknown }
        guard let previous = digest.previous else { return digest.isStartingDigest ? .none : .unknown }
        for path in Self.paths(of: previous.location.key, beside: file.resolvedPath, key: digest.location.key) {
            let shown = Self.relativePath(to: path, from: file.resolvedPath)
            do {
                let examined = try examine(SingleFile.at(resolvedPath: path), monitor)
                var candidates =
                    digest.previousSignature.map { [SignatureCandidate(.successor(DigestID(0)), .written($0))] } ?? []
                var verifier = examined.verifier
                let verdict = try verifier.verdict(on: examined.record, &candidates)
                return .held(
                    previous.location,
                    path: shown,
                    hasHash: examined.record.hash == previous.hash,
                    verifies: verdict.verifies
                )
            } catch let error as ObjectReadError where error.reason == .vanished {
                continue
            } catch let error as ObjectReadError {
                return .unreadable(previous.location, path: shown, error)
            }
        }
        return .notHeld(previous.location)
    }

    /// The way to `path` from the folder of another, both from the root of the file system.
    private static func relativePath(to path: ObjectKey, from other: ObjectKey) -> ObjectKey {
        let folders = other.components.dropLast()
        let components = path.components
        let common = zip(folders, components.dropLast()).prefix { $0.elementsEqual($1) }.count
        let up = [UInt8](repeatElement("../".utf8, count: folders.count - common).joined())
        return ObjectKey(bytes: up + components.dropFirst(common).joined(separator: [UInt8(ascii: "/")]))
    }

    /// Where an object may lie when another one is at `path`: where its key maps to by what the other's path and key
    /// have in common, and in the same folder.
    static func paths(of wanted: ObjectKey, beside path: ObjectKey, key: ObjectKey) -> [ObjectKey] {
        let wanted = wanted.collapsed
        // What is no digest file is not opened, whatever names it.
        if wanted.hasUnsafeComponent || DigestFileName(wanted) == nil { return [] }
        var paths: [ObjectKey] = []
        let components = path.compressedName.components
        let keyComponents = key.collapsed.components
        let common = zip(components.reversed(), keyComponents.reversed()).prefix { $0.elementsEqual($1) }.count
        if common > 0 {
            let keyHead = keyComponents.dropLast(common)
            let wantedComponents = wanted.components
            if wantedComponents.count > keyHead.count,
                zip(keyHead, wantedComponents).allSatisfy({ $0.elementsEqual($1) })
            {
                let all = components.dropLast(common) + wantedComponents.dropFirst(keyHead.count)
                paths.append(ObjectKey(bytes: Array(all.joined(separator: [UInt8(ascii: "/")]))))
            }
        }
        let besides = ObjectKey(bytes: path.folder + wanted.lastComponent)
        if !paths.contains(besides) { paths.append(besides) }
        // A download may have decompressed it.
        return paths.flatMap { path in
            path.hasSuffix(".json.gz") ? [path, ObjectKey(bytes: path.bytes.dropLast(3))] : [path]
        }
    }
}

extension SignatureCandidate {
    fileprivate var writtenText: String {
        switch text {
        case .written(let text): text
        case .verified: ""
        }
    }
}

extension SignatureOutcome {
    /// Whether a single candidate verifies; `nil` when it could not be tried.
    fileprivate var verifies: Bool? {
        switch self {
        case .valid: true
        case .failed: false
        case .unsupportedAlgorithm, .keyUnknown, .noCandidate, .notApplicable: nil
        }
    }
}

extension SignatureSource {
    /// The kind of place that it is.
    package var name: String { origin { _ in ObjectKey(bytes: []) }.name }
}
