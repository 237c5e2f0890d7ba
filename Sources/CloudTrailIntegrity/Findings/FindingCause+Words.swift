internal import CloudTrailFormat
internal import CloudTrailRules

// The only place with sentences about findings, and with the names in `detail`, which are a contract (I27).
extension FindingCause {
    /// What and why, in one sentence.
    var message: String {
        switch self {
        case .digestAlgorithmUnsupported(let name):
            "it names the signature algorithm \(shortened(name)); CloudTrail signs with \(DigestFile.signatureAlgorithm) alone"
        case .digestSignatureInvalid: "its signature does not verify: the file is not what CloudTrail signed"
        case .digestLinkMismatch(let mismatch): mismatch.message
        case .digestMalformed(let what): "the digest file is broken: \(what.message)"
        case .digestRelocated(let claim, _):
            "CloudTrail signed it for another place than the one it was found in, \(claim.map { "s3://\($0)" } ?? ""): "
                + "it was moved or copied there"
        case .digestKeyUnknown(let fingerprint, let region):
            "no public key with the fingerprint \(fingerprint): fetch it with aws cloudtrail list-public-keys in \(region)"
        case .digestUnsigned(let rejected, let position):
            !rejected.isEmpty
                ? "only an unverified successor repeats its signature, and that one does not verify"
                : position == .newest
                    ? "the newest digest of its chain, and its signature was not kept with the archive"
                    : "no signature is at hand: neither kept with it nor repeated by a successor"
        case .digestUnreadable(let error): "the digest file could not be read: \(error.description)"
        case .digestOverLimit(let limit): "the digest file hits a limit: \(limit)"
        case .digestElsewhere(let folder):
            "it lies elsewhere than the rest of the archive"
                + (folder.map { ": give \($0) as an archive of its own" } ?? "")
        case .digestDuplicate(let first): "a second copy of the same digest file; the first is \(first)"
        case .signatureSourceDiffers(let valid, _):
            "the signature from \(valid.name) verifies; another source has a different one, which does not"
        case .keyOutsideValidity(let signed, let fingerprint, let from, let until):
            "signed at \(signed), outside the validity of the key \(fingerprint) "
                + "(\(from?.description ?? "?") to \(until?.description ?? "?"))"
        case .listingForeign(let objects):
            "a verified digest names \(counted(objects, "file")) of another account or region than its own, for which it "
                + "does not vouch"
        case .digestMissing(.named, _): "a verified successor names it and it is not there"
        case .digestMissing(.inferred, _):
            "an hourly digest is due here, between two that are verified, and it is not there"
        case .digestHidden(let place, _, _), .logHidden(let place): place.message
        case .predecessorUnsafe:
            "a verified digest names a predecessor that leads through a link or out of the archive"
        case .digestLost(let lost): lost.message
        case .chainStartsBeforeArchive: "the oldest digest held names a predecessor, which was not downloaded"
        case .chainGap(let gap, let reason):
            "nothing attests the time from \(gap.start) to \(gap.end): \(reason.message)"
        case .chainRestart: "a new chain was begun here, without a hole before it"
        case .chainOverlap(let seconds): "its window starts \(seconds) s before its predecessor's ends"
        case .chainForked: "two verified digests name the same predecessor: the chain was forked"
        case .coverageShort(let shortfall): shortfall.reason.message
        case .logUnreadable(let error): "the log file could not be read: \(error.description)"
        case .logOverLimit(let limit): "the log file hits a limit: \(limit.message)"
        case .logMalformed(let damage, let match):
            "the log file is broken: \(damage.message)"
                + (match == .same ? "; its content is the listed one all the same" : "")
        case .logModified: "its content is not what a verified digest lists: the SHA-256 differs"
        case .logTrailingData: ContentFacts.Container.trailingMessage
        case .logProvenBefore(let cause):
            "\(cause.message); an earlier run proved it by a digest file that is not the same any more, or gone"
        case .logUnauthenticated(let match):
            "only a digest file that is not verified lists it ("
                + (match == .same
                    ? "its content is the one listed there)" : "its content is another than listed there)")
        case .logUnreferenced:
            "no digest file lists it: an injected file looks like this, and so does a trail without validation"
        case .logAwaitingDigest:
            "newer than the last verified digest, whose successor may not have been delivered yet"
        case .logDecompressed: "the download decompressed it; its content is proven"
        case .listingDiffers:
            "verified digests list different hashes for it; the newest one, which it matches, counts"
        case .logDuplicate(let first): "a second copy of the same log file; the first is \(first)"
        case .logMissing: "a verified digest lists it and it is not there"
        case .logMissingWithDigest: "it was proven by an earlier run, and is gone like the digest file that lists it"
        case .logAbsentUnauthenticated: "only a digest file that is not verified lists it, and it is not there"
        case .logUnsafeUnauthenticated: "only a digest file that is not verified lists this key"
        case .logOutsideArchive: "listed by a digest of a later day; of its own day the archive holds no log file here"
        case .logUnsafe(.component, _): "a verified digest lists a key that no object below the archive has"
        case .logUnsafe(.link(let folder), _):
            "a verified digest lists a key that leads through the link \(folder), which is never followed"
        case .digestFolderUnreadable(let error), .logFolderUnreadable(let error):
            "what lies there could not be read, so it is not proven: \(error.description)"
        case .partElsewhere(let objects, let folder):
            "\(objects == 1 ? "1 signed digest file lies" : "\(objects) signed digest files lie") elsewhere than the rest of "
                + "the archive, so that what it lists cannot be found: \(remedy(folder))"
        case .logsElsewhere(let objects, let folder, let path):
            "\(counted(objects, "log file")) that a verified digest lists lie below \(path) instead of in their place: "
                + remedy(folder)
        case .locationNotHeld(let objects, let bucket, let prefix):
            "\(counted(objects, "object")) named in s3://\(bucket)/\(prefix), of which the archive holds nothing: "
                + "download it too to have it validated"
        case .nothingValidated(let nothing): nothing.message
        case .keyNew(let fingerprint): "no earlier run had the key \(fingerprint): see to it that it came from AWS"
        case .more(_, let count, let grouping):
            "\(counted(count, "more finding")) of this kind\(grouping == .folder ? " in this folder" : ""), "
                + "beyond those that are listed one by one"
        }
    }

