internal import CloudTrailFormat
package import CloudTrailRules

// The words for digest files, kind by kind.

// MARK: digest-signature-invalid

extension KindWords {
    static let digestSignatureInvalid = KindWords(
        meaning:
            "The signature and the key are there, and the digest file's signature does not verify. Or the file "
            + "names another algorithm than SHA256withRSA.",
        advice:
            "Download the object again and compare. If it stays, treat the file as forged or altered: look for "
            + "older versions in S3, and for who wrote the object. Its log files are unproven."
    )
}

extension CauseWords {
    static func digestAlgorithmUnsupported(_ name: String) -> CauseWords {
        CauseWords(
            "it names the signature algorithm \(shortened(name)); CloudTrail signs with "
                + "\(DigestFile.signatureAlgorithm) alone",
            ["reason": .text("algorithm"), "algorithm": .text(shortened(name))]
        )
    }

    static func digestSignatureInvalid(_ sources: [SignatureOrigin]) -> CauseWords {
        CauseWords(
            "its signature does not verify: the file is not what CloudTrail signed",
            ["reason": .text("verification"), "sources": .list(sources.vouchers)]
        )
    }
}

// MARK: digest-link-mismatch

extension KindWords {
    static let digestLinkMismatch = KindWords(
        meaning:
            "A verified successor saw another digest file here: its hash, bucket or signature differs. If the "
            + "message says that AWS signed this file, it is a genuine digest file in the wrong place or version.",
        advice:
            "Look at the versions of the object. Somebody may have put another signed digest file here to hide what "
            + "this hour listed."
    )
}

extension CauseWords {
    static func digestLinkMismatch(_ mismatch: LinkMismatch) -> CauseWords {
        let part = mismatch.part.rawValue
        var detail: [String: Finding.Detail] = [
            "mismatch": .text(part), "successor": .text(mismatch.successor.description),
        ]
        if let hashes = mismatch.hashes {
            detail["expected"] = .text(Hex.encode(hashes.expected.bytes))
            detail["actual"] = .text(Hex.encode(hashes.actual.bytes))
        }
        guard mismatch.ownSignature == .valid else {
            return CauseWords("its verified successor saw another file here: the \(part) differs", detail)
        }
        detail["ownSignature"] = .text("valid")
        return CauseWords(
            "AWS signed this file, but it is not the one its successor saw: another signed version, or one delivered again "
                + "(its \(part) differs)",
            detail
        )
    }
}

// MARK: digest-malformed

extension KindWords {
    static let digestMalformed = KindWords(
        meaning:
            "The digest file's gzip container, its JSON or one of its fields is broken, or bytes follow the "
            + "container.",
        advice: "Download again. Broken after a second download means altered in S3."
    )
}

