internal import CloudTrailFormat
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
        /// A genuine key that keys.json holds as SubjectPublicKeyInfo.
        case wrapped
        /// A genuine key whose validity ended before the archive begins.
        case expired
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

    /// What keys.json holds: the two keys of every archive, and those that its scenarios need.
    func published(besides roles: [Role]) throws -> [SampleKey] {
        var published: [Role] = [.first, .second]
        for role in roles where !published.contains(role) { published.append(role) }
        return try published.map { try pair($0).public }
    }

    /// The signature of `text` in lower-case hex.
    func signature(of text: String, by role: Role, using algorithm: RSASigningKey.Hash) throws -> String {
        Hex.encode(try pair(role).private.signature(of: Array(text.utf8), hash: algorithm))
    }

    private func pair(_ role: Role) throws -> (private: RSASigningKey, public: SampleKey) {
        if let pair = pairs[role] { return pair }
        let key = try Self.key(seed: "sample archive \(options.seed), key \(role.rawValue)")
        let der = role == .wrapped ? key.subjectPublicKeyInfoDER : key.publicKeyDER
        let pair = (
            private: key,
            public: SampleKey(
                der: der,
                fingerprint: Hex.encode(try MD5.of(der)),
                validityStart: validityStart(role),
                validityEnd: validityEnd(role)
            )
        )
        pairs[role] = pair
        return pair
    }

    /// Keys that were made before: their primes are what takes the time, and equal seeds make equal keys.
    private static let made = LockedState<[String: RSASigningKey]>([:])

    private static func key(seed: String) throws -> RSASigningKey {
        if let key = made.withLock({ $0[seed] }) { return key }
        let key = try RSASigningKey(seed: Array(seed.utf8))
        made.withLock { $0[seed] = key }
        return key
    }

    /// Midnight, five days before the key is first used.
    private func validityStart(_ role: Role) -> Timestamp {
        if role == .expired { return Timestamp(secondsSinceEpoch: (options.start.dayNumber - 40) * 86_400) }
        let firstHour = role == .second ? options.hours / 2 : 0
        let firstUse = options.start.advanced(bySeconds: Int64(firstHour) * 3600)
        return Timestamp(secondsSinceEpoch: (firstUse.dayNumber - 5) * 86_400)
    }

    /// Thirty days later as at AWS, or later still where the key is used for longer.
    private func validityEnd(_ role: Role) -> Timestamp {
        let usual = validityStart(role).advanced(bySeconds: 30 * 86_400)
        if role == .expired { return usual }
        return max(usual, Timestamp(secondsSinceEpoch: (options.end.dayNumber + 2) * 86_400))
    }
}
