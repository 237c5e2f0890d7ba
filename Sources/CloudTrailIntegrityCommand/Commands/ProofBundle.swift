internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import CloudTrailRules
internal import NativeInterop

/// What `--proof` writes: all that proves one file, and a script that does it without this tool.
struct ProofBundle {
    private typealias Name = ProofScript.Name

    private let check: FileCheck
    private let proof: FileProof
    private let facts: RunFacts
    private let keys: [PublicKeySet.Source]

    init(_ check: FileCheck, _ proof: FileProof, _ facts: RunFacts, keys: [PublicKeySet.Source]) {
        self.check = check
        self.proof = proof
        self.facts = facts
        self.keys = keys
    }

    /// Writes the bundle; the folder is not complete yet.
    ///
    /// - Parameter validator: Copies the log file.
    /// - Throws: ``CommandError``; ``FileProofError`` when a file is not what it was any more; `CancellationError`.
    func write(to folder: OutputFolder, _ validator: Validator, _ monitor: ValidationMonitor) throws {
        var sums: [(name: String, sha256: String)] = []
        func add(_ name: String, isProgram: Bool = false, _ bytes: [UInt8]) throws {
            try folder.write(name, isProgram: isProgram) { write in try write(bytes) }
            sums.append((name, Hex.encode(try SHA256Digest.of(bytes).bytes)))
        }
        var isLogCompressed: Bool?
        if let listing = proof.listing {
            let copy = try copyLog(to: folder, validator, monitor)
            isLogCompressed = copy.isCompressed
            sums.append((Name.log(isCompressed: copy.isCompressed), copy.sha256))
            try add(Name.listing, listing + [UInt8(ascii: "\n")])
        }
        let script = ProofScript(proof: proof, isLogCompressed: isLogCompressed)
        try add(Name.digest(isCompressed: proof.isDigestCompressed), proof.digestBytes)
        try add(Name.stringToSign, proof.stringToSign)
        try add(Name.signature, proof.signature)
        try add(Name.signatureInHex, Array("\(Hex.encode(proof.signature))\n".utf8))
        try add(Name.key, Array(try proof.key.pem.utf8))
        try add(Name.readMe, Self.text(readMe(isLogCompressed)))
        // Last, so that no bundle that is not whole has them.
        try folder.write(Name.checksums) { write in try write(Self.text(sums.map { "\($0.sha256)  \($0.name)" })) }
        try folder.write(Name.script, isProgram: true) { write in try write(Self.text(script.lines)) }
    }

    private static func text(_ lines: [String]) -> [UInt8] { Array(lines.map { "\($0)\n" }.joined().utf8) }

    /// Copies the log file, byte for byte as it lies there.
    private func copyLog(
        to folder: OutputFolder,
        _ validator: Validator,
        _ monitor: ValidationMonitor
    ) throws -> (isCompressed: Bool, sha256: String) {
        let isCompressed = check.isCompressed
        let hasher = try SHA256()
        try folder.write(Name.log(isCompressed: isCompressed)) { write in
            try validator.copy(check, monitor: monitor) { bytes in
                unsafe try hasher.update(bytes.span.bytes)
                try write(bytes)
            }
        }
        return (isCompressed, Hex.encode(SHA256Digest(try hasher.finalize()).bytes))
    }

    // MARK: README

    private func readMe(_ isLogCompressed: Bool?) -> [String] {
        let log = isLogCompressed.map { Name.log(isCompressed: $0) }
        let digest = Name.digest(isCompressed: proof.isDigestCompressed)
        let object = check.location.map(Self.shown) ?? ""
        var lines = [
            "PROOF OF ONE FILE OF AWS CLOUDTRAIL",
            "",
            "File:       \(escaped(check.path.description))",
            "Delivered:  \(object)",
            "SHA-256:    \(check.hash.map { Hex.encode($0.bytes) } ?? "") (of its uncompressed content)",
            "",
            "Run this here, without a network: sh \(Name.script)",
            "It needs openssl, gunzip, sha256sum and md5sum, ends with 0 where all of it holds, and can be read in a minute.",
            "",
            "WHAT IS HERE",
            "",
        ]
        if let log {
            lines += [
                "\(log): the log file, byte for byte as it was given.",
                "\(Name.listing): what the digest file says of it, without white space: its key and its SHA-256.",
            ]
        }
        lines += [
            "\(digest): the digest file\(log == nil ? ", byte for byte as it was given" : " that lists it"): "
                + "\(Self.shown(proof.digest.location)), found as \(TextReport.shown(proof.digest.path)).",
            "\(Name.stringToSign): what CloudTrail signed: the end of the digest file's window, its bucket and key, the "
                + "SHA-256 of its content, and the signature of the digest file before it.",
            "\(Name.signature), \(Name.signatureInHex): the signature (RSA PKCS#1 v1.5 over SHA-256). \(origin)",
            "\(Name.key): the public key with the fingerprint \(proof.key.fingerprint), from these key files:",
        ]
        lines += keys.map { "    \($0.sha256)  \(escaped($0.name))" }
        lines += [
            "\(Name.checksums): the SHA-256 of each file here but itself and \(Name.script).",
            "",
            "WHAT IT RESTS ON",
            "",
            "That the key is AWS's. Ask AWS yourself, and compare the key that has this fingerprint:",
        ]
        lines += keyCommand.map { "    \($0)" }
        lines += [
            "",
            "It does not say that nothing else was delivered, or that all that happened was recorded.",
            "",
            "HOW IT WAS MADE",
            "",
            "tool: \(RunFacts.tool) \(facts.version)",
            "command line: \(escaped(facts.commandLine))",
        ]
        if let folder = facts.folder { lines.append("folder: \(escaped(folder.description))") }
        if let end = facts.end { lines.append("time: \(end)") }
        return lines + (facts.provenance?.properties ?? []).map { "\($0.name): \(escaped($0.value))" }
    }

    private static func shown(_ location: ObjectLocation) -> String {
        "s3://\(escaped(location.bucket))/\(TextReport.shown(location.key))"
    }

    /// Where the signature came from.
    private var origin: String {
        guard let successor = proof.successor else {
            return "S3 keeps it in the metadata of the digest file's object; it was taken from: \(proof.source)."
        }
        return "It was taken from the digest file after this one, which repeats it in previousDigestSignature: "
            + "\(Self.shown(successor.location)), found as \(TextReport.shown(successor.path)). That file need not be "
            + "trusted: the signature verifies for this one, under the key."
    }

    /// The command that asks AWS for the key.
    private var keyCommand: [String] {
        guard let name = DigestFileName(proof.digest.location.key) else { return [] }
        return PublicKeyRequest.requests(for: [(name, nil)]).map { request in
            "aws cloudtrail list-public-keys --region \(ShellWord.quoted(request.region)) "
                + "--start-time \(request.start) \(request.end.map { "--end-time \($0) " } ?? "")--output json"
        }
    }
}
