import Foundation
import SampleArchive
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

/// What `--manifest` lists, compared with what the system's own tools say of the files.
@Suite("Manifests")
struct ManifestTests {
    private let folder: TestFolder
    private let sample: String

    /// A name that a line of text, a shell and a checksum file all have their own ideas about.
    private static let hostile = "a\n0000  b\\c\r'\"<x>&]]>\u{1b}[2K\u{202e} #"

    init() throws {
        folder = try TestFolder()
        sample = "\(folder.path)/sample"
        var options = SampleOptions()
        (options.accounts, options.hours, options.tampers) = (1, 5, [.logModified, .logDecompressed])
        _ = try SampleArchive.write(to: sample, options)
    }

    private func manifest(_ format: String, _ archives: [String], _ options: String...) throws -> Data {
        let file = "\(folder.path)/manifest"
        let ending = try CommandProcess(
            ["validate"] + archives + [
                "--public-keys", sample + "/keys.json", "--signatures", sample + "/meta.jsonl", "--manifest",
                format + file, "--quiet",
            ] + options
        ).end()
        #expect(ending.status == 1)
        #expect(ending.errors.isEmpty)
        return try Data(contentsOf: URL(fileURLWithPath: file))
    }

    /// What a shell script with these parameters prints, and its exit status.
    private func shell(_ script: String, _ parameters: String...) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script, "sh"] + parameters
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    @Test("the lines say of each file what sha256sum, gunzip and the file system say, and the last one how many")
    func jsonLines() throws {
        let lines = String(decoding: try manifest("", [sample + "/archive"]), as: UTF8.self).split(separator: "\n")
        let records = try lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(records.first?["record"] as? String == "manifest")
        #expect((records.first?["run"] as? [String: Any])?["archives"] as? [String] == [sample + "/archive"])
        let files = records.dropFirst().dropLast()
        #expect(records.last?["record"] as? String == "end")
        #expect(records.last?["files"] as? Int == files.count)
        // 10 digest files and 30 log files, one of them modified.
        #expect(files.count == 39)
        for file in files {
            let path = try #require(file["path"] as? String)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(file["storedBytes"] as? Int == attributes[.size] as? Int)
            #expect(try shell(#"sha256sum <"$1""#, path).output == "\(file["storedSha256"] ?? "")  -\n")
            let reader = path.hasSuffix(".gz") ? "gunzip" : "cat"
            #expect(try shell(#"\#(reader) <"$1" | sha256sum"#, path).output == "\(file["sha256"] ?? "")  -\n")
            #expect(file["vouchedBy"] as? String != nil)
        }
    }

    @Test("sha256sum takes the checksums as they are, whatever the names, and sees a change")
    func checksums() throws {
        let archive = "\(folder.path)/\(Self.hostile)"
        // Below the root names need not be UTF-8 either.
        let move = #"d=$1/$(printf 'y\377\nz'); mkdir -p "$d" && mv "$2" "$d/""#
        #expect(try shell(move, archive, sample + "/archive/AWSLogs").status == 0)
        let text = try manifest("sha256sum=", [archive])
        #expect(text.starts(with: "# cloudtrail-integrity ".utf8))
        let check = try shell(#"sha256sum --check --strict --quiet "$1""#, folder.path + "/manifest")
        #expect(check.status == 0)
        #expect(check.output.isEmpty)
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        #expect(lines.count { !$0.hasPrefix("#") } == 39)
        #expect(lines.last == "# 39 files")
        #expect(text.contains(0xff))
        let change = #"find "$1" -name '*.json' -exec sh -c 'echo >>"$1"' sh {} \;"#
        #expect(try shell(change, archive).status == 0)
        #expect(try shell(#"sha256sum --check --status "$1""#, folder.path + "/manifest").status == 1)
    }

    @Test("the XML is what a parser that is not ours takes, whatever the names")
    func dfxml() throws {
        let archive = "\(folder.path)/\(Self.hostile)"
        try FileManager.default.moveItem(atPath: sample + "/archive", toPath: archive)
        let parser = XMLParser(data: try manifest("dfxml=", [archive]))
        final class Reader: NSObject, XMLParserDelegate {
            var names: [String] = []
            var texts: [String: [String]] = [:]

            func parser(
                _ parser: XMLParser,
                didStartElement name: String,
                namespaceURI: String?,
                qualifiedName: String?,
                attributes: [String: String] = [:]
            ) {
                names.append(name)
                texts[name, default: []].append("")
            }

            func parser(_ parser: XMLParser, foundCharacters string: String) {
                guard let name = names.last, let count = texts[name]?.count else { return }
                texts[name]?[count - 1] += string
            }

            func parser(
                _ parser: XMLParser,
                didEndElement name: String,
                namespaceURI: String?,
                qualifiedName: String?
            ) {
                names.removeLast()
            }
        }
        let reader = Reader()
        parser.delegate = reader
        #expect(parser.parse())
        #expect(reader.texts["fileobject"]?.count == 39)
        #expect(reader.texts["filesize"]?.allSatisfy { Int($0) ?? 0 > 0 } == true)
        #expect(reader.texts["hashdigest"]?.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{64}/) != nil } == true)
        let begin = folder.path + #"/a\u{a}0000  b\c\u{d}'"<x>&]]>\u{1b}[2K\u{202e} #/AWSLogs/"#
        #expect(reader.texts["filename"]?.allSatisfy { $0.hasPrefix(begin) } == true)
    }

    @Test("a root that is given twice is listed twice, and reports list no files because of a manifest")
    func twice() throws {
        let archive = sample + "/archive"
        let text = try manifest("jsonl=", [archive, archive], "--report", "jsonl=\(folder.path)/report")
        #expect(text.split(separator: UInt8(ascii: "\n")).count == 2 + 78)
        #expect(try !folder.text("report").contains(#"{"record":"file""#))
    }

    #if ArchiveFiles
    @Test("no checksums of what sha256sum cannot open")
    func archiveFile() throws {
        let tar = "\(folder.path)/archive.tar"
        #expect(try shell(#"tar -C "$1" -cf "$2" archive"#, sample, tar).status == 0)
        for archives in [[tar], [sample + "/archive", tar]] {
            let ending = try CommandProcess(
                ["validate"] + archives
                    + ["--public-keys", sample + "/keys.json", "--manifest", "sha256sum=\(folder.path)/sums"]
            ).end()
            #expect(ending.status == 64)
            #expect(
                ending.errors
                    == "Error: 'sha256sum' cannot open the files in '\(tar)', which is not a folder: take "
                    + "'--manifest jsonl=FILE'\n"
            )
            #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/sums"))
        }
        let manifest = try manifest("jsonl=", [tar])
        #expect(manifest.split(separator: UInt8(ascii: "\n")).count == 2 + 39)
    }
    #endif

    @Test("a format that is unknown is no file name")
    func usage() throws {
        let ending = try CommandProcess(["validate", sample, "--manifest", "sha256=\(folder.path)/a"]).end()
        #expect(ending.status == 64)
        #expect(
            ending.errors
                == "Error: The format 'sha256' is unknown to '--manifest' (formats: jsonl, sha256sum, dfxml)\n"
        )
    }
}
