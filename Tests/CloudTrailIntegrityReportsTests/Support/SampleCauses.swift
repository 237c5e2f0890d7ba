import CloudTrailRules

@testable import CloudTrailFormat

/// One of each cause, and of each of its forms that has words of its own.
enum SampleCauses {
    static let all = [digests, absentDigests, chains, logs, absentLogs, places, sums].flatMap { $0 }

    static let facts: [FindingFact] = [
        .also([.digestUnsigned, .digestKeyUnknown]), .also([]), .listedBy(digest),
        .claim(ObjectLocation(bucket: "example-bucket", key: digest)), .linkedBy(digest),
        .signatureKept(at: ObjectLocation(bucket: "example-bucket", key: digest)),
        .signatureKept(at: ObjectLocation(bucket: "example-bucket", key: ObjectKey("it's"))), .provenBefore,
    ]

    // MARK: What they are about

    private static let start = Timestamp(secondsSinceEpoch: 1_772_323_835)  // 2026-03-01T00:10:35Z
    private static let end = start.advanced(bySeconds: 3600)
    private static let digest = ObjectKey("AWSLogs/111122223333/digest.json.gz")
    private static let folder = ObjectKey("archive/part")
    private static let first = SHA256Digest(words: 1, 2, 3, 4)
    private static let second = SHA256Digest(words: 5, 6, 7, 8)
    private static let fingerprint = "0123456789abcdef0123456789abcdef"
    private static let error = ObjectReadError(.permission, "Permission denied")
    private static let folderHidden = HiddenPlace(.folder, path: folder, error: error)
    private static let restHidden = HiddenPlace(.rest, path: folder, error: error)
    private static let origins: [SignatureOrigin] = [
        .extendedAttribute, .sidecar, .manifest, .state, .given, .successor(digest),
    ]

    // MARK: The causes, in the order of their declaration

    private static let digests: [FindingCause] =
        [
            .digestAlgorithmUnsupported(String(repeating: "SHA1", count: 30)), .digestSignatureInvalid(origins),
            .digestSignatureInvalid(Array(repeating: .manifest, count: 9)),
            .digestLinkMismatch(
                LinkMismatch(
                    .hash,
                    successor: digest,
                    hashes: .init(expected: first, actual: second),
                    ownSignature: .valid
                )
            ),
            .digestLinkMismatch(LinkMismatch(.bucket, successor: digest, hashes: nil, ownSignature: .notValid)),
            .digestLinkMismatch(LinkMismatch(.signature, successor: digest, hashes: nil, ownSignature: .valid)),
            .digestMalformed(.content("it is no JSON")),
            .digestRelocated(claim: ObjectLocation(bucket: "example-bucket", key: digest), bucket: .compared),
            .digestRelocated(claim: nil, bucket: .notCompared),
            .digestKeyUnknown(fingerprint: fingerprint, region: "us-east-1", pages: []),
            .digestKeyUnknown(fingerprint: fingerprint, region: "us-east-1", pages: ["keys.json"]),
            .digestUnsigned(rejected: [], .newest),
            .digestUnsigned(rejected: [], .older), .digestUnsigned(rejected: [.successor(digest)], .older),
            .digestUnsigned(rejected: [], .newest, SignatureSearch(sidecar: nil, .notGiven)),
            .digestUnsigned(rejected: [], .newest, SignatureSearch(sidecar: nil, .given)),
            .digestUnsigned(
                rejected: [.successor(digest)],
                .older,
                SignatureSearch(sidecar: .tooLarge, .given)
            ),
        ]
        + sidecarFaults.map {
            .digestUnsigned(rejected: [], .newest, SignatureSearch(sidecar: $0, .notGiven))
        } + [
            .digestUnreadable(error), .digestOverLimit("more than 32 levels"), .digestElsewhere(folder: folder),
            .digestElsewhere(folder: nil), .digestDuplicate(first: digest),
        ]
        + origins.map { .signatureSourceDiffers(valid: $0, differing: [.sidecar]) } + [
            .keyOutsideValidity(signed: start, fingerprint: fingerprint, from: end, until: nil),
            .keyOutsideValidity(signed: end, fingerprint: fingerprint, from: nil, until: start),
            .listingForeign(objects: 1), .listingForeign(objects: 2),
        ]

    private static let sidecarFaults: [SidecarFault] = [
        .unreadable(error), .tooLarge, .content(.empty),
        .content(.malformed(JSONError(reason: .unexpectedByte, offset: 0))), .content(.otherContent),
        .content(.noMetadata), .content(.noSignature),
    ]

    private static let absentDigests: [FindingCause] =
        [Absence.named, .inferred].flatMap { absence -> [FindingCause] in
            [
                .digestMissing(absence, successor: digest),
                .digestHidden(folderHidden, absence, successor: digest),
                .predecessorUnsafe(reference: ObjectKey("../x"), absence, successor: digest),
            ]
        }
        + [LostDigest.Role.anchor, .older].flatMap { role -> [FindingCause] in
            [LostDigest.Remains.nothing, .another(nil), .another(second)].map { remains in
                .digestLost(LostDigest(role, expected: first, remains: remains))
            }
        } + [.chainStartsBeforeArchive(predecessor: digest)]

    private static let chains: [FindingCause] =
        [GapReason.restart, .hole, .unverifiedSuccessor, .longHole].map {
            .chainGap(TimeRange(start: start, end: end), $0)
        } + [.chainRestart, .chainOverlap(seconds: 60), .chainForked(predecessor: digest, other: ObjectKey("other"))]
        + shortfalls.map { .coverageShort(Shortfall(from: start, until: end, $0)) }

