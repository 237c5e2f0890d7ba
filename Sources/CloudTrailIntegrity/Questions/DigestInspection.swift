package import CloudTrailFormat
package import CloudTrailRules
package import NativeInterop

/// All that one digest file says, and what of it holds.
package struct DigestInspection: Sendable {
    /// A signature that may be the file's.
    package struct Signature: Hashable, Sendable {
        /// Where it was found.
        package let source: String
        /// The digest file that repeats it, from the folder of the file that was inspected; `nil` for any other source.
        package let path: ObjectKey?
        /// In hex, as it was found.
        package let text: String
        /// The algorithm that its metadata name; `nil` when they name none.
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

    /// A digest file after this one: it names this one as its predecessor.
    package struct Successor: Hashable, Sendable {
        /// What it says it was delivered as.
        package let location: ObjectLocation
        /// From the folder of the file that was inspected.
        package let path: ObjectKey
        /// Whether it is verified itself. Only then what it says counts against this one.
        package let isVerified: Bool
        /// Whether it names the hash of this one's content.
        package let hasHash: Bool
        /// Whether the signature that it repeats verifies as this one's; `nil` when that could not be tried.
        package let verifies: Bool?
    }

    /// The path as it was given.
    package let path: ByteString
    /// The SHA-256 of the content; `nil` when it could not be read to its end.
    package let hash: SHA256Digest?
    /// The size of the content, in bytes.
    package let contentBytes: UInt64
    /// Whether it is stored as gzip.
    package let isCompressed: Bool
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
    package let outcome: SignatureOutcome
    /// All that is wrong, the primary one first.
    package let faults: [DigestFault]
    package let predecessor: Predecessor
    /// Those that were found where such a file maps to beside this one, the likeliest first, until one proved something.
    package let successors: [Successor]

    /// What is wrong with it or not proven, as a report names it; `nil` for a verified file.
    package var kind: FindingKind? { faults.first?.kind }

    /// Whether it is verified, and the digest file before it is there and not the one that it names.
    package var hasOtherPredecessor: Bool {
        guard faults.isEmpty else { return false }
        switch predecessor {
        case .held(_, _, hasHash: false, _), .held(_, _, _, verifies: false): return true
        default: return false
        }
    }
}

extension Validator {
    /// Reads one digest file, tries its signatures, and judges it by the rules of an archive: by its own signatures, by those
    /// that the digest files after it repeat, and by what these name, where they lie beside it.
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
        let examined = try ExaminedDigest(file, self, monitor)
        let given = signature.map { [SignatureCandidate(.given, .written($0))] } ?? []
        let judged = try JudgedDigest(examined, at: file, given: given, self, monitor)
        return DigestInspection(
            path: path,
            hash: examined.record.hash,
            contentBytes: examined.record.contentBytes,
            isCompressed: examined.isCompressed,
            fields: examined.fields,
            file: examined.file,
            stringToSign: examined.stringToSign,
            messageHash: examined.record.claims?.message,
            key: examined.file.flatMap { keys.key(fingerprint: $0.fingerprint) },
            signatures: judged.signatures,
            outcome: judged.outcome,
            faults: judged.judgement.faults,
            predecessor: try predecessor(of: examined.file, file, monitor),
            successors: judged.successors
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
        let key = digest.location.key
        for path in SingleFile.paths(of: previous.location.key, beside: file.resolvedPath, key: key) {
            let shown = file.path(to: path)
            do {
                let examined = try ExaminedDigest(SingleFile.at(resolvedPath: path), self, monitor)
                let repeated = digest.previousSignature.map {
                    SignatureCandidate(.successor(DigestID(0)), .written($0))
                }
                return .held(
                    previous.location,
                    path: shown,
                    hasHash: examined.record.hash == previous.hash,
                    verifies: try repeated.flatMap { try examined.verifies($0) }
                )
            } catch let error as ObjectReadError where error.reason == .vanished {
                continue
            } catch let error as ObjectReadError {
                return .unreadable(previous.location, path: shown, error)
            }
        }
        return .notHeld(previous.location)
    }
}

extension SignatureSource {
    /// The kind of place that it is.
    package var name: String { origin { _ in ObjectKey(bytes: []) }.name }
}
