import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop

/// A key file; what begins like DER is a key without one.
func checkKeys(_ bytes: [UInt8]) throws {
    if bytes.first == 0x30 {
        guard let key = try? RSAPublicKey(der: bytes) else { return }
        try require(RSAPublicKey.modulusBits.contains(key.bits), "a key of \(key.bits) bits was accepted")
        let signature = [UInt8](repeating: 1, count: key.bits / 8)
        let verifies = try key.verifies(signature: signature, of: SHA256.of(bytes.span))
        try require(!verifies, "a constant is a signature")
        return
    }
    var keys = PublicKeySet()
    do {
        try keys.add(reading: bytes, name: "keys.json")
    } catch let error as PublicKeySetError {
        try require(keys.count == 0 && keys.sources.isEmpty, "a key file that was refused left something behind")
        try require(!error.description.utf8.contains { $0 < 0x20 || $0 == 0x7f }, "a control character in an error")
        return
    }
    let count = keys.count
    try require(count > 0 && keys.sources.count == 1, "a key file without keys was accepted")
    try keys.add(reading: bytes, name: "keys.json")
    try require(keys.count == count, "the same keys are other keys the second time")
}