    /// The facts, by their names in the report.
    var detail: [String: Finding.Detail] {
        switch self {
        case .digestAlgorithmUnsupported(let name):
            ["reason": .text("algorithm"), "algorithm": .text(shortened(name))]
        case .digestSignatureInvalid(let sources):
            ["reason": .text("verification"), "sources": .list(sources.vouchers)]
        case .digestLinkMismatch(let mismatch): mismatch.detail
        case .digestMalformed(let what): ["reason": .text(what.message)]
        case .digestOverLimit(let reason): ["reason": .text(reason)]
        case .digestRelocated(_, let bucket): ["bucketChecked": .flag(bucket == .compared)]
        case .digestKeyUnknown(let fingerprint, _): ["fingerprint": .text(fingerprint)]
        case .digestUnsigned(let rejected, let position):
            ["newest": .flag(position == .newest)]
                .merging(rejected.isEmpty ? [:] : ["rejected": .list(rejected.vouchers)]) { first, _ in first }
        case .digestUnreadable(let error), .logUnreadable(let error): ["reason": .text(error.reason.rawValue)]
        case .digestDuplicate(let first), .logDuplicate(let first): ["first": .text(first.description)]
        case .signatureSourceDiffers(let valid, let differing):
            ["valid": .text(valid.voucher), "differing": .list(differing.vouchers)]
        case .keyOutsideValidity(_, let fingerprint, _, _), .keyNew(let fingerprint):
            ["fingerprint": .text(fingerprint)]
        case .listingForeign(let objects), .locationNotHeld(let objects, _, _): ["objects": .number(Int64(objects))]
        case .digestMissing(let absence, let successor):
            ["inferred": .flag(absence == .inferred), "successor": .text(successor.description)]
        case .digestHidden(let place, let absence, let successor):
            [
                "inferred": .flag(absence == .inferred), "successor": .text(successor.description),
                "reason": .text(place.error.reason.rawValue),
            ]
        case .predecessorUnsafe(let reference, let absence, let successor):
            [
                "inferred": .flag(absence == .inferred), "successor": .text(successor.description),
                "reference": .text(reference.description),
            ]
        case .digestLost(let lost): lost.detail
        case .chainStartsBeforeArchive(let predecessor): ["predecessor": .text(predecessor.description)]
        case .chainGap(_, let reason): ["reason": .text(reason.rawValue)]
        case .chainForked(let predecessor, let other):
            ["predecessor": .text(predecessor.description), "other": .text(other.description)]
        case .coverageShort(let shortfall): ["reason": .text(shortfall.reason.name)]
        case .logOverLimit(let limit): ["reason": .text(limit.rawValue)]
        case .logMalformed(_, let match), .logUnauthenticated(let match): ["contentMatches": .flag(match == .same)]
        case .logModified(let expected, let actual):
            ["expected": .text(Hex.encode(expected.bytes)), "actual": .text(Hex.encode(actual.bytes))]
        case .logProvenBefore(let cause): cause.detail
        case .logMissing(let proven): proven == .before ? ["provenBefore": .flag(true)] : [:]
        case .logMissingWithDigest: ["provenBefore": .flag(true)]
        case .logAbsentUnauthenticated, .logUnsafeUnauthenticated: ["held": .flag(false)]
        case .logHidden(let place): ["reason": .text(place.error.reason.rawValue)]
        case .logUnsafe(_, let reference): ["reference": .text(reference.description)]
        case .digestFolderUnreadable(let error), .logFolderUnreadable(let error):
            ["reason": .text(error.reason.rawValue), "folder": .flag(true)]
        case .partElsewhere(let objects, let folder), .logsElsewhere(let objects, let folder, _):
            ["objects": .number(Int64(objects))]
                .merging(folder.map { ["root": .text($0.description)] } ?? [:]) { first, _ in first }
        case .nothingValidated(let nothing): nothing.detail
        case .more(_, let count, _): [Finding.moreName: .number(Int64(count))]
        case .digestElsewhere, .chainRestart, .chainOverlap, .logTrailingData, .logUnreferenced, .logAwaitingDigest,
            .logDecompressed, .listingDiffers, .logOutsideArchive:
            [:]
        }
    }
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

/// `1 file`, `2 files`.
private func counted(_ count: Int, _ what: String) -> String { count == 1 ? "1 \(what)" : "\(count) \(what)s" }

/// What to do about a part of the archive elsewhere, in the folder that is shown so; `nil` where none can be named.
private func remedy(_ folder: ObjectKey?) -> String {
    folder.map { "give \($0) as an archive of its own" }
        ?? "download each part into a folder of its own, or copy all into one flat folder"
}

extension SignatureOrigin {
    /// The kind of place that it comes from.
    package var name: String {
        switch self {
        case .extendedAttribute: "extended-attribute"
        case .sidecar: "sidecar"
        case .manifest: "manifest"
        case .state: "state"
        case .given: "given"
        case .successor: "successor"
        }
    }