    private static let shortfalls: [Shortfall.Reason] = [
        .startingDigest(start), .predecessorAbsent(oldest: start), .predecessorsAbsent(oldest: start),
        .tail(end: start, mustReach: end), .tail(end: nil, mustReach: end), .tailBeforeStart(end: start),
        .maxAge(end: start, mustReach: end), .maxAge(end: nil, mustReach: end), .sibling(end: start, others: end),
        .chainAbsent,
    ]

    private static let logs: [FindingCause] =
        [.logUnreadable(error), .logOverLimit(.size), .logOverLimit(.ratio)]
        + [ContentFacts.Damage.truncated, .stream, .checksum, .length].flatMap { damage -> [FindingCause] in
            [.logMalformed(damage, .same), .logMalformed(damage, .different)]
        } + [
            .logModified(expected: first, actual: second), .logModified(expected: first, actual: second, .nothing),
            .logModified(expected: first, actual: second, .markup),
            .logModified(expected: first, actual: second, .log(ObjectKey("other log"))), .logTrailingData,
            .logUnauthenticated(.same),
            .logUnauthenticated(.different), .logUnreferenced(), .logAwaitingDigest, .logDecompressed, .listingDiffers,
            .logDuplicate(first: ObjectKey("log")), .logProvenBefore(.logTrailingData),
            .logProvenBefore(.logModified(expected: first, actual: second)),
        ]
        + strayNames.map { .logUnreferenced(UnlistedFile(name: $0, .unknown, lookAlike: nil)) } + [
            .logUnreferenced(UnlistedFile(name: .copy(of: ObjectKey("log")), .log(ObjectKey("log")), lookAlike: nil)),
            .logUnreferenced(UnlistedFile(name: .copy(of: ObjectKey("log")), .other, lookAlike: nil)),
            .logUnreferenced(UnlistedFile(name: nil, .unknown, lookAlike: folder)),
        ]

    private static let strayNames: [StrayName] = [
        .unfinished(of: ObjectKey("log")), .copy(of: ObjectKey("log")), .system, .zoneMark, .folderMark, .archive,
        .queryResult,
    ]

    private static let absentLogs: [FindingCause] = [
        .logMissing(.before), .logMissing(.never), .logMissing(.never, .noLogOfRegion("us-east-1")),
        .logMissing(.never, .lookAlike(folder)), .logMissingWithDigest, .logAbsentUnauthenticated,
        .logUnsafeUnauthenticated, .logHidden(folderHidden), .logHidden(restHidden), .logOutsideArchive,
        .logUnsafe(.component, reference: ObjectKey("../x")), .logUnsafe(.link(folder), reference: ObjectKey("x")),
    ]

    private static let places: [FindingCause] =
        [
            .digestFolderUnreadable(error), .logFolderUnreadable(error), .partElsewhere(objects: 1, folder: folder),
            .partElsewhere(objects: 2, folder: nil), .logsElsewhere(objects: 1, folder: folder, path: folder),
            .logsElsewhere(objects: 2, folder: nil, path: folder),
            .locationNotHeld(objects: 1, bucket: "example-bucket", prefix: ObjectKey("prefix/")),
            .locationNotHeld(objects: 2, bucket: "example-bucket", prefix: ObjectKey("")),
        ]
        + nothings.map { .nothingValidated($0) } + [
            .keyNew(fingerprint: fingerprint)
        ] + unusedSignatures.map { .signaturesUnused($0) } + [
            .keyValidityUnreadable(fingerprint: fingerprint, members: ["ValidityStartTime", "ValidityEndTime"]),
            .acknowledgementExpired(acknowledgement), .acknowledgementUnmatched(acknowledgement, by: .none),
            .acknowledgementUnmatched(acknowledgement, by: .several),
        ]

    private static let acknowledgement = Acknowledgement(
        .logMissing,
        ObjectKey("key"),
        who: "Ana",
        why: "lost with disk 7",
        until: Timestamp(secondsSinceEpoch: 1_772_323_200)
    )

    private static let unusedSignatures: [UnusedSignatures] = [
        UnusedSignatures("meta.jsonl", objects: 0, signatures: 0, .empty),
        UnusedSignatures("meta.json", objects: 12, signatures: 0, .withoutSignature(.rclone)),
        UnusedSignatures("meta.jsonl", objects: 1, signatures: 0, .withoutSignature(.other)),
        UnusedSignatures(
            "meta.jsonl",
            objects: 12,
            signatures: 6,
            .otherBucket("another-bucket", held: "example-bucket")
        ),
        UnusedSignatures("meta.jsonl", objects: 12, signatures: 12, .unmatched),
    ]

    private static let nothings: [Nothing] = [
        .run(.empty), .run(.logsAlone(12)), .run(.backslashes(12)), .run(.archiveFiles(1, first: ObjectKey("a.tar"))),
        .run(.archiveFiles(2, first: ObjectKey("a.tar"))), .run(.queryResults), .run(.noDigest), .run(.noneVerified),
        .run(.noneVerifiedInRange), .root(name: "archive"),
        .account("111122223333", held: []), .region("us-east-1", held: ["eu-west-1", "us-west-2"]),
        .trail("trail", held: (1...10).map { "trail-\($0)" }),
    ]

    private static let sums: [FindingCause] = [
        .more(.logUnreferenced, count: 1, .folder), .more(.keyNew, count: 2, .kind),
    ]
}
