internal import CloudTrailFormat
internal import CloudTrailIntegrity

/// The POSIX shell script of a bundle: it proves the file with openssl, gunzip and the checksums of the system alone.
///
/// All files have fixed names, and of what the archive or the caller says nothing stands in the script but a fingerprint,
/// which is 32 hex digits.
struct ProofScript {
    /// The names of the files of a bundle.
    enum Name {
        static let readMe = "README.txt"
        static let script = "prove.sh"
        static let checksums = "SHA256SUMS"
        static let stringToSign = "string-to-sign.txt"
        static let signature = "signature.bin"
        static let signatureInHex = "signature.hex"
        static let key = "key.pem"
        static let listing = "listing.json"

        static func digest(isCompressed: Bool) -> String { isCompressed ? "digest.json.gz" : "digest.json" }
        static func log(isCompressed: Bool) -> String { isCompressed ? "log.json.gz" : "log.json" }
    }

    let proof: FileProof
    /// Whether the log file is stored as gzip; `nil` where the proof is of a digest file.
    let isLogCompressed: Bool?

    private var digest: String { Name.digest(isCompressed: proof.isDigestCompressed) }
    private var log: String? { isLogCompressed.map { Name.log(isCompressed: $0) } }
    /// The file that it is all about.
    private var subject: String { log ?? digest }

    var lines: [String] { head + functions + steps + logSteps + ending }

    private var head: [String] {
        [
            "#!/bin/sh",
            "# Proves that \(subject) is what CloudTrail delivered, without cloudtrail-integrity: with openssl, gunzip,",
            "# sha256sum and md5sum. README.txt says what each file is, and that \(Name.key) must be compared with AWS's key.",
            "set -eu",
            "LC_ALL=C",
            "export LC_ALL",
            "CDPATH='' cd -- \"$(dirname -- \"$0\")\"",
            "",
            "# step TEXT COMMAND...: what must succeed",
            "step() {",
            "    text=$1",
            "    shift",
            "    if \"$@\"; then echo \"ok: $text\"; else echo \"FAILED: $text\" >&2; exit 1; fi",
            "}",
            "same() { [ -n \"$1\" ] && [ \"$1\" = \"$2\" ]; }",
        ]
    }

    private var functions: [String] {
        let encoding =
            proof.key.isPKCS1
            ? "openssl rsa -pubin -in \(Name.key) -RSAPublicKey_out -outform DER 2>/dev/null"
            : "openssl pkey -pubin -in \(Name.key) -outform DER"
        var lines = [
            "digest() { \(Self.reading(digest)); }",
            "sha256() { sha256sum | cut -c 1-64; }",
            "# A digest file names its key by the MD5 of the key's bytes.",
            "fingerprint() { \(encoding) | md5sum | cut -c 1-32; }",
            "unaltered() { sha256sum -c \(Name.checksums) >/dev/null; }",
            "names_key() { digest | tr -d ' \\t\\r\\n' | grep -i -F '\(FileProof.keyMember(fingerprint))' >/dev/null; }",
            "signed() {",
            "    openssl dgst -sha256 -verify \(Name.key) -signature \(Name.signature) \(Name.stringToSign) >/dev/null",
            "}",
        ]
        if proof.isDigestCompressed { lines.append("digest_whole() { gunzip -t \(digest); }") }
        guard let log, let isLogCompressed else { return lines }
        lines += [
            "log() { \(Self.reading(log)); }",
            "one_line() { [ \"$(wc -l < \(Name.listing) | tr -d ' ')\" = 1 ]; }",
            "lists() { digest | tr -d ' \\t\\r\\n' | grep -F -f \(Name.listing) >/dev/null; }",
            "names_hash() { grep -i -F \"\\\"hashValue\\\":\\\"$1\\\"\" \(Name.listing) >/dev/null; }",
        ]
        if isLogCompressed { lines.append("log_whole() { gunzip -t \(log); }") }
        return lines
    }

    /// The fingerprint of the key; nothing where it is not one, which cannot be.
    private var fingerprint: String { Hex.decode(proof.key.fingerprint) == nil ? "" : proof.key.fingerprint }

    private static func reading(_ file: String) -> String {
        file.hasSuffix(".gz") ? "gunzip -c \(file)" : "cat \(file)"
    }

    private var steps: [String] {
        var lines = [
            "",
            "step 'no file was altered since it was written' unaltered",
            "step 'the key has the fingerprint \(fingerprint)' same \"$(fingerprint)\" \(fingerprint)",
            "step 'the digest file names that key' names_key",
            "step 'the key verifies the signature of the string' signed",
        ]
        if proof.isDigestCompressed { lines.append("step 'the digest file is whole' digest_whole") }
        lines.append(
            "step 'the string has the SHA-256 of the digest file' \\\n"
                + "    same \"$(digest | sha256)\" \"$(tail -n 2 \(Name.stringToSign) | head -n 1)\""
        )
        return lines
    }

    private var logSteps: [String] {
        guard let isLogCompressed else { return [] }
        return [
            "step 'the entry is one line' one_line",
            "step 'the digest file holds the entry, with the key of the log file' lists",
        ] + (isLogCompressed ? ["step 'the log file is whole' log_whole"] : []) + [
            "step 'the entry has the SHA-256 of the log file' names_hash \"$(log | sha256)\""
        ]
    }

    private var ending: [String] { ["echo 'PROVEN: \(subject), if \(Name.key) is AWS'\\''s.'"] }
}
