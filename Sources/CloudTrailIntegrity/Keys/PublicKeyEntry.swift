package import CloudTrailFormat
internal import NativeInterop

/// An entry of a key file, with what is wrong with it.
package struct PublicKeyEntry: Sendable {
    /// Its number in the file, counted from 1.
    package let number: Int
    /// The key; `nil` when ``problem`` says why there is none that could be used.
    package let key: PublicKey?
    /// What keeps it from being used, in one line.
    package let problem: String?
    /// The fingerprint that the file gives it, as written; `nil` when it gives none.
    package let statedFingerprint: String?
    /// The MD5 of the value's bytes, 32 lower-case hex digits; `nil` when there is no value.
    package let fingerprint: String?
    /// The SHA-256 of the value's bytes; `nil` when there is no value.
    package let sha256: SHA256Digest?
    /// The start of the key's validity; `nil` when the file does not say.
    package let validFrom: Timestamp?
    /// The end of the key's validity; `nil` when the file does not say.
    package let validUntil: Timestamp?
    /// The members that should tell when it was valid and cannot be read: the key is used all the same.
    package let unreadableTimes: [String]

    /// The key.
    ///
    /// - Throws: ``PublicKeySetError`` with the number and what is wrong.
    func usableKey() throws(PublicKeySetError) -> PublicKey {
        if let key { return key }
        throw PublicKeySetError(.malformed, "key \(number): \(problem ?? "there is none")")
    }

    init(_ draft: PublicKeyFile.Draft, number: Int) throws {
        self.number = number
        statedFingerprint = draft.fingerprint
        validFrom = draft.validFrom
        validUntil = draft.validUntil
        unreadableTimes = draft.unreadableTimes
        var problem = draft.problem
        // MIME and many tools break it into lines.
        let der = draft.value.flatMap { value in
            Base64.decode(String(decoding: value.utf8.filter { !JSONLines.isSpace($0) }, as: UTF8.self))
        }
        if draft.value != nil, der == nil, problem == nil { problem = "Value is not Base64" }
        sha256 = try der.map { try SHA256Digest.of($0) }
        fingerprint = try der.map { Hex.encode(try MD5.of($0)) }
        var key: PublicKey?
        if let der {
            do throws(PublicKeySetError) {
                key = try PublicKey(
                    der: der,
                    validFrom: draft.validFrom,
                    validUntil: draft.validUntil,
                    unreadableTimes: draft.unreadableTimes
                )
            } catch {
                problem = problem ?? error.description
            }
        }
        if let stated = draft.fingerprint, let fingerprint, stated.lowercased() != fingerprint, problem == nil {
            problem = "the fingerprint \(escaped(stated)) is not the MD5 of its value, which is \(fingerprint)"
        }
        self.key = problem == nil ? key : nil
        self.problem = problem
    }
}
