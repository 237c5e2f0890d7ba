package import CloudTrailFormat
internal import CloudTrailIntegrity
internal import NativeInterop

/// A public key of a sample, as ListPublicKeys answers it.
package struct SampleKey: Hashable, Sendable {
    /// PKCS#1 `RSAPublicKey`; SubjectPublicKeyInfo where a scenario asks for it.
    package let der: [UInt8]
    /// The MD5 of ``der`` in hex: the name by which digest files call the key.
    package let fingerprint: String
    package let validityStart: Timestamp
    package let validityEnd: Timestamp
}
