internal import CloudTrailFormat
internal import CloudTrailRules

/// What a report says of a cause.
///
/// The files of this folder are the only place with sentences about findings, and with the names in `detail`, which are
/// a contract (I27). Each kind has one section there, with its ``KindWords`` and the words of each of its causes.
struct CauseWords: Hashable {
    /// What and why, in one sentence.
    let message: String
    /// The facts, by their names in the report.
    let detail: [String: Finding.Detail]
    /// What to do next, where the facts allow more than the advice of the kind; plain text, without markup.
    let advice: String?

    init(_ message: String, _ detail: [String: Finding.Detail] = [:], advice: String? = nil) {
        self.message = message
        self.detail = detail
        self.advice = advice
    }
}

extension FindingCause {
    /// The sentence and the facts of a finding of this cause.
    var words: CauseWords {
        switch self {
        case .digestAlgorithmUnsupported(let name): .digestAlgorithmUnsupported(name)
        case .digestSignatureInvalid(let sources): .digestSignatureInvalid(sources)
        case .digestLinkMismatch(let mismatch): .digestLinkMismatch(mismatch)
        case .digestMalformed(let what): .digestMalformed(what)
        case .digestRelocated(let claim, let bucket): .digestRelocated(claim, bucket)
        case .digestKeyUnknown(let fingerprint, let region, let pages): .digestKeyUnknown(fingerprint, region, pages)
        case .digestUnsigned(let rejected, let position, let search): .digestUnsigned(rejected, position, search)
        case .digestUnreadable(let error): .digestUnreadable(error)
        case .digestOverLimit(let limit): .digestOverLimit(limit)
        case .digestElsewhere(let folder): .digestElsewhere(folder)
        case .digestDuplicate(let first): .duplicate("digest file", first)
        case .signatureSourceDiffers(let valid, let differing): .signatureSourceDiffers(valid, differing)
        case .keyOutsideValidity(let signed, let fingerprint, let from, let until):
            .keyOutsideValidity(signed, fingerprint, from, until)
        case .listingForeign(let objects): .listingForeign(objects)

        case .digestMissing(let absence, let successor): .digestMissing(absence, successor)
        case .digestHidden(let place, let absence, let successor): .digestHidden(place, absence, successor)
        case .predecessorUnsafe(let reference, let absence, let successor):
            .predecessorUnsafe(reference, absence, successor)
        case .digestLost(let lost): .digestLost(lost)
        case .chainStartsBeforeArchive(let predecessor): .chainStartsBeforeArchive(predecessor)

        case .chainGap(let gap, let reason): .chainGap(gap, reason)
        case .chainRestart: .chainRestart
        case .chainOverlap(let seconds): .chainOverlap(seconds)
        case .chainForked(let predecessor, let other): .chainForked(predecessor, other)
        case .coverageShort(let shortfall): .coverageShort(shortfall.reason)

        case .logUnreadable(let error): .logUnreadable(error)
        case .logOverLimit(let limit): .logOverLimit(limit)
        case .logMalformed(let damage, let match): .logMalformed(damage, match)
        case .logModified(let expected, let actual, let instead): .logModified(expected, actual, instead)
        case .logTrailingData: .logTrailingData
        case .logProvenBefore(let cause): .logProvenBefore(cause)
        case .logUnauthenticated(let match): .logUnauthenticated(match)
        case .logUnreferenced(let file): .logUnreferenced(file)
        case .logAwaitingDigest: .logAwaitingDigest
        case .logDecompressed: .logDecompressed
        case .listingDiffers: .listingDiffers
        case .logDuplicate(let first): .duplicate("log file", first)

        case .logMissing(let proven, let surroundings): .logMissing(proven, surroundings)
        case .logMissingWithDigest: .logMissingWithDigest
        case .logAbsentUnauthenticated: .logAbsentUnauthenticated
        case .logUnsafeUnauthenticated: .logUnsafeUnauthenticated
        case .logHidden(let place): .logHidden(place)
        case .logOutsideArchive: .logOutsideArchive
        case .logUnsafe(let path, let reference): .logUnsafe(path, reference)

        case .digestFolderUnreadable(let error), .logFolderUnreadable(let error): .folderUnreadable(error)
        case .partElsewhere(let objects, let folder): .partElsewhere(objects, folder)
        case .logsElsewhere(let objects, let folder, let path): .logsElsewhere(objects, folder, path)
        case .locationNotHeld(let objects, let bucket, let prefix): .locationNotHeld(objects, bucket, prefix)
        case .nothingValidated(let nothing): .nothingValidated(nothing)
        case .keyNew(let fingerprint): .keyNew(fingerprint)
        case .signaturesUnused(let unused): .signaturesUnused(unused)
        case .keyValidityUnreadable(let fingerprint, let members): .keyValidityUnreadable(fingerprint, members)
        case .acknowledgementExpired(let acknowledgement): .acknowledgementExpired(acknowledgement)
        case .acknowledgementUnmatched(let acknowledgement, let matches):
            .acknowledgementUnmatched(acknowledgement, matches)
        case .more(_, let count, let grouping): .more(count, grouping)
        }
    }
}

// MARK: Findings of any kind

extension CauseWords {
    /// What is wrong with a log file, by what an earlier run proved by a digest that is not the same any more, or gone.
    fileprivate static func logProvenBefore(_ cause: FindingCause) -> CauseWords {
        let words = cause.words
        return CauseWords(
            "\(words.message); an earlier run proved it by a digest file that is not the same any more, or gone",
            words.detail,
            advice: words.advice
        )
    }

    /// So many more findings of one kind.
    fileprivate static func more(_ count: Int, _ grouping: Grouping) -> CauseWords {
        CauseWords(
            "\(counted(count, "more finding")) of this kind\(grouping == .folder ? " in this folder" : ""), "
                + "beyond those that are listed one by one",
            [Finding.moreName: .number(Int64(count))]
        )
    }

    /// `1 file`, `2 files`.
    static func counted(_ count: Int, _ what: String) -> String { count == 1 ? "1 \(what)" : "\(count) \(what)s" }
}

extension FindingFact {
    /// The fact, by its name in the report.
    var detail: [String: Finding.Detail] {
        switch self {
        case .also(let kinds): kinds.isEmpty ? [:] : ["also": .list(kinds.map(\.rawValue))]
        case .listedBy(let key): ["listedBy": .text(key.description)]
        case .claim(let location):
            ["claimedBucket": .text(location.bucket), "claimedKey": .text(location.key.description)]
        case .linkedBy(let key): ["linkedBy": .text(key.description)]
        case .signatureKept(let location): location.fetchCommand.map { ["fetch": .text($0)] } ?? [:]
        case .provenBefore: ["provenBefore": .flag(true)]
        }
    }
}

extension ObjectLocation {
    /// The command that fetches the metadata of an object; `nil` where its names could steer a shell.
    fileprivate var fetchCommand: String? {
        let isPlain = "\(bucket)\(key)".utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || "/_.-=+".utf8.contains(byte)
        }
        return isPlain ? "aws s3api head-object --bucket \(bucket) --key \(key)" : nil
    }
}
