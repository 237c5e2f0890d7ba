internal import CloudTrailFormat

/// What can be done to a sample archive.
package enum Tamper: String, CaseIterable, Hashable, Sendable {
    case logModified = "log-modified"
    case logDeleted = "log-deleted"
    case logTruncated = "log-truncated"
    case logChecksumBroken = "log-checksum-broken"
    case logTrailingData = "log-trailing-data"
    case logInjected = "log-injected"
    case logDecompressed = "log-decompressed"
    case digestModified = "digest-modified"
    case digestDeleted = "digest-deleted"
    case digestForged = "digest-forged"
    case digestHeadDeleted = "digest-head-deleted"
    case digestTailDeleted = "digest-tail-deleted"
    case digestMalformed = "digest-malformed"
    case digestTrailingData = "digest-trailing-data"
    case digestRelocated = "digest-relocated"
    case digestKeyUnknown = "digest-key-unknown"
    case digestSignedWithSHA1 = "digest-signed-with-sha1"
    case chainGap = "chain-gap"
    case chainRestart = "chain-restart"
    case chainWindowHole = "chain-window-hole"
    case logEmptied = "log-emptied"
    case logReplacedByHTML = "log-replaced-by-html"
    case logsSwapped = "logs-swapped"
    case logRecompressed = "log-recompressed"
    case logDuplicated = "log-duplicated"
    case logsLate = "logs-late"
    case digestFieldAccount = "digest-field-account"
    case digestFieldStartTime = "digest-field-start-time"
    case digestFieldEndTime = "digest-field-end-time"
    case digestFieldBucket = "digest-field-bucket"
    case digestFieldObject = "digest-field-object"
    case digestFieldFingerprint = "digest-field-fingerprint"
    case digestFieldSignatureAlgorithm = "digest-field-signature-algorithm"
    case digestFieldNewestEventTime = "digest-field-newest-event-time"
    case digestFieldOldestEventTime = "digest-field-oldest-event-time"
    case digestFieldPreviousBucket = "digest-field-previous-bucket"
    case digestFieldPreviousObject = "digest-field-previous-object"
    case digestFieldPreviousHash = "digest-field-previous-hash"
    case digestFieldPreviousHashAlgorithm = "digest-field-previous-hash-algorithm"
    case digestFieldPreviousSignature = "digest-field-previous-signature"
    case digestFieldLogBucket = "digest-field-log-bucket"
    case digestFieldLogObject = "digest-field-log-object"
    case digestFieldLogHashAlgorithm = "digest-field-log-hash-algorithm"
    case digestFieldLogNewestEventTime = "digest-field-log-newest-event-time"
    case digestFieldLogOldestEventTime = "digest-field-log-oldest-event-time"
    case digestTwoDeleted = "digest-two-deleted"
    case digestFiveDeleted = "digest-five-deleted"
    case digestAllDeleted = "digest-all-deleted"
    case digestFromOtherRegion = "digest-from-other-region"
    case digestFromOtherAccount = "digest-from-other-account"
    case digestFromOtherTrail = "digest-from-other-trail"
    case digestOlderVersion = "digest-older-version"
    case digestGarbage = "digest-garbage"
    case digestDuplicateName = "digest-duplicate-name"
    case digestWrongType = "digest-wrong-type"
    case digestWrongTypeSigned = "digest-wrong-type-signed"
    case digestLogDropped = "digest-log-dropped"
    case digestPathTraversal = "digest-path-traversal"
    case digestControlCharacters = "digest-control-characters"
    case digestUpperCaseHex = "digest-upper-case-hex"
    case digestEscapedSlashes = "digest-escaped-slashes"
    case keyWrapped = "key-wrapped"
    case keyOutsideValidity = "key-outside-validity"
    case signatureDiffers = "signature-differs"
    case chainErased = "chain-erased"
    case chainForked = "chain-forked"
    case trailRenamed = "trail-renamed"
    case bucketChanged = "bucket-changed"
    case prefixChanged = "prefix-changed"
    case backfill
    case backfillDeleted = "backfill-deleted"
    case backfillModified = "backfill-modified"

    /// One line that says what is done.
    package var summary: String { scenario.summary }

    var scenario: TamperScenario {
        switch self {
        case .logModified: .logModified
        case .logDeleted: .logDeleted
        case .logTruncated: .logTruncated
        case .logChecksumBroken: .logChecksumBroken
        case .logTrailingData: .logTrailingData
        case .logInjected: .logInjected
        case .logDecompressed: .logDecompressed
        case .digestModified: .digestModified
        case .digestDeleted: .digestDeleted
        case .digestForged: .digestForged
        case .digestHeadDeleted: .digestHeadDeleted
        case .digestTailDeleted: .digestTailDeleted
        case .digestMalformed: .digestMalformed
        case .digestTrailingData: .digestTrailingData
        case .digestRelocated: .digestRelocated
        case .digestKeyUnknown: .digestKeyUnknown
        case .digestSignedWithSHA1: .digestSignedWithSHA1
        case .chainGap: .chainGap
        case .chainRestart: .chainRestart
        case .chainWindowHole: .chainWindowHole
        case .logEmptied: .logEmptied
        case .logReplacedByHTML: .logReplacedByHTML
        case .logsSwapped: .logsSwapped
        case .logRecompressed: .logRecompressed
        case .logDuplicated: .logDuplicated
        case .logsLate: .logsLate
        case .digestFieldAccount: .digestFieldAccount
        case .digestFieldStartTime: .digestFieldStartTime
        case .digestFieldEndTime: .digestFieldEndTime
        case .digestFieldBucket: .digestFieldBucket
        case .digestFieldObject: .digestFieldObject
        case .digestFieldFingerprint: .digestFieldFingerprint
        case .digestFieldSignatureAlgorithm: .digestFieldSignatureAlgorithm
        case .digestFieldNewestEventTime: .digestFieldNewestEventTime
        case .digestFieldOldestEventTime: .digestFieldOldestEventTime
        case .digestFieldPreviousBucket: .digestFieldPreviousBucket
        case .digestFieldPreviousObject: .digestFieldPreviousObject
        case .digestFieldPreviousHash: .digestFieldPreviousHash
        case .digestFieldPreviousHashAlgorithm: .digestFieldPreviousHashAlgorithm
        case .digestFieldPreviousSignature: .digestFieldPreviousSignature
        case .digestFieldLogBucket: .digestFieldLogBucket
        case .digestFieldLogObject: .digestFieldLogObject
        case .digestFieldLogHashAlgorithm: .digestFieldLogHashAlgorithm
        case .digestFieldLogNewestEventTime: .digestFieldLogNewestEventTime
        case .digestFieldLogOldestEventTime: .digestFieldLogOldestEventTime
        case .digestTwoDeleted: .digestTwoDeleted
        case .digestFiveDeleted: .digestFiveDeleted
        case .digestAllDeleted: .digestAllDeleted
        case .digestFromOtherRegion: .digestFromOtherRegion
        case .digestFromOtherAccount: .digestFromOtherAccount
        case .digestFromOtherTrail: .digestFromOtherTrail
        case .digestOlderVersion: .digestOlderVersion
        case .digestGarbage: .digestGarbage
        case .digestDuplicateName: .digestDuplicateName
        case .digestWrongType: .digestWrongType
        case .digestWrongTypeSigned: .digestWrongTypeSigned
        case .digestLogDropped: .digestLogDropped
        case .digestPathTraversal: .digestPathTraversal
        case .digestControlCharacters: .digestControlCharacters
        case .digestUpperCaseHex: .digestUpperCaseHex
        case .digestEscapedSlashes: .digestEscapedSlashes
        case .keyWrapped: .keyWrapped
        case .keyOutsideValidity: .keyOutsideValidity
        case .signatureDiffers: .signatureDiffers
        case .chainErased: .chainErased
        case .chainForked: .chainForked
        case .trailRenamed: .trailRenamed
        case .bucketChanged: .bucketChanged
        case .prefixChanged: .prefixChanged
        case .backfill: .backfill
        case .backfillDeleted: .backfillDeleted
        case .backfillModified: .backfillModified
        }
    }
}
