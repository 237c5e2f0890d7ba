package import CloudTrailFormat
internal import NativeInterop

/// A public key of CloudTrail's, as ListPublicKeys answers it.
package struct PublicKey: Sendable {
    /// The MD5 of the DER bytes as they were given, 32 lower-case hex digits: how a digest file names its key.
    package let fingerprint: String
    /// The start of the key's validity; `nil` when the file does not say.
    package let validFrom: Timestamp?
    /// The end of the key's validity; `nil` when the file does not say.
    package let validUntil: Timestamp?

    /// The members of its entry that should tell when it was valid and cannot be read.
    package let unreadableTimes: [String]

    /// The bytes of the key as they were given.
    package let der: [UInt8]
    let key: RSAPublicKey

    /// The size of the key in bits.
    package var bits: Int { key.bits }

    /// Reads a key's DER bytes, PKCS#1 or SPKI, and computes its fingerprint.
    init(
        der: [UInt8],
        validFrom: Timestamp?,
        validUntil: Timestamp?,
        unreadableTimes: [String] = []
    ) throws(PublicKeySetError) {
        do throws(RSAPublicKey.Rejection) {
            key = try RSAPublicKey(der: der)
        } catch {
            throw PublicKeySetError(.malformed, error.text)
        }
        do throws(NativeError) {
            fingerprint = Hex.encode(try MD5.of(der))
        } catch {
            throw PublicKeySetError(.malformed, error.description)
        }
        self.der = der
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.unreadableTimes = unreadableTimes
    }

    /// The key in PEM, as `SubjectPublicKeyInfo` (RFC 7468, 13).
    package var pem: String {
        get throws {
            let text = Array(Base64.encode(try key.subjectPublicKeyInfo).utf8)
            let lines = stride(from: 0, to: text.count, by: 64).map { start in
                String(decoding: text[start..<min(start + 64, text.count)], as: UTF8.self) + "\n"
            }
            return "-----BEGIN PUBLIC KEY-----\n\(lines.joined())-----END PUBLIC KEY-----\n"
        }
    }

    /// Whether the fingerprint is that of the key as PKCS#1, and not as `SubjectPublicKeyInfo`.
    package var isPKCS1: Bool { key.encoding == .pkcs1 }

    /// The SHA-256 of the DER bytes: MD5 alone tells no two keys apart.
    var hash: SHA256Digest {
        get throws { try SHA256Digest.of(der) }
    }

    /// Whether the key was valid at `moment`; a bound that is not known excludes nothing.
    package func isValid(at moment: Timestamp) -> Bool {
        (validFrom.map { $0 <= moment } ?? true) && (validUntil.map { moment <= $0 } ?? true)
    }
}

extension RSAPublicKey.Rejection {
    fileprivate var text: String {
        switch self {
        case .notAnRSAKey: "the value is not an RSA public key in DER (PKCS#1 or SPKI)"
        case .modulusSize(let bits):
            "the key has \(bits) bits, not \(RSAPublicKey.modulusBits.lowerBound) to \(RSAPublicKey.modulusBits.upperBound)"
        case .publicExponent: "the key's public exponent is not odd, above 1 and at most 32 bits long"
        case .native(let error): error.description
        }
    }
}
