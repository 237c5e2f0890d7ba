import CloudTrailIntegrityCommand
import Foundation
import SampleArchive
import Testing

@Suite("Several machines: split, validate --plan, merge")
struct SplitTests {
    private let sample: SampleFolder
    private let secret: String

    init() throws {
        sample = try SampleFolder {
            ($0.accounts, $0.regions, $0.hours) = (2, 2, 30)
        }
        secret = try sample.write("secret", String(repeating: "k", count: 32))
    }

    private func errorOf(_ run: Run) -> String { run.errors }

    private var plan: String { sample.path + "/plan.jsonl" }

    private func partial(_ number: Int) -> String { sample.path + "/partial-\(number)" }

    @discardableResult private func split(_ parts: Int, _ options: String...) throws -> Run {
        let split = run(
            [
                "split", sample.archive, "--public-keys", sample.keys, "--signatures", sample.manifest, "--parts",
                "\(parts)",
            ]
                + options
        )
        try Data(split.output.utf8).write(to: URL(fileURLWithPath: plan))
        return split
    }

    private func work(_ number: Int, _ options: String...) -> Run {
        run(["validate", "--plan", plan, "--part", "\(number)", "--partial", partial(number)] + options)
    }

    private func merge(_ parts: [Int], _ options: String...) -> Run {
        run(["merge", "--plan", plan] + parts.map(partial) + options)
    }

