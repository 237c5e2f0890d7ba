package import CloudTrailFormat
package import CloudTrailRules
package import NativeInterop

/// What is known of one file: whether CloudTrail delivered it, unchanged, and who says so.
package struct FileCheck: Sendable {
    /// What it comes to.
    package enum Verdict: String, Hashable, Sendable {
        /// A verified digest file vouches for the content, or it is a verified digest file itself.
        case valid
        /// It is proven not to be what CloudTrail delivered under its name.
        case violation
        /// No proof either way.
        case unverified
        /// It could not be read.
        case unreadable
    }

    /// The verified digest file that lists a log file, or the one that the file is.
    package struct Voucher: Hashable, Sendable {
        /// What it says it was delivered as.
        package let location: ObjectLocation
        /// Where it was found: below the name of its archive, or the path that the caller gave.
        package let path: ObjectKey
        /// The fingerprint of the key that its signature verifies with.
        package let fingerprint: String
        /// When it was signed, as far as it says.
        package let time: Timestamp
        /// Where the signature that verifies was found.
        package let source: String
    }

    /// What proves a valid file, where it can be read again.
    struct Evidence: Hashable, Sendable {
        /// A digest file: the number of its source, those of the archives first, and its path there.
        struct Place: Hashable, Sendable {
            let source: Int
            let path: ObjectKey
        }

        /// The digest file that lists the file, or that the file is.
        let digest: Place
        /// The SHA-256 of its content.
        let hash: SHA256Digest
        /// The digest file after it, where the signature is one that it repeats.
        let successor: Place?
    }

    /// The path as it was given.
    package let path: ByteString
    package let verdict: Verdict
    /// What is wrong or not proven; `nil` when nothing is, and for a file that could not be read.
    package let kind: FindingKind?
    /// Whether it is, or is named like, a digest file.
    package let isDigest: Bool
    /// The SHA-256 of the content; `nil` when it could not be read to its end.
    package let hash: SHA256Digest?
    /// Whether a log file is stored as gzip.
    package let isCompressed: Bool
    /// What it was delivered as, or what its name is known as; `nil` when nothing is known.
    package let location: ObjectLocation?
    /// It vouches for the file where that is valid, and says otherwise where it is not; `nil` where there is none.
    package let voucher: Voucher?
    /// What proves it; `nil` for a file that is not valid.
    let evidence: Evidence?
    /// What and why, in one sentence; it may hold text from the archive.
    package let message: String
    /// What to do next; `nil` where nothing is.
    package let advice: String?
    /// What is good to know beside it.
    package fileprivate(set) var notes: [String]

    static func unreadable(_ path: ByteString, _ error: ObjectReadError) -> FileCheck {
        FileCheck(
            path: path,
            verdict: .unreadable,
            kind: nil,
            isDigest: false,
            hash: nil,
            isCompressed: false,
            location: nil,
            voucher: nil,
            evidence: nil,
            message: "could not be read: \(error.description)",
            advice: nil,
            notes: []
        )
    }
}

extension FileCheck.Verdict {
    init(_ kind: FindingKind?) {
        switch kind?.severity {
        case .violation: self = .violation
        case .unverified: self = .unverified
        case .notice, nil: self = .valid
        }
    }
}

