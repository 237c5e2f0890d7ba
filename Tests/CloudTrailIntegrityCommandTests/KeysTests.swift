import CloudTrailFormat
import CloudTrailIntegrityCommand
import Foundation
import SampleArchive
import Testing

@Suite("keys")
struct KeysTests {
    private let folder: TestFolder
    private let sample: SampleFolder

    init() throws {
        folder = try TestFolder()
        sample = try SampleFolder()
    }

    private func entries() throws -> [[String: Any]] {
        let data = try Data(contentsOf: URL(fileURLWithPath: sample.keys))
        let answer = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try #require(answer["PublicKeyList"] as? [[String: Any]])
    }

    private func write(_ entries: [Any], as name: String) throws -> String {
        let path = "\(folder.path)/\(name)"
        let data = try JSONSerialization.data(withJSONObject: ["PublicKeyList": entries])
        try data.write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test("each key is a line with its window, size and hashes, and overlaps are found")
    func usable() throws {
        let shown = run("keys", sample.keys, "--format", "jsonl")
        #expect(shown.status == .proven)
        let lines = try jsonLines(shown.output)
        let entries = try entries()
        #expect(lines.count == entries.count + 2)
        for (line, entry) in zip(lines, entries) {
            #expect(line["fingerprint"] as? String == entry["Fingerprint"] as? String)
            #expect(line["bits"] as? Int == 2048)
            #expect(line["usable"] as? Bool == true)
            #expect((line["overlaps"] as? [String])?.count == entries.count - 1)
            // What coreutils say of the same bytes.
            let value = try #require(entry["Value"] as? String)
            for (program, name) in [("md5sum", "fingerprint"), ("sha256sum", "sha256")] {
                let hash = try ShellRun("/bin/sh", ["-c", "printf %s \"$1\" | base64 -d | \(program)", "sh", value])
                #expect(hash.output.hasPrefix(line[name] as? String ?? "?"))
            }
        }
        let text = run("keys", sample.keys)
        #expect(text.output.hasPrefix("FINGERPRINT                       STATED  VALID FROM            VALID UNTIL  "))
        #expect(text.output.contains("  right   2026-"))
        #expect(run("keys", sample.keys, "-v").output.contains(" was valid together with "))
    }

    @Test("windows that only touch do not overlap")
    func windows() throws {
        var entries = try entries()
        entries[0]["ValidityStartTime"] = 1000
        entries[0]["ValidityEndTime"] = 2000
        entries[1]["ValidityStartTime"] = 2000
        entries[1]["ValidityEndTime"] = 3000
        let lines = try jsonLines(run("keys", try write(entries, as: "k.json"), "--format", "jsonl").output)
        #expect((lines[0]["overlaps"] as? [String])?.isEmpty == true)
        #expect((lines[1]["overlaps"] as? [String])?.isEmpty == true)
    }

    @Test("the same key in two files is said and no error")
    func duplicates() throws {
        let copy = try write(try Array(entries().prefix(1)), as: "copy.json")
        let shown = run("keys", sample.keys, copy)
        #expect(shown.status == .proven)
        #expect(shown.output.contains("is there 2 times: in '\(sample.keys)', '\(copy)'"))
        #expect(shown.output.contains("\(try entries().count) different keys in 2 files"))
    }

    @Test("every entry that cannot be used is named, and the others are shown")
    func broken() throws {
        var entries: [Any] = try entries()
        let good = try #require(entries[0] as? [String: Any])
        var wrong = good
        wrong["Fingerprint"] = "\u{1b}[2J"
        var notBase64 = good
        notBase64["Value"] = "!"
        entries += [wrong, notBase64, ["Value": "AAAA"], 7, ["Fingerprint": 1]]
        let count = try self.entries().count
        let path = try write(entries, as: "k.json")
        let shown = run("keys", path)
        #expect(shown.status == .noInput)
        let reasons = [
            "the fingerprint \\u{1b}[2J is not the MD5 of its value, which is \(good["Fingerprint"] as? String ?? "?")",
            "Value is not Base64",
            "the value is not an RSA public key in DER (PKCS#1 or SPKI)", "not an object",
            "Fingerprint is not a string",
        ]
        #expect(shown.errorLines.count == reasons.count)
        for (offset, (line, reason)) in zip(shown.errorLines, reasons).enumerated() {
            #expect(line == "Error: The key file '\(path)' cannot be used: key \(count + 1 + offset): \(reason)")
        }
        #expect(shown.output.contains("wrong"))
        #expect(shown.output.contains("\(count) different keys in 1 file."))
        // What validation says of the same file is the first of these.
        let validated = run("validate", sample.archive, "--public-keys", path)
        #expect(validated.status == .noInput)
        #expect(validated.errorLines.first == shown.errorLines.first)
    }

    /// I11
    @Test("a folder stands for the files in it whose names end in .json")
    func folderOfKeys() throws {
        let keys = folder.path + "/keys"
        let manager = FileManager.default
        try manager.createDirectory(atPath: keys + "/sub.json", withIntermediateDirectories: true)
        for (number, entry) in try entries().enumerated() {
            try manager.moveItem(atPath: try write([entry], as: "one"), toPath: "\(keys)/\(number).json")
        }
        for name in ["notes.txt", "._0.json"] { try Data("x".utf8).write(to: URL(filePath: "\(keys)/\(name)")) }
        let listed = run("keys", keys)
        #expect(listed.status == .proven)
        #expect(listed.output.contains("\(try entries().count) different keys in \(try entries().count) files."))
        let validated = run("validate", sample.archive, "--public-keys", keys + "/", "--signatures", sample.manifest)
        #expect(validated.status == .proven)
        // Whoever can write there would decide what is valid.
        for place in [keys, keys + "/0.json"] {
            let rights = try #require(try manager.attributesOfItem(atPath: place)[.posixPermissions])
            try manager.setAttributes([.posixPermissions: 0o777], ofItemAtPath: place)
            let open = run("validate", sample.archive, "--public-keys", keys)
            #expect(open.status == .noInput)
            #expect(open.errors.contains("'\(place)' cannot be trusted: everybody can write there"))
            try manager.setAttributes([.posixPermissions: rights], ofItemAtPath: place)
        }
        try #require(unsafe mkfifo(keys + "/fifo", 0o600) == 0)
        try manager.createSymbolicLink(atPath: keys + "/z.json", withDestinationPath: "fifo")
        #expect(run("keys", keys).errors.contains("z.json' could not be read: it is not a regular file"))
        let empty = run("validate", sample.archive, "--public-keys", keys + "/sub.json")
        #expect(empty.status == .noInput)
        #expect(
            empty.errorLines == [
                "Error: The folder '\(keys)/sub.json' holds no key file: no name in it ends in '.json'"
            ]
        )
    }

