internal import CloudTrailIntegrity
internal import NativeInterop

/// The throwaway keys of one sample, each made when it is first needed.
final class SampleKeyRing {
    /// What a key is for.
    enum Role: String, Hashable {
        /// Signs the first half of the hours.
        case first
        /// Signs the second half.
        case second
        /// A genuine key that keys.json leaves out.
        case withheld
        /// The key of somebody who forges a digest file.
        case forger
    }

    private let options: SampleOptions
    private var pairs: [Role: (private: RSASigningKey, public: SampleKey)] = [:]

    init(options: SampleOptions) {
        self.options = options
    }

    func fingerprint(_ role: Role) throws -> String {
        try pair(role).public.fingerprint
    }

    /// What keys.json holds.
    func published() throws -> [SampleKey] {
        [try pair(.first).public, try pair(.second).public]
    }

    /// The signature of `text` in lower-case hex.
    func signature(of text: String, by role: Role, using algorithm: RSASigningKey.Hash) throws -> String {
        Hex.encode(try pair(role).private.signature(of: Array(text.utf8), hash: algorithm))
    }

    private func pair(_ role: Role) throws -> (private: RSASigningKey, public: SampleKey) {
        if let pair = pairs[role] { return pair }
        let key = try RSASigningKey(seed: Array("sample archive \(options.seed), key \(role.rawValue)".utf8))
        let pair = (
            private: key,
            public: SampleKey(
                der: key.publicKeyDER,
                fingerprint: Hex.encode(try MD5.of(key.publicKeyDER)),
                validityStart: validityStart(role),
                validityEnd: validityEnd(role)
            )
        )
        pairs[role] = pair
        return pair
    }

    /// Midnight, five days before the key is first used.
    private func validityStart(_ role: Role) -> Timestamp {
        let firstHour = role == .second ? options.hours / 2 : 0
        let firstUse = options.start.advanced(bySeconds: Int64(firstHour) * 3600)
        return Timestamp(secondsSinceEpoch: (firstUse.dayNumber - 5) * 86_400)
    }

    /// Thirty days later as at AWS, or later still where the key is used for longer.
    private func validityEnd(_ role: Role) -> Timestamp {
        let usual = validityStart(role).advanced(bySeconds: 30 * 86_400)
        return max(usual, Timestamp(secondsSinceEpoch: (options.end.dayNumber + 2) * 86_400))
    }
}
