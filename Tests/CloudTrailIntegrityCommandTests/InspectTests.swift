import CloudTrailIntegrityCommand
import Foundation
import SampleArchive
import Testing

@Suite("inspect")
struct InspectTests {
    private let sample: SampleFolder

    init() throws {
        sample = try SampleFolder()
    }

    private func inspect(_ arguments: String..., keys: Bool = true, signatures: Bool = true) -> Run {
        run(
            ["inspect"] + arguments + (keys ? ["--public-keys", sample.keys] : [])
                + (signatures ? ["--signatures", sample.manifest] : [])
        )
    }

    /// The value of a row, and the lines that go on with it.
    private func value(_ name: String, in output: String) -> [String] {
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("  \(name) ") }) else { return [] }
        let rest = lines[(start + 1)...].prefix { $0.hasPrefix(String(repeating: " ", count: 30)) }
        return [String(lines[start].dropFirst(name.count + 2).drop { $0 == " " })]
            + rest.map { String($0.dropFirst(30)) }
    }

    @Test("the fields stand as they are written, with the string to sign and the verdict")
    func fields() throws {
        let digest = try sample.digests()[1]
        let shown = inspect(digest, "-v")
        #expect(shown.status == .proven)
        #expect(shown.errors.isEmpty)
        #expect(shown.output.hasPrefix(digest + "\n"))
        let content = try sample.content(digest)
        let fields = try #require(try JSONSerialization.jsonObject(with: content) as? [String: Any])
        for (name, field) in fields where name != "logFiles" {
            #expect(value(name, in: shown.output).first == field as? String)
        }
        let logs = try #require(fields["logFiles"] as? [[String: Any]])
        let listed = value("logFiles", in: shown.output)
        #expect(listed.first == "\(logs.count)")
        #expect(
            listed.dropFirst().sorted()
                == logs.map { "\($0["hashValue"] ?? "") s3://\($0["s3Bucket"] ?? "")/\($0["s3Object"] ?? "")" }.sorted()
        )
        #expect(
            value("digest before", in: shown.output).first
                == "held, and has the hash it names; the signature it names verifies"
        )
        #expect(
            value("verdict", in: shown.output) == [
                "SIGNED: the signature from manifest verifies under the key that it names"
            ]
        )
    }

    @Test(
        "OpenSSL's own command agrees on the string to sign, its hash and the signature",
        .enabled(if: ShellRun.find("openssl") != nil)
    )
    func openSSL() throws {
        let shown = inspect(try sample.digests()[1])
        let text = value("string to sign", in: shown.output)
        #expect(text.count == 4)
        let signed = try sample.write(Data(text.joined(separator: "\n").utf8), as: "signed")
        let openssl = try #require(ShellRun.find("openssl"))
        let hash = try ShellRun(openssl, ["dgst", "-sha256", "-r", signed])
        #expect(hash.output.prefix(64) == value("its SHA-256", in: shown.output).first ?? "")
        let signature = try #require(value("signature", in: shown.output).last)
        let fingerprint = try #require(value("key", in: shown.output).first?.prefix(32))
        let answer = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: sample.keys)))
        let list = try #require((answer as? [String: Any])?["PublicKeyList"] as? [[String: Any]])
        let entry = try #require(list.first { $0["Fingerprint"] as? String == String(fingerprint) })
        let verified = try ShellRun(
            "/bin/sh",
            [
                "-c",
                """
                cd "$1" && printf %s "$2" | base64 -d > key.der && printf %s "$3" | xxd -r -p > signature &&
                openssl rsa -RSAPublicKey_in -inform DER -in key.der -pubout -out key.pem 2>/dev/null &&
                openssl dgst -sha256 -verify key.pem -signature signature signed
                """, "sh", sample.path + "/copies", entry["Value"] as? String ?? "", signature,
            ]
        )
        if verified.errors.contains("xxd") { return }
        #expect(verified.output == "Verified OK\n")
    }

    @Test("without keys it is readable, and says so")
    func withoutKeys() throws {
        let shown = inspect(try sample.digests()[0], keys: false)
        #expect(shown.status == .proven)
        #expect(value("key", in: shown.output).first?.hasSuffix("no key files are given") == true)
        #expect(value("verdict", in: shown.output).first?.hasPrefix("READABLE: give --public-keys") == true)
        #expect(value("digest before", in: shown.output) == ["none: it begins its chain"])
    }

    @Test("with keys but without a signature, or with other keys, nothing is proven")
    func unproven() throws {
        let digest = try #require(try sample.digests().last)
        let unsigned = inspect(digest, signatures: false)
        #expect(unsigned.status == .unverified)
        #expect(value("digest after", in: unsigned.output) == ["not held beside it"])
        #expect(value("verdict", in: unsigned.output) == ["NOT PROVEN: no signature is at hand"])
        #expect(value("what to do", in: unsigned.output).first?.hasPrefix("Fetch the signature") == true)
        let others = try SampleFolder { $0.seed = 99 }
        let unknown = run("inspect", digest, "--public-keys", others.keys, "--signatures", sample.manifest)
        #expect(unknown.status == .unverified)
        #expect(value("signature", in: unknown.output).first == "from manifest, SHA256withRSA: not tried")
    }

    @Test("a signature may be given, or lie beside the file")
    func givenSignature() throws {
        let digests = try sample.digests()
        let next = inspect(digests[3])
        let signature = try #require(value("previousDigestSignature", in: next.output).first)
        let given = inspect(digests[2], "--signature", signature.uppercased(), signatures: false)
        #expect(given.status == .proven)
        #expect(value("signature", in: given.output).first == "from given: verifies")
        let alone = try sample.copy(digests[1], as: "alone.json.gz")
        let wrong = inspect(alone, "--signature", signature, signatures: false)
        #expect(wrong.status == .violation)
        #expect(value("verdict", in: wrong.output) == ["NOT SIGNED: no signature at hand verifies"])
        // One that verifies is enough; the other is shown all the same.
        let both = inspect(digests[1], "--signature", signature)
        #expect(both.status == .proven)
        #expect(both.output.contains("from given: does not verify"))
        let copy = try sample.copy(digests[2], as: "any name")
        _ = try sample.write(Data("{\"Metadata\":{\"signature\":\"\(signature)\"}}".utf8), as: "any name.metadata.json")
        #expect(inspect(copy, signatures: false).output.contains("from sidecar: verifies"))
        #expect(inspect(digests[0], digests[1], "--signature", signature).status == .usage)
        #expect(inspect(digests[0], "--signature", "xyz").status == .usage)
    }

    @Test("the digest file before is found where its key maps to, in the same folder, and decompressed")
    func predecessor() throws {
        let digests = try sample.digests()
        let found = inspect(digests[1])
        #expect(value("digest before", in: found.output).last == fileName(digests[0]))
        let flat = try sample.copy(digests[1], as: fileName(digests[1]))
        #expect(value("digest before", in: inspect(flat).output) == ["not held beside it"])
        _ = try sample.write(try sample.content(digests[0]), as: String(fileName(digests[0]).dropLast(3)))
        let plain = inspect(flat)
        #expect(plain.status == .proven)
        #expect(value("digest before", in: plain.output).first?.hasPrefix("held, and has the hash it names") == true)
        let other = try sample.write(Data("{}".utf8), as: fileName(digests[0]))
        let broken = inspect(flat)
        // The file itself is what CloudTrail signed.
        #expect(broken.status == .proven)
        #expect(
            value("digest before", in: broken.output).last?.hasSuffix(other.split(separator: "/").last ?? "") == true
        )
        #expect(
            value("verdict", in: broken.output).first?
                .hasSuffix("; but the digest file before it is not the one that it names") == true
        )
        #expect(!value("what to do", in: broken.output).isEmpty)
        // Without a signature it proves nothing against the one before.
        #expect(inspect(flat, signatures: false).status == .unverified)
    }

    // MARK: The digest file after

    /// A digest file of a sample with another text in the place of one that it holds, in the folder of the copies.
    private func edited(_ digest: String, _ old: String, _ new: String) throws -> String {
        let content = String(decoding: try sample.content(digest), as: UTF8.self)
        try #require(content.contains(old))
        let name = String(fileName(digest).dropLast(3))
        return try sample.write(Data(content.replacing(old, with: new).utf8), as: name)
    }

    private func field(_ name: String, of digest: String) throws -> String {
        let fields = try #require(
            try JSONSerialization.jsonObject(with: sample.content(digest)) as? [String: Any]
        )
        return try #require(fields[name] as? String)
    }

    @Test("the signature that the digest file after it repeats proves a digest file, also across midnight")
    func successor() throws {
        let sample = try SampleFolder {
            $0.hours = 26
            $0.regions = 1
        }
        let digests = try sample.digests()
        for number in [0, 21, 22, 23, 24] {
            let shown = run("inspect", digests[number], "--public-keys", sample.keys)
            #expect(shown.status == .proven, "\(shown.output)")
            let after = digests[number + 1]
            let isNextDay = !after.hasPrefix((digests[number] as NSString).deletingLastPathComponent)
            #expect(isNextDay == (number == 22))
            let path = (isNextDay ? "../02/" : "") + fileName(after)
            #expect(
                value("digest after", in: shown.output)
                    == [
                        "held, names its hash; the signature it repeats verifies; "
                            + (number == 24 ? "not verified itself" : "verified itself"), path,
                    ]
            )
            #expect(value("signature", in: shown.output).first == "from successor: verifies")
            #expect(value("signature", in: shown.output).dropFirst().first == path)
            #expect(
                value("verdict", in: shown.output)
                    == [
                        "SIGNED: the signature that the digest file after it repeats verifies under the key that it "
                            + "names"
                    ]
            )
        }
        // The one before a digest file that begins a day lies in the folder of the day before.
        let first = run("inspect", digests[23], "--public-keys", sample.keys)
        #expect(value("digest before", in: first.output).last == "../01/" + fileName(digests[22]))
    }

    @Test("a digest file after it that is not verified proves nothing against a digest file")
    func unverifiedSuccessor() throws {
        let digests = try sample.digests()
        let copy = try sample.copy(digests[1], as: fileName(digests[1]))
        let signature = try field("previousDigestSignature", of: digests[2])
        let other = (signature.hasPrefix("0") ? "1" : "0") + signature.dropFirst()
        let successor = try edited(digests[2], signature, other)
        let shown = inspect(copy, signatures: false)
        #expect(shown.status == .unverified)
        #expect(
            value("digest after", in: shown.output).first
                == "held, names its hash; the signature it repeats does not verify; not verified itself"
        )
        #expect(value("verdict", in: shown.output).first?.hasPrefix("NOT PROVEN: the only signature at hand") == true)
        // Its own signature is enough.
        #expect(inspect(copy).status == .proven)
        // Nor does another hash that it names.
        try FileManager.default.removeItem(atPath: successor)
        let hash = try field("previousDigestHashValue", of: digests[2])
        _ = try edited(digests[2], hash, String(repeating: "0", count: 64))
        #expect(inspect(copy).status == .proven)
        // Many files that are put there keep the genuine one from nothing.
        _ = try sample.copy(digests[2], as: fileName(digests[2]))
        for number in 0..<80 {
            let name = fileName(digests[2]).replacing("T031035Z", with: "T0310\(number / 60 + 36)Z")
            _ = try sample.write(Data("{}".utf8), as: "\(name.dropLast(8))\(number % 2 == 0 ? ".json" : ".json.gz")")
        }
        let crowded = inspect(copy, signatures: false)
        #expect(crowded.status == .proven, "\(crowded.output)")
    }

    @Test("a verified digest file after it tells an altered or exchanged digest file")
    func verifiedSuccessor() throws {
        let digests = try sample.digests()
        for digest in digests[2...] { _ = try sample.copy(digest, as: fileName(digest)) }
        let field = #""newestEventTime":"2026-03-01T0"#
        let altered = try edited(digests[1], field + "1", field + "0")
        let shown = inspect(altered, signatures: false)
        #expect(shown.status == .violation)
        #expect(
            value("digest after", in: shown.output).first
                == "held, names another hash; the signature it repeats does not verify; verified itself"
        )
        #expect(value("verdict", in: shown.output) == ["NOT SIGNED: no signature at hand verifies"])
        #expect(value("what to do", in: shown.output).first?.hasPrefix("Download the object again") == true)
    }

    @Test("a digest file under the name of another is not what the name says")
    func relocated() throws {
        let digests = try sample.digests()
        let copy = try sample.copy(digests[1], as: fileName(digests[3]))
        let shown = inspect(copy)
        #expect(shown.status == .violation)
        #expect(value("verdict", in: shown.output).first?.hasPrefix("SIGNED, but under the name of another") == true)
    }

    private static let tampers: [[Tamper]] = [
        [], [.digestModified], [.digestForged], [.digestDeleted], [.digestTwoDeleted], [.digestMalformed],
        [.digestTrailingData], [.digestKeyUnknown], [.digestSignedWithSHA1], [.digestFromOtherAccount],
        [.digestOlderVersion], [.digestGarbage], [.digestWrongTypeSigned], [.digestLogDropped],
        [.digestHeadDeleted], [.digestPathTraversal],
    ]

    @Test("says the same of each digest file as check", arguments: tampers, [true, false])
    func agreesWithCheck(tampers: [Tamper], hasSignatures: Bool) throws {
        let sample = try SampleFolder {
            $0.hours = 12
            $0.tampers = tampers
        }
        let evidence = ["--public-keys", sample.keys] + (hasSignatures ? ["--signatures", sample.manifest] : [])
        let digests = try sample.files("/CloudTrail-Digest/")
        let inspected = run(["inspect"] + digests + ["--format", "json"] + evidence)
        let checked = run(["check"] + digests + ["--archive", sample.archive, "--format", "jsonl"] + evidence)
        #expect(inspected.status == checked.status, "\(tampers): \(inspected.output)\n\(checked.output)")
        let objects = try jsonLines(inspected.output).filter { $0["record"] as? String == "inspect" }
        let lines = try jsonLines(checked.output).filter { $0["record"] as? String == "check" }
        #expect(objects.count == digests.count && lines.count == digests.count)
        for (object, line) in zip(objects, lines) {
            // What a manifest has for the key of a file's path is known to an archive alone.
            for name in ["verdict", "sha256"] + (tampers == [.digestFromOtherAccount] ? [] : ["kind"]) {
                #expect(object[name] as? String == line[name] as? String, "\(tampers): \(name)")
            }
        }
    }

    // MARK: JSON

    @Test("JSON has all that the text has, an object a line")
    func json() throws {
        let digests = try sample.digests()
        let absent = sample.path + "/no"
        let shown = inspect(digests[1], digests[0], absent, "--format", "json", "--verbose", signatures: false)
        #expect(shown.status == .noInput)
        #expect(shown.errors.isEmpty)
        let objects = try jsonLines(shown.output)
        #expect(objects.map { $0["record"] as? String } == ["inspect", "inspect", "inspect"])
        #expect(objects.map { $0["verdict"] as? String } == ["valid", "valid", "unreadable"])
        let first = try #require(objects.first)
        let fields = try #require(first["fields"] as? [[String: Any]])
        for field in fields {
            let name = try #require(field["name"] as? String)
            #expect(field["state"] as? String == "text")
            #expect(field["value"] as? String == (try self.field(name, of: digests[1])))
        }
        let message = try #require(first["stringToSign"] as? String)
        #expect(message.split(separator: "\n").count == 4)
        #expect(message.contains(first["sha256"] as? String ?? "?"))
        let before = try #require(first["before"] as? [String: Any])
        #expect(before["state"] as? String == "held")
        #expect(before["hashMatches"] as? Bool == true)
        let after = try #require(first["after"] as? [[String: Any]])
        #expect(after.count == 1)
        #expect(after.first?["signatureVerifies"] as? Bool == true)
        #expect(after.first?["path"] as? String == fileName(digests[2]))
        #expect((first["logs"] as? [Any])?.count == first["logFiles"] as? Int)
        #expect(objects[1]["before"] is NSNull)
        // Without keys nothing is judged.
        let bare = try jsonLines(inspect(digests[1], "--format", "json", keys: false, signatures: false).output)
        #expect(bare.first?["verdict"] is NSNull)
        #expect(bare.first?["kind"] is NSNull)
        #expect(bare.first?["logs"] == nil)
    }

    @Test("what is broken is said, and where")
    func broken() throws {
        let digest = try sample.digests()[1]
        let content = String(decoding: try sample.content(digest), as: UTF8.self)
        let stored = try Data(contentsOf: URL(fileURLWithPath: digest))
        for (bytes, reason) in [
            (Data(content.dropLast(5).utf8), "the JSON text ends inside a value (byte \(content.utf8.count - 5))"),
            (
                Data(content.replacing("\"digestEndTime\":\"2026", with: "\"digestEndTime\":\"20x6").utf8),
                "digestEndTime is not an ISO 8601 time"
            ),
            (Data("<html>".utf8), "not JSON at byte 0"), (Data(), "the JSON text ends inside a value (byte 0)"),
            (stored + Data([0]), "bytes follow the gzip stream, which readers such as zcat would show as content"),
            (stored.dropLast(9), "the gzip stream is cut off"),
        ] {
            let file = try sample.write(bytes, as: "broken")
            let shown = inspect(file)
            #expect(shown.status == .violation)
            #expect(value("broken", in: shown.output) == [reason])
            #expect(value("verdict", in: shown.output) == ["BROKEN: \(reason)"])
        }
        let changed = try sample.write(Data(content.utf8) + Data([0x20]), as: "changed")
        #expect(inspect(changed).status == .violation)
    }

    @Test("an absent file is status 66, and the others are shown all the same")
    func absent() throws {
        let shown = inspect(sample.path + "/no", try sample.digests()[0])
        #expect(shown.status == .noInput)
        #expect(shown.errors == "Error: The digest file '\(sample.path)/no' could not be read: there is no such file\n")
        #expect(shown.output.contains("verdict"))
        #expect(inspect(sample.path).status == .noInput)
        #expect(run("inspect").status == .usage)
    }

    @Test("what a digest file holds cannot forge a line or steer a terminal")
    func hostile() throws {
        let hostile = #"\u001b[2J\n  verdict                     SIGNED\u202e\u2028"#
        let time = "2026-03-01T01:10:35Z"
        let fields = [
            "awsAccountId", "digestS3Object", "digestSignatureAlgorithm", "newestEventTime", "previousDigestS3Bucket",
            "previousDigestS3Object", "previousDigestHashValue", "previousDigestHashAlgorithm",
            "previousDigestSignature",
        ].map { "\"\($0)\":\"\(hostile)\"" }
        let text =
            "{\(fields.joined(separator: ",")),\"digestStartTime\":\"\(time)\",\"digestEndTime\":\"\(time)\","
            + "\"digestS3Bucket\":\"b\",\"digestPublicKeyFingerprint\":\"\(String(repeating: "0", count: 32))\","
            + "\"logFiles\":[{\"s3Bucket\":\"b\",\"s3Object\":\"\(hostile)\",\"hashAlgorithm\":\"SHA-256\","
            + "\"hashValue\":\"\(String(repeating: "0", count: 64))\"}]}"
        let file = try sample.write(Data(text.utf8), as: "a\n\u{1b}[2J")
        let shown = inspect(file, "-v", "--signature", "00")
        let object = try jsonLines(inspect(file, "--format", "json", "--verbose").output)
        #expect(object.count == 1)
        #expect(object.first?["path"] as? String == file)
        #expect(shown.output.split(separator: "\n").count { $0.hasPrefix("  verdict ") } == 1)
        for character in ["\u{1b}", "\u{202e}", "\u{2028}"] { #expect(!shown.output.contains(character)) }
        #expect(shown.output.hasPrefix(sample.path + "/copies/a\\u{a}\\u{1b}[2J\n"))
    }
}