    /// The key of the successor whose field holds the signature, or the kind of place it was kept in.
    var voucher: String {
        if case .successor(let key) = self { key.description } else { name }
    }
}

extension [SignatureOrigin] {
    /// The most that are named.
    private static var mostNamed: Int { 8 }

    /// The first of them as the report names them.
    fileprivate var vouchers: [String] {
        prefix(Self.mostNamed).map { origin in
            if case .successor(let key) = origin { "successor:\(key)" } else { origin.name }
        }
    }
}

extension LinkMismatch {
    fileprivate var message: String {
        ownSignature == .valid
            ? "AWS signed this file, but it is not the one its successor saw: another signed version, or one delivered again "
                + "(its \(part.rawValue) differs)"
            : "its verified successor saw another file here: the \(part.rawValue) differs"
    }

    fileprivate var detail: [String: Finding.Detail] {
        var detail: [String: Finding.Detail] = [
            "mismatch": .text(part.rawValue), "successor": .text(successor.description),
        ]
        if let hashes {
            detail["expected"] = .text(Hex.encode(hashes.expected.bytes))
            detail["actual"] = .text(Hex.encode(hashes.actual.bytes))
        }
        if ownSignature == .valid { detail["ownSignature"] = .text("valid") }
        return detail
    }
}

extension HiddenPlace {
    fileprivate var message: String {
        "\(extent == .rest ? "a part of" : "the folder") \(path) could not be read: \(error.description)"
    }
}

extension LostDigest {
    fileprivate var message: String {
        guard remains == .nothing else {
            return
                "the digest file that an earlier run proved here is not the same any more: the history was written anew"
        }
        let what = role == .anchor ? "the digest file that was proven last" : "a digest file that was proven"
        return "\(what) by an earlier run is gone: the history was cut or written anew"
    }

