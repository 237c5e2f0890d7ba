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
        }
    }
}
