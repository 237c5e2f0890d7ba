import Foundation
import SampleArchive
import Testing

/// The file that `--diagnose` writes.
@Suite("A file that tells how an archive is built")
struct DiagnoseTests {
    private let folder: TestFolder
    private let sample: String
    private let file: String

    init() throws {
        folder = try TestFolder()
        sample = folder.path + "/acmebank"
        file = folder.path + "/diagnosis.json"
        var options = SampleOptions()
        (options.accounts, options.hours, options.bucket) = (1, 4, "acmebank-delivery")
        (options.prefix, options.trail) = ("Zanzibar/legal", "Quarterly.review_log-7")
        options.tampers = [.backfill]
        _ = try SampleArchive.write(to: sample, options)
    }

    private func validate(_ options: String...) throws -> CommandProcess.Ending {
        try CommandProcess(["validate", sample + "/archive", "--public-keys", sample + "/keys.json"] + options).end()
    }

    private func document() throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: file))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("the report and the status stay what they are, and the same archive gives the same bytes")
    func besideTheReport() throws {
        let plain = try validate("--format", "aws")
        #expect(plain.status == 2)
        let ending = try validate("--format", "aws", "--diagnose", file)
        #expect(ending.status == plain.status)
        #expect(ending.output == plain.output)
        #expect(ending.errors == plain.errors)
        let first = try folder.text("diagnosis.json")
        #expect(try validate("--diagnose", file, "--jobs", "1").status == 2)
        #expect(try folder.text("diagnosis.json") == first)
        #expect(try validate("--diagnose", "-").output == first)
        let document = try document()
        #expect(document["diagnosis"] as? Int == 1)
        #expect(document["tool"] as? String == "cloudtrail-integrity")
        let archive = try #require(document["archive"] as? [String: Int])
        #expect(
            archive == [
                "digestFiles": 9, "chosen": 9, "unreadable": 0, "regularChains": 2, "backfillChains": 1,
            ]
        )
        let backfill = try #require(document["backfill"] as? [String: Any])
        let links = try #require(backfill["links"] as? [[String: Any]])
        #expect(links.map { $0["link"] as? String } == ["to null"])
        #expect(try folder.names().sorted() == ["acmebank", "diagnosis.json"])
    }

    @Test("nothing in it tells whose archive it is, who made it, where or when")
    func identities() throws {
        let ending = try validate(
            "--diagnose",
            file,
            "--signatures",
            sample + "/meta.jsonl",
            "--case",
            "Case of Mallory",
            "--examiner",
            "Mallory"
        )
        #expect(ending.status == 0)
        let text = try folder.text("diagnosis.json")
        let keys = try String(contentsOfFile: sample + "/keys.json", encoding: .utf8)
        let fingerprints = keys.split(separator: "\"").map(String.init).filter { $0.utf8.count == 32 }
        #expect(!fingerprints.isEmpty)
        let user = NSUserName()
        for word in [
            "acmebank", "delivery", "zanzibar", "legal", "quarterly", "review", "1111222233", "us-east", "us-west",
            "2026",
            "mallory", folder.path, ProcessInfo.processInfo.hostName, "/\(user)", "--case",
        ] + fingerprints {
            #expect(!text.lowercased().contains(word.lowercased()), "\(word)")
        }
        #expect(text.firstRange(of: /[0-9]{7}/) == nil)
        #expect(text.firstRange(of: /[0-9a-fA-F]{8}/) == nil)
    }

    /// I12, I33, I35
    @Test("it is not written into the archive, nor over an input or another report")
    func places() throws {
        let inside = try validate("--diagnose", sample + "/archive/diagnosis.json")
        #expect(inside.status == 64)
        #expect(inside.errors.contains("lies in the archive"))
        let keys = try validate("--diagnose", sample + "/keys.json")
        #expect(keys.status == 64)
        #expect(keys.errors.contains("is an input"))
        let twice = try validate("--diagnose", file, "--metrics", file)
        #expect(twice.status == 64)
        let both = try validate("--diagnose", "-", "--report", "json=-")
        #expect(both.status == 64)
        let absent = try validate("--diagnose", folder.path + "/absent/diagnosis.json")
        #expect(absent.status == 74)
        #expect(try folder.names() == ["acmebank"])
    }

    #if ArchiveFiles
    @Test("an archive that can be read only once is refused")
    func onlyOnce() throws {
        let pipe = folder.path + "/pipe"
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        let named = try CommandProcess(["validate", pipe, "--public-keys", sample + "/keys.json", "--diagnose", file])
            .end()
        #expect(named.status == 64)
        let piped = try CommandProcess(
            script: #"tar -C "$2" -c . | "$1" validate - --public-keys "$3" --diagnose "$4""#,
            [sample + "/archive", sample + "/keys.json", file]
        ).end()
        #expect(piped.status == 64)
        #expect(piped.errors.contains("'-' can be read only once: save it as a file"))
        let saved = try CommandProcess(
            script: #"tar -C "$2" -cf "$2.tar" . && exec "$1" validate "$2.tar" --public-keys "$3" --diagnose "$4""#,
            [sample + "/archive", sample + "/keys.json", file]
        ).end()
        #expect(saved.status == 2)
        #expect(try #require(try document()["archive"] as? [String: Int])["chosen"] == 9)
    }
    #endif
}
