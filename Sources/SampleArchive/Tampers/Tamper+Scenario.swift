/// The scenario of each tamper.
extension Tamper {
    /// One line that describes what is done.
    package var summary: String { scenario.summary }

    /// How the tamper is carried out.
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