extension Validator {
    /// Checks single files against the digest files of an archive, all of which are verified; no other log file is
    /// read. A file that is itself a digest file is judged like one of the archive's.
    ///
    /// - Parameters:
    ///   - paths: The files, wherever they lie.
    ///   - archives: What holds the digest files.
    /// - Returns: What is known of each file, in their order.
    /// - Throws: ``CancellationError`` when the monitor stopped it; an error when an archive cannot be listed, or when
    ///   libcrypto or zlib fail.
    package func check(
        _ paths: [ByteString],
        in archives: [any ArchiveSource],
        monitor: ValidationMonitor = ValidationMonitor()
    ) throws -> [FileCheck] {
        let readings = try paths.map { try FileReading(path: $0, self, monitor) }
        // A digest file is a source of its own, so that it is judged by the same rules in every way.
        var sources = archives.map(\.access)
        var names = archives.map(\.nameBytes)
        var rootOfFile: [Int: Int] = [:]
        for (number, reading) in readings.enumerated() {
            guard case .digest(let file) = reading else { continue }
            rootOfFile[number] = sources.count
            sources.append(file.access)
            names.append(file.givenPath)
        }
        let (pool, worker) = try makePool(for: sources)
        defer { pool.stop() }
        var all: ArchivePortion?
        let (archive, check) = try judgeDigests(
            of: sources,
            names: names,
            portion: &all,
            hashesStreams: false,
            monitor,
            pool,
            worker
        )
        let judge = FileJudge(
            archive: archive,
            check: check,
            verifier: worker.context.verifier,
            archiveCount: archives.count
        )
        let listings = try judge.listings(of: readings, monitor)
        let replaced = archives.namesOfReplaced.map { name in
            "the path of the archive \(name) leads elsewhere by now: the digest files are those of the folder that was "
                + "opened at the start"
        }
        return zip(readings.indices, readings).map { number, reading in
            var check =
                switch reading {
                case .unreadable(let path, let error): FileCheck.unreadable(path, error)
                case .digest(let file): judge.check(digest: file, root: rootOfFile[number] ?? 0)
                case .content(let content): judge.check(content, listings)
                }
            check.notes += replaced
            return check
        }
    }
}

/// What reading a file showed.
private enum FileReading {
    struct Content {
        let path: ByteString
        /// The name that it was delivered under, if it kept its name.
        let name: ObjectKey
        let result: ContentHasher.Result
    }

    case unreadable(ByteString, ObjectReadError)
    /// A digest file, or what is named like one.
    case digest(SingleFile)
    /// Anything else.
    case content(Content)

    init(path: ByteString, _ validator: Validator, _ monitor: ValidationMonitor) throws {
        do {
            let file = try SingleFile(path: path)
            if DigestFileName(file.path) != nil {
                self = .digest(file)
                return
            }
            let (pool, worker) = try validator.makePool(for: [file.access])
            defer { pool.stop() }
            let limits = validator.options.limits
            func read(_ bytes: UInt64, collecting: Bool) throws -> (ContentHasher.Result, [UInt8]) {
                let (result, content, object, _) = try worker.hash(
                    limits: limits.hashing(contentBytes: bytes),
                    collecting: collecting,
                    monitor: monitor
                ) { try file.open(file.path) }
                try object.checkUnchanged()
                return (result, content)
            }
            let name = ObjectKey(bytes: file.path.compressedName.lastComponent)
            // A digest file under another name shows by what it holds.
            if LogFileName(file.path) == nil {
                let (result, content) = try read(limits.digestBytes, collecting: true)
                if let digest = try? DigestFile(parsing: content, limits: limits) {
                    let own = ObjectKey(bytes: digest.location.key.lastComponent)
                    if DigestFileName(own) != nil {
                        self = .digest(file.called(own))
                        return
                    }
                }
                if result.condition != .overContentLimit {
                    self = .content(Content(path: path, name: name, result: result))
                    return
                }
            }
            let (result, _) = try read(limits.logBytes, collecting: false)
            self = .content(Content(path: path, name: name, result: result))
        } catch let error as ObjectReadError {
            self = .unreadable(path, error)
        }
    }
}

/// Judges single files by the digest files of an archive.
private struct FileJudge {
    let archive: JudgedArchive
    let check: SignatureCandidates
    let verifier: SignatureVerifier
    /// The number of sources that are archives; those behind them are single files.
    let archiveCount: Int

    private var facts: ArchiveFacts { archive.facts }
    private var digests: JudgedDigests { archive.digests }

    /// What digests say that may concern one of the files: the same content, or the same name.
    func listings(of readings: [FileReading], _ monitor: ValidationMonitor) throws -> [LogListing] {
        var hashes: Set<SHA256Digest> = []
        var names: Set<ObjectKey> = []
        for case .content(let content) in readings {
            hashes.insert(content.result.sha256)
            names.insert(content.name)
        }
        if names.isEmpty { return [] }
        var found: [LogListing] = []
        for var unit in archive.units.units where !unit.lists.isEmpty {
            try monitor.check()
            // Only what is listed matters here, not what of it is held.
            unit.folders = []
            let match = try LogMatch(unit, archive, check: monitor.check)
            match.forEachKey { key in
                guard hashes.contains(key.hash) || names.contains(ObjectKey(bytes: match.listedName(key).name)) else {
                    return
                }
                found.append(match.listing(key))
            }
        }
        return found.sorted { ($0.location.bucket, $0.location.key) < ($1.location.bucket, $1.location.key) }
    }

