import CloudTrailFormat
import CloudTrailIntegrity

/// A signature manifest, and the answer of `head-object` beside a digest file.
func checkManifest(_ bytes: [UInt8]) throws {
    if let metadata = try? SignatureMetadata(headObjectAnswer: bytes) {
        try require(!metadata.signature.isEmpty, "an answer without a signature was taken for one")
    }
    var manifest = SignatureManifest()
    do {
        try manifest.add(reading: bytes)
    } catch let error as SignatureManifestError {
        let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
        try require((1...lines).contains(error.line), "an error in line \(error.line) of \(lines)")
        try require(manifest.count == 0, "a manifest that was refused left something behind")
        try require(!error.description.utf8.contains { $0 < 0x20 || $0 == 0x7f }, "a control character in an error")
        return
    }
    let count = manifest.count
    try manifest.add(reading: bytes)
    try require(manifest.count == 2 * count, "a manifest has another number of signatures the second time")
}