extension CauseWords {
    static func digestMalformed(_ what: Malformation) -> CauseWords {
        CauseWords("the digest file is broken: \(what.message)", ["reason": .text(what.message)])
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

// MARK: digest-relocated

extension KindWords {
    static let digestRelocated = KindWords(
        meaning:
            "A signed digest file lies under the name, or in an account's, region's or day's folder, of another; or "
            + "it names another bucket than `--bucket`.",
        advice:
            "Check `--bucket` and how the folders were arranged. If these are right, the file was moved or copied "
            + "over another."
    )
}

extension CauseWords {
    static func digestRelocated(_ claim: ObjectLocation?, _ bucket: BucketCheck) -> CauseWords {
        CauseWords(
            "CloudTrail signed it for another place than the one it was found in\(claim.map { ", s3://\($0)" } ?? ""): "
                + "it was moved or copied there",
            ["bucketChecked": .flag(bucket == .compared)]
        )
    }
}

// MARK: digest-missing

extension KindWords {
    static let digestMissing = KindWords(
        meaning:
            "A verified successor names the digest file, the hourly rhythm demands it before one that is named, or "
            + "an earlier run proved it, and it is not there.",
        advice:
            "Check that the download was complete. Look for a delete marker, and for `DeleteObject` in the data "
            + "events of the bucket."
    )
}

extension CauseWords {
    static func digestMissing(_ absence: Absence, _ successor: ObjectKey) -> CauseWords {
        CauseWords(
            absence == .named
                ? "a verified successor names it and it is not there"
                : "an hourly digest is due here, between two that are verified, and it is not there",
            facts(absence, successor)
        )
    }

    /// How it is known that a digest file is absent, and by which successor.
    static func facts(_ absence: Absence, _ successor: ObjectKey) -> [String: Finding.Detail] {
        ["inferred": .flag(absence == .inferred), "successor": .text(successor.description)]
    }
}

// MARK: anchor-lost

extension KindWords {
    static let anchorLost = KindWords(
        meaning:
            "With `--state`: the digest file that an earlier run proved last is gone, or another file is in the "
            + "place of one that it proved.",
        advice:
            "Bring back the archive of before, and find out who wrote to it or to the bucket: its end was cut off, "
            + "or all of it was rewritten.",
        seeAlso: "[from night to night](state.md)"
    )
}

extension CauseWords {
    /// Also `digest-missing`, for one that was not proven last and in whose place nothing is.
    static func digestLost(_ lost: LostDigest) -> CauseWords {
        var detail: [String: Finding.Detail] = [
            "provenBefore": .flag(true), "expected": .text(Hex.encode(lost.expected.bytes)),
        ]
        if case .another(let hash?) = lost.remains { detail["actual"] = .text(Hex.encode(hash.bytes)) }
        let message =
            switch (lost.remains, lost.role) {
            case (.another, _):
                "the digest file that an earlier run proved here is not the same any more: the history was rewritten"
            case (.nothing, .anchor):
                "the digest file that was proven last by an earlier run is gone: the history was cut or rewritten"
            case (.nothing, .older):
                "a digest file that was proven by an earlier run is gone: the history was cut or rewritten"
            }
        return CauseWords(message, detail)
    }
}

// MARK: digest-unsigned

extension KindWords {
    static let digestUnsigned = KindWords(
        meaning:
            "No usable signature of the digest file is at hand: it is the newest of its chain without metadata, its "
            + "successor is missing, or only an unverified successor repeats a signature, and that one fails.",
        advice:
            "Fetch the signature that S3 keeps in the object's metadata, with the script that `plan` prints, and give it with "
            + "`--signatures`; or end the range before this hour with `--end-time`.",
        seeAlso: "[how signatures survive a download](#download-so-that-the-signatures-survive)"
    )
}

extension CauseWords {
    static func digestUnsigned(
        _ rejected: [SignatureOrigin],
        _ position: ChainPosition,
        _ search: SignatureSearch
    ) -> CauseWords {
        var detail: [String: Finding.Detail] = ["newest": .flag(position == .newest)]
        if !rejected.isEmpty { detail["rejected"] = .list(rejected.vouchers) }
        if let fault = search.sidecar { detail["sidecar"] = .text(fault.reason) }
        let message: String
        if let fault = search.sidecar {
            message =
                (position == .newest ? "the newest digest of its chain, and " : "")
                + "the .metadata.json file beside it gives no signature: \(fault.message)"
        } else if !rejected.isEmpty {
            message = "only an unverified successor repeats its signature, and that one does not verify"
        } else if position == .newest {
            message =
                "the newest digest of its chain, and its signature "
                + (search.manifests == .given
                    ? "is neither with the archive nor in the files of --signatures" : "was not kept with the archive")
        } else {
            message = "no signature is at hand: neither kept with it nor repeated by a successor"
        }
        return CauseWords(message, detail, advice: advice(search))
    }

    private static func advice(_ search: SignatureSearch) -> String {
        let fetch =
            search.sidecar == nil
            ? "Fetch the signature that S3 keeps in the object's metadata, with the script that 'cloudtrail-integrity plan' "
                + "prints, and give it with --signatures"
            : "Save the whole answer of 'aws s3api head-object' there again, or fetch the signature with the script that "
                + "'cloudtrail-integrity plan' prints, and give it with --signatures"
        return fetch + "."
    }
}

extension Finding {
    /// The same of the newest digest file of a chain, with the end of a range that does without it.
    ///
    /// - Parameter rangeEnd: The latest end of a range that every regular chain covers. What begins before it is in that range
    ///   too.
    func advising(rangeEnd: Timestamp?) -> Finding {
        guard let rangeEnd, let start, rangeEnd <= start else { return self }
        let advice = String(advice.dropLast()) + "; or leave the newest hour out: --end-time \(rangeEnd)."
        return adding(["rangeEnd": .text(rangeEnd.description)], advice: advice)
    }
}

extension SidecarFault {
    /// The fact in `detail`.
    fileprivate var reason: String {
        switch self {
        case .unreadable: "unreadable"
        case .tooLarge: "too-large"
        case .content(.empty): "empty"
        case .content(.malformed): "malformed"
        case .content(.otherContent): "other-content"
        case .content(.noMetadata): "no-metadata"
        case .content(.noSignature): "no-signature"
        }
    }

    fileprivate var message: String {
        switch self {
        case .unreadable(let error): "it could not be read: \(error.description)"
        case .tooLarge: "it is larger than any answer of head-object"
        case .content(.empty): "it is empty"
        case .content(.malformed(let error)): "it is not a JSON object: \(error.description)"
        case .content(.otherContent): "it holds more than an answer of head-object does"
        case .content(.noMetadata): "it is not a whole answer of head-object: it has no member Metadata"
        case .content(.noSignature): "there is none in its Metadata"
        }
    }
}

// MARK: digest-key-unknown

extension KindWords {
    static let digestKeyUnknown = KindWords(
        meaning: "No public key with the fingerprint that the digest file names was given.",
        advice:
            "Run '`aws cloudtrail list-public-keys`' in that region for that time, and give the answer with "
            + "`--public-keys`. A key that AWS does not list proves nothing either way: ask for a longer time, and in "
            + "the region of the digest file's name."
    )
}

extension CauseWords {
    static func digestKeyUnknown(_ fingerprint: String, _ region: String, _ pages: [String]) -> CauseWords {
        let first = pages.first.map { "; the key file \(shortened($0)) holds a page of several" } ?? ""
        return CauseWords(
            "no public key with the fingerprint \(fingerprint): fetch it with aws cloudtrail list-public-keys in \(region)"
                + first,
            ["fingerprint": .text(fingerprint)]
        )
    }
}

// MARK: digest-unreadable

extension KindWords {
    static let digestUnreadable = KindWords(
        meaning:
            "The digest file could not be read: an I/O error, no permission, not a regular file (a link, for "
            + "example), or changed during the read. Also a folder that could not be listed, a link that may lead to "
            + "one, or the rest of a tar or zip file; these are reported whatever the range and filters.",
        advice:
            "Fix the permissions or the copy, replace links by what they lead to, and run again on a copy that "
            + "nothing writes to.",
        seeAlso: "[links](#links)"
    )
}

extension CauseWords {
    static func digestUnreadable(_ error: ObjectReadError) -> CauseWords {
        CauseWords(
            "the digest file could not be read: \(error.description)",
            ["reason": .text(error.reason.rawValue)]
        )
    }

    static func digestHidden(_ place: HiddenPlace, _ absence: Absence, _ successor: ObjectKey) -> CauseWords {
        let words = hidden(place)
        return CauseWords(words.message, words.detail.merging(facts(absence, successor)) { first, _ in first })
    }

    /// What may hold an absent digest or log file, and could not be read.
    static func hidden(_ place: HiddenPlace) -> CauseWords {
        CauseWords(
            "\(place.extent == .rest ? "a part of" : "the folder") \(place.path) could not be read: "
                + place.error.description,
            ["reason": .text(place.error.reason.rawValue)]
        )
    }

    /// A folder, of digest files or of log files.
    static func folderUnreadable(_ error: ObjectReadError) -> CauseWords {
        CauseWords(
            "what lies there could not be read, so it is not proven: \(error.description)",
            ["reason": .text(error.reason.rawValue), "folder": .flag(true)]
        )
    }
}

// MARK: digest-over-limit

extension KindWords {
    static let digestOverLimit = KindWords(
        meaning: "The digest file hits a limit on size, ratio, count or depth.",
        advice:
            "Look at the file with care: genuine files do not come near the limits. If it is genuine, raise the "
            + "limit that the finding names.",
        seeAlso: "[limits](#limits)"
    )
}

extension CauseWords {
    static func digestOverLimit(_ limit: String) -> CauseWords {
        CauseWords("the digest file hits a limit: \(limit)", ["reason": .text(limit)])
    }
}

// MARK: listing-foreign

extension KindWords {
    static let listingForeign = KindWords(
        meaning:
            "A verified digest file names files of another account or region than its own. It does not vouch for "
            + "them, so they are judged without it.",
        advice:
            "Keep the digest file, and ask AWS: CloudTrail's digest files name files of their own account and "
            + "region alone."
    )
}

extension CauseWords {
    static func listingForeign(_ objects: Int) -> CauseWords {
        CauseWords(
            "a verified digest names \(counted(objects, "file")) of another account or region than its own, for which it "
                + "does not vouch",
            ["objects": .number(Int64(objects))]
        )
    }
}

// MARK: signature-source-differs

extension KindWords {
    static let signatureSourceDiffers = KindWords(
        meaning:
            "One signature of the digest file verifies; another source has a different one. An unverified file "
            + "after the newest digest file causes this too.",
        advice:
            "Fetch the signatures of these files again. If the difference stays, look for an unproven digest file "
            + "beside them, and for other versions in S3."
    )
}

extension CauseWords {
    static func signatureSourceDiffers(_ valid: SignatureOrigin, _ differing: [SignatureOrigin]) -> CauseWords {
        CauseWords(
            "the signature from \(valid.name) verifies; another source has a different one, which does not",
            ["valid": .text(valid.voucher), "differing": .list(differing.vouchers)]
        )
    }
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

// MARK: key-outside-validity

extension KindWords {
    static let keyOutsideValidity = KindWords(
        meaning: "The digest file was signed at a time when its key was not valid, by the times in the key file.",
        advice: "Check that the key file came from AWS, and ask AWS if it did: the signature itself verifies."
    )
}

extension CauseWords {
    static func keyOutsideValidity(
        _ signed: Timestamp,
        _ fingerprint: String,
        _ from: Timestamp?,
        _ until: Timestamp?
    ) -> CauseWords {
        CauseWords(
            "signed at \(signed), outside the validity of the key \(fingerprint) "
                + "(\(from?.description ?? "?") to \(until?.description ?? "?"))",
            ["fingerprint": .text(fingerprint)]
        )
    }
}

// MARK: key-new

extension KindWords {
    static let keyNew = KindWords(
        meaning: "With `--state`: no earlier run had this key. AWS makes new keys now and then.",
        advice: "See to it that this one came from AWS: fetch the keys again yourself, and compare.",
        seeAlso: "[from night to night](state.md)"
    )
}

extension CauseWords {
    static func keyNew(_ fingerprint: String) -> CauseWords {
        CauseWords(
            "no earlier run had the key \(fingerprint): see to it that it came from AWS",
            ["fingerprint": .text(fingerprint)]
        )
    }
}

// MARK: signatures-unused

extension KindWords {
    static let signaturesUnused = KindWords(
        meaning: "A file of `--signatures` has no signature of any digest file of the archive.",
        advice: "Check what the file is of: another account, region, trail, bucket or time than the archive.",
        seeAlso: "[how signatures survive a download](#download-so-that-the-signatures-survive)"
    )
}

extension CauseWords {
    static func signaturesUnused(_ unused: UnusedSignatures) -> CauseWords {
        let file = "the signature file \(shortened(unused.file))"
        var detail: [String: Finding.Detail] = [
            "file": .text(unused.file), "objects": .number(Int64(unused.objects)),
            "signatures": .number(Int64(unused.signatures)),
        ]
        let signatures = counted(unused.signatures, "signature")
        switch unused.reason {
        case .empty:
            detail["reason"] = .text("empty")
            return CauseWords(
                "\(file) names no object",
                detail,
                advice: "Look why the command that wrote it failed, and run it again."
            )
        case .withoutSignature(let listing):
            detail["reason"] = .text("no-signature")
            let objects = "\(file) names \(counted(unused.objects, "object")) and holds no signature"
            return listing == .rclone
                ? CauseWords(
                    "\(objects): rclone lsjson lists no metadata without -M",
                    detail,
                    advice: "Run rclone lsjson again, with -M."
                )
                : CauseWords(
                    objects,
                    detail,
                    advice: "S3 keeps the signatures in the metadata of the digest files: list these, with their "
                        + "metadata."
                )
        case .otherBucket(let bucket, let held):
            detail["reason"] = .text("other-bucket")
            return CauseWords(
                "\(file) holds \(signatures) of the bucket \(shortened(bucket)), and the digest files name "
                    + "\(shortened(held)): none counts",
                detail,
                advice: "Give the signatures of that bucket. If the objects were copied to another bucket, write "
                    + "the name of the first one into the file: it is the one that was signed."
            )
        case .unmatched:
            detail["reason"] = .text("no-match")
            return CauseWords("\(file) holds \(signatures), and none of a digest file that is held", detail)
        }
    }
}

// MARK: key-validity-unreadable

extension KindWords {
    static let keyValidityUnreadable = KindWords(
        meaning: "When a key was valid cannot be read from the key file. It verifies signatures all the same.",
        advice: "Nothing has to be done. To have it checked, fetch the keys again with `--output json`."
    )
}

extension CauseWords {
    static func keyValidityUnreadable(_ fingerprint: String, _ members: [String]) -> CauseWords {
        CauseWords(
            "\(members.joined(separator: " and ")) of the key \(fingerprint) cannot be read: neither seconds since 1970 nor "
                + "an ISO 8601 time",
            ["fingerprint": .text(fingerprint), "members": .list(members)]
        )
    }
}
