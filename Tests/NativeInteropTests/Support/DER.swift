/// Just enough DER (X.690) to make keys by hand, correct ones and others.
enum DER {
    static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        [tag] + length(content.count) + content
    }

    static func length(_ count: Int) -> [UInt8] {
        if count < 128 { return [UInt8(count)] }
        var bytes: [UInt8] = []
        var rest = count
        while rest > 0 {
            bytes.insert(UInt8(rest & 0xff), at: 0)
            rest >>= 8
        }
        return [0x80 | UInt8(bytes.count)] + bytes
    }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] {
        element(0x30, Array(parts.joined()))
    }

    /// A positive INTEGER from its big-endian bytes.
    static func integer(_ magnitude: [UInt8]) -> [UInt8] {
        let stripped = Array(magnitude.drop { $0 == 0 })
        return element(2, (stripped.first ?? 0x80) >= 0x80 ? [0] + stripped : stripped)
    }

    /// An INTEGER with exactly these bytes as its content.
    static func rawInteger(_ content: [UInt8]) -> [UInt8] {
        element(2, content)
    }

    static func bitString(_ content: [UInt8], unusedBits: UInt8 = 0) -> [UInt8] {
        element(3, [unusedBits] + content)
    }

    static let null: [UInt8] = [5, 0]
    /// rsaEncryption, 1.2.840.113549.1.1.1.
    static let rsaEncryption: [UInt8] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]
    /// id-RSASSA-PSS, 1.2.840.113549.1.1.10.
    static let rsassaPSS: [UInt8] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10]

    /// `RSAPublicKey` (RFC 8017, A.1.1).
    static func rsaPublicKey(modulus: [UInt8], exponent: [UInt8]) -> [UInt8] {
        sequence(integer(modulus), integer(exponent))
    }

    /// `SubjectPublicKeyInfo` (RFC 5280, 4.1.2.7) around a public key.
    static func subjectPublicKeyInfo(_ key: [UInt8], algorithm: [UInt8] = rsaEncryption) -> [UInt8] {
        sequence(sequence(algorithm, null), bitString(key))
    }

    /// An odd number of exactly `bits` bits; no product of two primes, but of the right shape.
    static func modulus(bits: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: UInt64(bits))
        var bytes = generator.bytes((bits + 7) / 8)
        let top = (bits - 1) % 8
        bytes[0] = bytes[0] & UInt8((1 << (top + 1)) - 1) | UInt8(1 << top)
        bytes[bytes.count - 1] |= 1
        return bytes
    }
}