    // MARK: Log files

    func check(_ content: FileReading.Content, _ listings: [LogListing]) -> FileCheck {
        let hash = content.result.isWhole ? content.result.sha256 : nil
        let named = listings.filter { $0.location.key.lastComponent == content.name.bytes[...] }
        let same = listings.filter { $0.hash == hash }
        func isSame(_ listing: LogListing) -> Bool { listing.hash == hash }
        let listing =
            named.first { $0.isVerified && isSame($0) } ?? named.first { $0.isVerified }
            ?? same.first { $0.isVerified } ?? named.first(where: isSame) ?? named.first ?? same.first
        var kind: FindingKind?
        var message: String
        var advice: String?
        var notes: [String] = []
        if let listing {
            let causes = listing.faults(of: content.result)
            kind = causes.first?.kind
            advice = causes.first?.words.advice
            message = "delivered, unchanged, as s3://\(listing.location)"
            if let cause = causes.first {
                let isElsewhere = isSame(listing) && listing.location.key.lastComponent != content.name.bytes[...]
                message =
                    "\(cause.words.message); \(isElsewhere ? "the content is listed as" : "it is named for") "
                    + "s3://\(listing.location)"
            }
            for other in causes.dropFirst() { notes.append("also \(other.kind.rawValue)") }
            if kind == nil, listing.location.key.lastComponent != content.name.bytes[...] {
                notes.append("it has another name than the one it was delivered under")
            }
            if kind == nil, content.result.form == .plain { notes.append("a download decompressed it") }
            if listing.differs {
                notes.append("verified digest files list different hashes for it; the newest one counts")
            }
        } else {
            (kind, message) = unlisted(content)
            notes += archiveNotes()
        }
        notes += elsewhere(same.filter { $0.location != listing?.location && $0.isVerified })
        let voucher = listing.flatMap { $0.isVerified ? self.voucher($0.record) : nil }
        if let listing, listing.isVerified { notes += signatureNotes(listing.record) }
        return FileCheck(
            path: content.path,
            verdict: FileCheck.Verdict(kind),
            kind: kind,
            isDigest: false,
            hash: hash,
            isCompressed: content.result.form == .gzip,
            location: listing?.location,
            voucher: voucher,
            evidence: kind == nil ? listing.flatMap { evidence($0.record) } : nil,
            message: message,
            advice: advice ?? kind?.advice,
            notes: notes
        )
    }

    private func unlisted(_ content: FileReading.Content) -> (FindingKind, String) {
        switch content.result.condition {
        case .overContentLimit, .overRatioLimit:
            (.logOverLimit, "it hits a limit: \(ContentFacts.Container(content.result.condition).message)")
        case .complete:
            (.logUnreferenced, "no digest file of the archive lists its content or its name")
        default:
            (
                .logUnreferenced,
                "no digest file of the archive lists its content or its name, and it is broken: "
                    + ContentFacts.Container(content.result.condition).message
            )
        }
    }

    /// The most other places of the same content that are named.
    private static let placesShown = 5

    private func elsewhere(_ others: [LogListing]) -> [String] {
        let rest = others.count - Self.placesShown
        return others.prefix(Self.placesShown).map { "the same content was delivered as s3://\($0.location)" }
            + (rest > 0 ? ["the same content was delivered as \(rest) more objects"] : [])
    }

    /// Why a file may be in none of the lists.
    private func archiveNotes() -> [String] {
        let records = facts.records.indices.filter {
            facts.index.digests[$0].root < archiveCount && !facts.placement.strays.contains($0)
        }
        let unverified = records.count { !digests.verdicts[$0].isVerified }
        var notes: [String] = []
        if records.isEmpty { notes.append("the archive holds no digest file") }
        if unverified > 0 {
            notes.append("\(unverified) of \(records.count) digest files of the archive are not verified")
        }
        let hidden = facts.index.hiddenFolders.count
        if hidden > 0 {
            notes.append("not known: what lies behind links and unreadable folders of the archive (\(hidden))")
        }
        return notes
    }