    /// I11
    @Test("a validity that cannot be read is a notice, and the key verifies all the same")
    func validity() throws {
        var entries: [Any] = try entries()
        var first = try #require(entries[0] as? [String: Any])
        first["ValidityEndTime"] = "tomorrow"
        entries[0] = first
        let path = try write(entries, as: "k.json")
        #expect(run("keys", path).status == .proven)
        let validated = run("validate", sample.archive, "--public-keys", path, "--signatures", sample.manifest)
        #expect(validated.status == .proven)
        #expect(validated.output.contains("notice key-validity-unreadable (1): ValidityEndTime of the key "))
        let whole = run("validate", sample.archive, "--public-keys", sample.keys, "--signatures", sample.manifest)
        #expect(!whole.output.contains("key-validity-unreadable"))
    }

    @Test(
        "a file that is no answer of ListPublicKeys is status 66, and others are shown all the same",
        arguments: ["", "[]", "{}", "not JSON", "{\"PublicKeyList\":7}", "{\"PublicKeyList\":[]}"]
    )
    func notKeys(text: String) throws {
        let path = try sample.write("k.json", text)
        let shown = run("keys", path, sample.keys, "--format", "jsonl")
        #expect(shown.status == .noInput)
        let lines = try jsonLines(shown.output)
        #expect(lines.count == (try entries().count) + 3)
        #expect(lines.last?["exit"] as? Int == 66)
        #expect((lines.last?["problems"] as? [String])?.count == 1)
        #expect(run("keys", path, sample.keys).errorLines.count == 1)
    }

    @Test("a file that is not there is status 66; none at all is a wrong command line")
    func absent() {
        #expect(run("keys", sample.path + "/no").status == .noInput)
        #expect(run("keys", folder.path).errors.contains("holds no key file"))
        #expect(run("keys").status == .usage)
    }
}