    fileprivate var detail: [String: Finding.Detail] {
        var detail: [String: Finding.Detail] = [
            "provenBefore": .flag(true), "expected": .text(Hex.encode(expected.bytes)),
        ]
        if case .another(let hash?) = remains { detail["actual"] = .text(Hex.encode(hash.bytes)) }
        return detail
    }
}

extension GapReason {
    fileprivate var message: String {
        switch self {
        case .restart: "the chain was begun anew after it"
        case .hole: "the digests on its two sides are linked, but their windows do not touch"
        case .unverifiedSuccessor: "only a digest that is not verified speaks of it"
        case .longHole: "a digest file is missing here, and more of them than are told apart"
        }
    }
}

extension Shortfall.Reason {
    fileprivate var message: String {
        switch self {
        case .startingDigest(let start):
            "the chain begins with a starting digest at \(start): nothing attests the time before"
        case .predecessorAbsent(let oldest):
            "the oldest digest held starts at \(oldest), and the one before it is not there"
        case .predecessorsAbsent(let oldest):
            "the oldest digest held starts at \(oldest), and the ones before it are not there"
        case .tail(let end, let moment), .maxAge(let end, let moment):
            "verified coverage \(end.map { "ends at \($0)" } ?? "has no verified digest") and must reach \(moment)"
        case .tailBeforeStart(let end):
            "verified coverage ends at \(end), before the start, and the chain must be there"
        case .sibling(let end, let others):
            "verified coverage ends at \(end), while the trail's other regions reach \(others)"
        case .chainAbsent: "the archive holds no verified digest file of a chain that must be there"
        }
    }

    fileprivate var name: String {
        switch self {
        case .startingDigest: "starting-digest"
        case .predecessorAbsent, .predecessorsAbsent: "predecessor-absent"
        case .tail, .tailBeforeStart: "tail"
        case .maxAge: "max-age"
        case .sibling: "sibling"
        case .chainAbsent: "chain-absent"
        }
    }
}

extension ContentFacts.Damage {
    package var message: String {
        switch self {
        case .truncated: "the gzip stream is cut off"
        case .stream: "the gzip stream is corrupt"
        case .checksum: "the checksum in the gzip trailer is not the content's"
        case .length: "the length in the gzip trailer is not the content's"
        }
    }
}

extension ContentFacts.Limit {
    package var message: String {
        switch self {
        case .size: "its content is larger than the limit"
        case .ratio: "its content is larger, for its compressed size, than the limit"
        }
    }
}

extension ContentFacts.Container {
    fileprivate static let trailingMessage =
        "bytes follow the gzip stream, which readers such as zcat would show as content"

    /// What is wrong with the container.
    var message: String {
        switch self {
        case .whole: "nothing is wrong"
        case .trailingData: Self.trailingMessage
        case .broken(let damage): damage.message
        case .overLimit(let limit): limit.message
        }
    }
}

extension Malformation {
    /// What is broken.
    package var message: String {
        switch self {
        case .container(let container): container.message
        case .content(let text): text
        }
    }
}

extension Nothing {
    fileprivate var message: String {
        switch self {
        case .run(.noDigest): "nothing was validated: the archive holds no digest file"
        case .run(.noneVerified): "nothing was validated: no digest file is verified"
        case .run(.noneVerifiedInRange):
            "nothing was validated: no digest file in the range that was asked for is verified"
        case .root(let name):
            "nothing in \(name) was validated: it holds no verified digest file and no proven log file"
        case .account(let account, let held):
            "nothing of the account \(account) was validated: \(Self.told("accounts", held))"
        case .region(let region, let held):
            "nothing of the region \(region) was validated: \(Self.told("regions", held))"
        case .trail(let trail, let held):
            "nothing of the trail \(trail) was validated: \(Self.told("trails", held))"
        }
    }

    fileprivate var detail: [String: Finding.Detail] {
        switch self {
        case .run: ["scope": .text("run")]
        case .root(let name): ["scope": .text("root"), "name": .text(name)]
        case .account(let name, _): ["scope": .text("account"), "name": .text(name)]
        case .region(let name, _): ["scope": .text("region"), "name": .text(name)]
        case .trail(let name, _): ["scope": .text("trail"), "name": .text(name)]
        }
    }

    /// The most accounts, regions or trails that are named.
    private static let mostNamed = 8

    /// What there is of a kind, by its names in order.
    private static func told(_ what: String, _ held: [String]) -> String {
        if held.isEmpty { return "the archive holds no digest file" }
        let rest = held.count - mostNamed
        return "of \(what) the archive holds \(held.prefix(mostNamed).joined(separator: ", "))"
            + (rest > 0 ? " and \(rest) more" : "")
    }
}