    // MARK: Digest files

    func check(digest file: SingleFile, root: Int) -> FileCheck {
        guard let number = facts.index.digests.indices.first(where: { facts.index.digests[$0].root == root })
        else { return .unreadable(file.givenPath, ObjectReadError(.vanished, "it was removed while it was read")) }
        let record = facts.records[number]
        if case .unreadable(let error) = record.defect { return .unreadable(file.givenPath, error) }
        var kind: FindingKind?
        var message: String
        var notes: [String] = []
        if let fault = digests.verdicts[number].faults.first {
            let finding = DigestReporter(archive, check).finding(fault, about: number)
            kind = finding.kind
            message = finding.message
        } else {
            let location = facts.records.location(of: number).map { "s3://\($0)" } ?? ""
            message = "delivered, unchanged, as \(location)"
            notes += signatureNotes(number)
            if file.path.lastComponent != file.resolvedPath.lastComponent {
                notes.append("it has another name than the one it was delivered under")
            }
            notes += linkNotes(number)
        }
        return FileCheck(
            path: file.givenPath,
            verdict: FileCheck.Verdict(kind),
            kind: kind,
            isDigest: true,
            hash: record.hash,
            isCompressed: false,
            location: facts.records.location(of: number),
            voucher: voucher(number),
            evidence: kind == nil ? evidence(number) : nil,
            message: message,
            advice: kind?.advice,
            notes: notes
        )
    }

    /// How a verified digest file stands in its chain, as far as the archive tells.
    private func linkNotes(_ number: Int) -> [String] {
        var notes: [String] = []
        if let successor = digests.verdicts[number].linkedBy {
            notes.append("its successor \(facts.key(ofDigest: successor.number)) has its hash")
        } else {
            notes.append("the archive holds no verified successor of it")
        }
        guard let previous = facts.records.previous(of: number) else {
            return notes + ["it begins its chain: it names no digest file before it"]
        }
        let name = "the digest file before it, s3://\(previous.location),"
        let held = facts.digests(at: previous.location.key).filter {
            facts.bucket(ofDigest: $0).map { $0 == previous.location.bucket } ?? true
        }
        if held.isEmpty { return notes + ["\(name) is not held"] }
        let isSame = held.contains { facts.records[$0].hash == previous.hash }
        return notes + ["\(name) is held\(isSame ? " and has the hash it names" : ", with another hash than it names")"]
    }

    // MARK: Signatures

    private func voucher(_ number: Int) -> FileCheck.Voucher? {
        guard digests.verdicts[number].isVerified, let claims = facts.records.provenClaims(of: number),
            case .valid(let source, _) = digests.signatures[number]
        else { return nil }
        let digest = facts.index.digests[number]
        return FileCheck.Voucher(
            location: claims.location,
            path: digest.root < archiveCount
                ? facts.displayPath(ofDigest: number) : ObjectKey(bytes: facts.names[digest.root].bytes),
            fingerprint: claims.fingerprint,
            time: check.signingTime(of: number, verifier) ?? claims.endTime,
            source: facts.origin(source).name
        )
    }

    /// Where a verified digest file lies, and what its signature was found in.
    private func evidence(_ number: Int) -> FileCheck.Evidence? {
        guard digests.verdicts[number].isVerified, let hash = facts.records[number].hash,
            case .valid(let source, _) = digests.signatures[number]
        else { return nil }
        func place(_ number: Int) -> FileCheck.Evidence.Place {
            let digest = facts.index.digests[number]
            return FileCheck.Evidence.Place(source: digest.root, path: facts.index.path(of: digest))
        }
        var successor: FileCheck.Evidence.Place?
        if case .successor(let digest) = source { successor = place(digest.number) }
        return FileCheck.Evidence(digest: place(number), hash: hash, successor: successor)
    }

    /// What a report would note of a verified digest file.
    private func signatureNotes(_ number: Int) -> [String] {
        var verifier = verifier
        return DigestReporter(archive, check).notices(about: number, &verifier).map(\.message)
    }
}