    /// The records of a report, without what each run says of itself.
    private func records(_ run: Run) throws -> [NSDictionary] {
        try run.output.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            var record = try #require(object as? [String: Any])
            for name in ["seconds", "parts"] { record[name] = nil }
            return record as NSDictionary
        }
    }

    /// I43
    @Test("the report is that of one run", arguments: [1, 2, 3, 8], [[], ["--manifest"]])
    func sameReport(parts: Int, options: [String]) throws {
        try breakOne()
        #expect(try split(parts, "--start-time", "2026-03-01T02:00:00Z").status == .proven)
        for number in 0..<parts {
            let run = work(number)
            #expect(run.status == .proven && run.output.contains("no verdict"), "\(run.errors)")
        }
        let merged = merge((0..<parts).reversed(), "--format", "jsonl")
        let whole = sample.validate("--format", "jsonl", "--start-time", "2026-03-01T02:00:00Z")
        #expect(merged.status == .violation && whole.status == .violation)
        #expect(try records(merged) == records(whole))
    }

    @Test("with every output of a run that lists what is proven")
    func outputs() throws {
        try split(3, "--manifest")
        for number in 0..<3 { #expect(work(number).status == .proven) }
        let path = sample.path
        let merged = merge(
            [0, 1, 2],
            "--manifest",
            "sha256sum=\(path)/merged.sha256",
            "--report",
            "html=\(path)/merged.html",
            "--metrics",
            "\(path)/merged.prom",
            "--verbose",
            "--format",
            "jsonl"
        )
        #expect(merged.status == .proven, "\(merged.errors)")
        let whole = sample.validate("--manifest", "sha256sum=\(path)/whole.sha256", "--verbose", "--format", "jsonl")
        #expect(try records(merged) == records(whole))
        func lines(_ name: String) throws -> [Substring] {
            try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8).split(separator: "\n")
                .filter { !$0.hasPrefix("#") }
        }
        #expect(try lines("merged.sha256") == lines("whole.sha256"))
        let page = try String(contentsOfFile: "\(path)/merged.html", encoding: .utf8)
        #expect(page.contains("no key seals their results"))
        #expect(FileManager.default.fileExists(atPath: "\(path)/merged.prom"))
    }

    @Test("what the partials do not have is not listed")
    func manifestOfNone() throws {
        try split(2)
        for number in 0..<2 { _ = work(number) }
        for option in ["--verbose", "--manifest=x"] {
            let refused = merge([0, 1], option)
            #expect(refused.status == .usage && errorOf(refused).contains("split with '--manifest'"))
        }
    }

    /// I43
    @Test("a partial that is missing, doubled, cut, foreign or altered is named, and there is no verdict")
    func refusals() throws {
        try split(3)
        for number in 0..<3 { _ = work(number) }
        func refused(_ run: Run, _ words: String...) {
            #expect(run.status == .noInput && run.output.isEmpty)
            #expect(errorOf(run).contains("There is no verdict"))
            for words in words { #expect(errorOf(run).contains(words), "\(run.errors)") }
        }
        refused(merge([0, 2]), "no partial of part 1 is given")
        refused(merge([0]), "no partial of parts 1, 2 is given")
        refused(merge([0, 1, 2, 1]), "it is of part 1, and so is '\(partial(1))'")
        let good = try Data(contentsOf: URL(fileURLWithPath: partial(1)))
        for count in [0, 10, good.count / 2, good.count - 1] {
            try good.prefix(count).write(to: URL(fileURLWithPath: partial(1)))
            refused(merge([0, 1, 2]), "'\(partial(1))': it is ", "no partial of part 1 is given")
        }
        for offset in [0, 40, good.count / 2, good.count - 1] {
            var other = good
            other[offset] ^= 1
            try other.write(to: URL(fileURLWithPath: partial(1)))
            refused(merge([0, 1, 2]), "'\(partial(1))': it is ")
        }
        try good.write(to: URL(fileURLWithPath: partial(1)))
        #expect(merge([0, 1, 2]).status == .proven)
        // A plan of another time.
        let old = try String(contentsOfFile: plan, encoding: .utf8)
        try split(3, "--max-age", "1h")
        refused(merge([0, 1, 2]), "'\(partial(0))': it is of another plan", "'\(partial(2))': it is of another plan")
        try Data(old.replacing("\"parts\":3", with: "\"parts\":2").utf8).write(to: URL(fileURLWithPath: plan))
        let altered = merge([0, 1, 2])
        #expect(
            altered.status == .noInput && errorOf(altered).contains("it is not what 'split' of this version writes")
        )
    }

    /// I43
    @Test("with a key, nobody without it writes a plan or a partial")
    func keys() throws {
        try split(2, "--partial-key", secret)
        for number in 0..<2 { #expect(work(number, "--partial-key", secret).status == .proven) }
        let merged = merge([0, 1], "--partial-key", secret)
        #expect(merged.status == .proven && merged.output.contains("their results were sealed with the key of"))
        let without = merge([0, 1])
        #expect(without.status == .noInput && errorOf(without).contains("give the same key"))
        let other = try sample.write("other", String(repeating: "o", count: 32))
        let wrong = merge([0, 1], "--partial-key", other)
        #expect(wrong.status == .noInput && errorOf(wrong).contains("another '--partial-key'"))
        // One that somebody without the key wrote: its hash is right.
        var bytes = try Data(contentsOf: URL(fileURLWithPath: partial(1)))
        bytes[bytes.count - 40] ^= 1
        try bytes.write(to: URL(fileURLWithPath: partial(1)))
        #expect(errorOf(merge([0, 1], "--partial-key", secret)).contains("it was changed, or written with another"))
        try split(2)
        let unsealed = work(0, "--partial-key", secret)
        #expect(unsealed.status == .noInput && errorOf(unsealed).contains("written without '--partial-key'"))
        let short = try sample.write("short", "short")
        #expect(errorOf(work(0, "--partial-key", short)).contains("it must have 16 to 4096"))
    }

    @Test("other evidence than that of the plan ends a worker, and what is left of a partial is none")
    func otherEvidence() throws {
        try split(2)
        let keys = try sample.write("keys2.json", String(contentsOfFile: sample.keys, encoding: .utf8) + "\n")
        let other = work(0, "--public-keys", keys)
        #expect(other.status == .noInput && errorOf(other).contains("is not the one that the archive was split with"))
        let more = run(
            "validate",
            "--plan",
            plan,
            "--part",
            "0",
            "--partial",
            partial(0),
            "--public-keys",
            sample.keys,
            "--public-keys",
            keys
        )
        #expect(more.status == .noInput && errorOf(more).contains("1 file of '--public-keys', and 2 are given"))
        let unknown = work(0, "--start-time", "2026-03-01")
        #expect(unknown.status == .usage && errorOf(unknown).contains("stands in the plan already"))
        #expect(!FileManager.default.fileExists(atPath: partial(0)))
        // The same content elsewhere.
        try FileManager.default.removeItem(atPath: keys)
        try FileManager.default.copyItem(atPath: sample.keys, toPath: keys)
        #expect(work(0, "--public-keys", keys).status == .proven)
    }

    @Test("what a folder of keys was given afterwards changes nothing")
    func keysAddedLater() throws {
        let folder = sample.path + "/keys"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try FileManager.default.copyItem(atPath: sample.keys, toPath: folder + "/a.json")
        let divided = run(
            "split",
            sample.archive,
            "--public-keys",
            folder,
            "--signatures",
            sample.manifest,
            "--parts",
            "2"
        )
        try Data(divided.output.utf8).write(to: URL(fileURLWithPath: plan))
        try FileManager.default.copyItem(atPath: sample.keys, toPath: folder + "/b.json")
        for number in 0..<2 { #expect(work(number).status == .proven) }
        let merged = merge([0, 1])
        #expect(merged.status == .proven, "\(merged.errors)")
    }

    /// I43
    @Test("a root that is not there, or elsewhere")
    func roots() throws {
        try split(2)
        let elsewhere = sample.path + "/mounted"
        try FileManager.default.moveItem(atPath: sample.archive, toPath: elsewhere)
        #expect(work(0).status == .noInput)
        try FileManager.default.createDirectory(atPath: sample.archive, withIntermediateDirectories: false)
        let empty = work(0)
        #expect(empty.status == .noInput && errorOf(empty).contains("is it mounted?"), "\(empty.errors)")
        #expect(!FileManager.default.fileExists(atPath: partial(0)))
        for number in 0..<2 {
            #expect(work(number, "--root", "\(sample.archive)=\(elsewhere)").status == .proven)
        }
        let merged = merge([0, 1])
        #expect(merged.status == .proven)
        let unknown = work(0, "--root", "other=\(elsewhere)")
        #expect(unknown.status == .usage && errorOf(unknown).contains("names no root of the plan"))
        // The same folder for two roots.
        let copy = sample.path + "/copy"
        try FileManager.default.copyItem(atPath: elsewhere, toPath: copy)
        let twice = run("split", elsewhere, copy, "--public-keys", sample.keys, "--parts", "2")
        try Data(twice.output.utf8).write(to: URL(fileURLWithPath: plan))
        let same = work(0, "--root", "\(copy)=\(elsewhere)")
        #expect(same.status == .usage && errorOf(same).contains("Two roots of the plan are the same folder"))
    }

    /// I43
    @Test("what appears after the archive was split is judged")
    func later() throws {
        let folder = sample.archive + "/AWSLogs/111122223333/CloudTrail/"
        let day = "/2026/03/01"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder + "us-east-1" + day)
        let log = try #require(names.sorted().first)
        for (number, region) in ["eu-west-1", "us-west-2"].enumerated() {
            try split(3)
            let new = folder + region + (number == 0 ? day : "/2027/01/01")
            try FileManager.default.createDirectory(atPath: new, withIntermediateDirectories: true)
            let name = log.replacing("us-east-1", with: region).replacing(
                "_202603",
                with: number == 0 ? "_202603" : "_202701"
            )
            try FileManager.default.copyItem(atPath: folder + "us-east-1" + day + "/" + log, toPath: new + "/" + name)
            for part in 0..<3 { #expect(work(part).status == .proven) }
            let merged = merge([0, 1, 2], "--format", "jsonl")
            #expect(
                merged.output.contains("\(region)/2026/03/01/\(name)") || merged.output.contains("2027/01/01/\(name)")
            )
            #expect(merged.status != .proven)
            for part in 0..<3 { try FileManager.default.removeItem(atPath: partial(part)) }
        }
    }

    /// I43
    @Test("small regions beside some days of a large one are judged whole", arguments: [2, 3, 5])
    func wholeBesideDays(parts: Int) throws {
        // A region of many log files is cut into days; of the others no log file is left, and digest files are missing.
        let accounts = sample.archive + "/AWSLogs"
        let regions = ["111122223333/%/us-west-2", "111122223334/%/us-east-1", "111122223334/%/us-west-2"]
        for region in regions {
            try FileManager.default.removeItem(atPath: "\(accounts)/\(region.replacing("%", with: "CloudTrail"))")
            let digests = "\(accounts)/\(region.replacing("%", with: "CloudTrail-Digest"))/2026/03/01"
            for name in try FileManager.default.contentsOfDirectory(atPath: digests).sorted().dropFirst(3).dropLast(3) {
                try FileManager.default.removeItem(atPath: "\(digests)/\(name)")
            }
        }
        let divided = try split(parts)
        let lines = divided.output.split(separator: "\n")
        if parts == 2 {
            let isMixed = lines.contains {
                $0.contains(#""from""#) && $0.components(separatedBy: #""account""#).count > 2
            }
            #expect(isMixed, "\(divided.output)")
        }
        for number in 0..<parts { #expect(work(number).status == .proven) }
        let merged = merge(Array(0..<parts), "--format", "jsonl")
        let whole = sample.validate("--format", "jsonl")
        #expect(whole.status == .violation)
        #expect(try records(merged) == records(whole), "\(merged.errors)")
    }

    /// I43
    @Test("a region of which days are judged apart is seen by each, and is the same to each")
    func cutsSeeTheSame() throws {
        try split(6)
        let lines = try String(contentsOfFile: plan, encoding: .utf8).split(separator: "\n")
        let later = try #require(lines.firstIndex { $0.contains(#""from""#) }) - 1
        for number in 0..<6 where number != later { _ = work(number) }
        let region = String(
            try #require(lines[later + 1].firstMatch(of: /"account":"([0-9]+)","region":"([a-z0-9-]+)"/)).output.1
        )
        let folder = sample.archive + "/AWSLogs/" + region
        let away = sample.path + "/away"
        try FileManager.default.moveItem(atPath: folder, toPath: away)
        let hidden = work(later)
        #expect(hidden.status == .noInput && errorOf(hidden).contains("is it mounted?"))
        try FileManager.default.moveItem(atPath: away, toPath: folder)
        // One digest file less than the others saw.
        let digests = folder + "/CloudTrail-Digest/us-east-1/2026/03/01"
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: digests).sorted().first)
        try FileManager.default.moveItem(atPath: digests + "/" + name, toPath: away)
        #expect(work(later).status == .proven)
        let merged = merge(Array(0..<6))
        #expect(merged.status == .noInput && merged.output.isEmpty, "\(merged.output)")
    }

    /// I43
    @Test("what appears when part 0 is judged already, and another part is not, is refused")
    func tooLate() throws {
        try split(2)
        #expect(work(0).status == .proven)
        let folder = sample.archive + "/AWSLogs/111122223339/CloudTrail/eu-west-1/2026/03/01"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/x.json.gz"))
        #expect(work(1).status == .proven)
        let merged = merge([0, 1])
        #expect(merged.status == .noInput && errorOf(merged).contains("111122223339 in eu-west-1 appeared"))
        try FileManager.default.removeItem(atPath: partial(0))
        #expect(work(0).status == .proven)
        #expect(merge([0, 1]).status == .unverified)
    }

    @Test("what is whole already is not done again")
    func resumed() throws {
        try split(2)
        #expect(work(0).output.contains("is finished:"))
        let before = try Data(contentsOf: URL(fileURLWithPath: partial(0)))
        #expect(work(0).output.contains("is finished already"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: partial(0))) == before)
        try Data("half".utf8).write(to: URL(fileURLWithPath: partial(0)))
        #expect(work(0).output.contains("is finished:"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: partial(0))) == before)
        // That of another part is not written over.
        try FileManager.default.copyItem(atPath: partial(0), toPath: partial(1))
        let other = work(1)
        #expect(other.status == .usage && errorOf(other).contains("is the partial of part 0"))
        try FileManager.default.removeItem(atPath: partial(1))
        #expect(work(1).output.contains("is finished:"))
        #expect(merge([0, 1]).status == .proven)
    }

    @Test("what concerns several accounts or regions is not judged apart, and merge says what to do")
    func crossing() throws {
        let folder = sample.archive + "/AWSLogs/111122223333/CloudTrail/"
        let name = try #require(
            FileManager.default.contentsOfDirectory(atPath: folder + "us-east-1/2026/03/01").sorted().first
        )
        try FileManager.default.moveItem(
            atPath: folder + "us-east-1/2026/03/01/" + name,
            toPath: folder + "us-west-2/2026/03/01/" + name
        )
        try split(4)
        for part in 0..<4 { #expect(work(part).status == .proven) }
        let merged = merge([0, 1, 2, 3])
        #expect(merged.status == .noInput && errorOf(merged).contains("'--parts 1'"), "\(merged.errors)")
        try split(1)
        for part in 0..<4 { try FileManager.default.removeItem(atPath: partial(part)) }
        _ = work(0)
        #expect(try records(merge([0], "--format", "jsonl")) == records(sample.validate("--format", "jsonl")))
    }

    @Test("with a state, merge alone writes it")
    func state() throws {
        let (state, other) = (sample.path + "/state", sample.path + "/other")
        usleep(1_100_000)
        for night in 0..<3 {
            if night == 2 { try breakOne() }
            let isNew = night == 0 ? ["--new-state"] : []
            let divided = run(
                [
                    "split", sample.archive, "--public-keys", sample.keys, "--signatures", sample.manifest, "--parts",
                    "3",
                ]
                    + ["--state", state] + isNew
            )
            #expect(divided.status == .proven, "\(divided.errors)")
            try Data(divided.output.utf8).write(to: URL(fileURLWithPath: plan))
            for number in 0..<3 {
                try? FileManager.default.removeItem(atPath: partial(number))
                #expect(work(number).status == .proven)
            }
            let unnamed = merge([0, 1, 2])
            #expect(unnamed.status == .usage && errorOf(unnamed).contains("name it with '--state'"))
            let merged = merge([0, 1, 2], "--format", "jsonl", "--state", state)
            let whole = sample.validate(["--format", "jsonl", "--state", other] + isNew)
            #expect(merged.status == whole.status, "\(merged.errors)")
            #expect(try records(merged) == records(whole))
            if night > 0 { #expect(merged.output.contains(#""carried":{"digests":"#)) }
        }
        let stale = merge([0, 1, 2], "--state", state)
        #expect(stale.status == .noInput && errorOf(stale).contains("is not the one that the archive was split with"))
    }

    @Test(
        "what cannot be is refused",
        arguments: [
            (["split", "a", "--public-keys", "k"], "Give the number of parts"),
            (["split", "a", "--public-keys", "k", "--parts", "0"], "'0' is invalid for '--parts'"),
            (["split", "a", "--public-keys", "k", "--parts", "4097"], "Give the number of parts"),
            (["split", "a", "a", "--public-keys", "k", "--parts", "2"], "The same archive was given more than once"),
            (["validate", "--plan", "p"], "Give the file for 'merge'"),
            (["validate", "a", "--plan", "p", "--partial", "x"], "leave out 'a'"),
            (["validate", "--plan", "p", "--partial", "-"], "A partial is a file"),
            (["validate", "a", "--part", "0"], "'--part' needs '--plan <file>'"),
            (["merge", "x"], "Give the plan"),
            (["merge", "--plan", "p"], "Missing expected argument '<partial> ...'"),
        ]
    )
    func usage(arguments: [String], message: String) {
        let refused = run(arguments)
        #expect(refused.status == .usage && refused.errors.contains(message), "\(refused.errors)")
    }

    /// One log file that is not what was delivered.
    private func breakOne() throws {
        let folder = sample.archive + "/AWSLogs/111122223334/CloudTrail/us-east-1/2026/03/01"
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder).sorted().last)
        try Data("no".utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }
}
