import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop
import SampleArchive
import Testing

@testable import Adversary

/// What memory may not do: make something that was found disappear, or carry something that is not what was proven.
@Suite("Memory only proves what the last look proved")
struct StateMemoryTests {
    private func sample(hours: Int = 6, regions: Int = 1) throws -> Sample {
        try Sample { options in
            (options.accounts, options.regions, options.hours, options.logs, options.records) = (
                1, regions, hours, 2, 1
            )
        }
    }

    /// The archive with another content under a path, whose size and time are what they were.
    private func alteredInSecret(_ archive: MemoryArchive, _ path: String) -> MemoryArchive {
        var altered = archive
        altered[path]?[20] ^= 1
        return altered
    }

    // MARK: What was found

    /// I19
    @Test("is found every night, whatever size and times say", arguments: ["log", "digest"])
    func foundIsFound(_ what: String) throws {
        let sample = try sample()
        let path = what == "log" ? sample.logKeys()[3] : sample.digestKeys()[2]
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        let altered = alteredInSecret(sample.archive, path)
        // Nothing tells of it.
        #expect(try nights.run(altered).failures.isEmpty)
        nights.recheck = .everything
        let found = try nights.run(altered)
        #expect(found.verdictIsViolated(path))
        for recheck: EarlierRuns.Recheck in [.nothing, .oneIn(20), .nothing, .readBefore(.distantPast)] {
            nights.recheck = recheck
            let next = try nights.run(altered)
            #expect(next.failures == found.failures)
            // The others are carried all the same.
            #expect(next.carried.map { $0.logs >= 4 } == true)
        }
        #expect(try nights.run(sample.archive).failures.isEmpty)
        // Once it was read and proven it is carried again.
        _ = try nights.run(sample.archive)
        #expect(try nights.run(sample.archive).carried == ValidationReport.Carried(digests: 6, logs: 12))
    }

    /// I19
    @Test("a look that proved nothing is not forgotten", arguments: ["unreadable", "link", "absent", "digest absent"])
    func lastLook(_ what: String) throws {
        let sample = try sample()
        let path = sample.logKeys()[3]
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        var hidden = sample.archive
        switch what {
        case "unreadable": hidden.failures[ObjectKey(path)] = ObjectReadError(.permission, "no")
        case "link":
            hidden[path] = nil
            hidden.obstacles.append(ArchiveEntry(path: ObjectKey(path), kind: .link))
        case "absent": hidden[path] = nil
        default: hidden[sample.digestKeys()[1]] = nil
        }
        // While nobody saw it, it was altered, and its size and time set back.
        #expect(!(try nights.run(hidden).failures.isEmpty))
        #expect(try nights.run(alteredInSecret(sample.archive, path)).verdictIsViolated(path))
        #expect(try nights.run(sample.archive).failures.isEmpty)
    }

    @Test("what was found of a log file stays found without the digest file that lists it", arguments: [true, false])
    func foundWithoutItsDigest(_ isThere: Bool) throws {
        let sample = try sample()
        // Of the last hour, whose log files may wait for their digest file.
        let path = try #require(sample.logKeys().last)
        let head = try #require(sample.digestKeys().last)
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        nights.recheck = .everything
        var altered = alteredInSecret(sample.archive, path)
        let found = try nights.run(altered)
        nights.recheck = .nothing
        if isThere {
            altered.failures[ObjectKey(head)] = ObjectReadError(.permission, "no")
        } else {
            altered[head] = nil
        }
        for _ in 0..<2 {
            let next = try nights.run(altered)
            #expect(next.verdictIsViolated(path))
            #expect(next.failures.isSuperset(of: found.failures))
        }
        // The other one is what was proven.
        altered[path] = sample.archive[path]
        #expect(!(try nights.run(altered).verdictIsViolated(path)))
        #expect(try nights.run(sample.archive).failures.isEmpty)
    }

    /// I18
    @Test func theSameSizeAndTimeInAnotherPlace() throws {
        let sample = try sample()
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        // The layout moves everything below a folder: another file has the key of each.
        var moved = sample.archive.moved { ObjectKey("copy/\($0)") }
        let path = sample.logKeys()[3]
        moved["copy/\(path)"]?[20] ^= 1
        #expect(try nights.run(moved).verdictIsViolated(path))
        #expect(try nights.run(moved).verdictIsViolated(path))
        // The bucket's folder alone makes a file another one too.
        let bucket = moved.moved { ObjectKey("\($0)".replacing("copy/", with: "example-trail-bucket/")) }
        #expect(try nights.run(bucket).verdictIsViolated(path))
    }

    @Test func aWrongBucketForANight() throws {
        let sample = try sample()
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        let wrong = try nights.run(sample.archive) { $0.bucket = "another-bucket" }
        #expect(wrong.failures.count >= 12 && wrong.carried == ValidationReport.Carried(digests: 0, logs: 0))
        // All of it is read again, as nothing of it was proven.
        let next = try nights.run(alteredInSecret(sample.archive, sample.logKeys()[3]))
        #expect(next.verdictIsViolated(sample.logKeys()[3]))
        #expect(next.carried?.logs == 0)
        let bucket = "example-trail-bucket"
        #expect(try nights.run(sample.archive) { $0.bucket = bucket }.failures.isEmpty)
        #expect(try nights.run(sample.archive) { $0.bucket = bucket }.failures.isEmpty)
    }

    @Test func anotherOrderOfTheRoots() throws {
        let sample = try sample(regions: 2)
        var east = sample.archive.only("/us-east-1/")
        var west = sample.archive.only("/us-west-2/")
        (east.name, west.name) = ("east", "west")
        var nights = Nights(sample)
        _ = try nights.run([east, west])
        let path = sample.logKeys()[3]
        #expect(try nights.run([west, alteredInSecret(east, path)]).verdictIsViolated(path))
        #expect(try nights.run([alteredInSecret(east, path), west]).verdictIsViolated(path))
        #expect(try nights.run([east, west]).failures.isEmpty)
        // A log file that is in another root now is not the one that was proven.
        var both = west
        both[path] = east[path]
        both[path]?[20] ^= 1
        #expect(try nights.run([east.changed(path, nil), both]).verdictIsViolated(path))
    }

    @Test func whatOtherThanItsContentChanged() throws {
        let sample = try sample()
        var nights = Nights(sample)
        var source = StampedArchive(archive: sample.archive)
        func run() throws -> ValidationReport {
            let report = try sample.validate([source]) { $0.earlierRuns = EarlierRuns(nights.state, now: nights.time) }
            nights.state = try ProvenState(reading: try #require(report.state).serialized())
            return report
        }
        _ = try run()
        #expect(try run().hashedBytes == 0)
        for change: (inout StampedArchive) -> Void in [
            { $0.changed += 1 }, { $0.number += 1 }, { $0.tag = "b" }, { $0.version = "2" },
        ] {
            change(&source)
            let read = try run()
            #expect(read.failures.isEmpty && read.hashedBytes > 0)
            #expect(read.carried == ValidationReport.Carried(digests: 0, logs: 0))
            #expect(try run().hashedBytes == 0)
        }
        // What changed in the second in which it was read may have changed once more.
        source.changed = nights.time.secondsSinceEpoch * 1_000_000_000
        #expect(try run().hashedBytes > 0)
        #expect(try run().hashedBytes > 0)
        nights.time = nights.time.advanced(bySeconds: 1)
        #expect(try run().hashedBytes > 0)
        #expect(try run().hashedBytes == 0)
    }

    /// An archive whose storage knows more of its files.
    private struct StampedArchive: ObjectSource {
        var archive: MemoryArchive
        var changed: Int64 = 5
        var number: UInt64 = 7
        var tag = "a"
        var version = "1"
        var name: String { archive.name }

        private func stamped(_ metadata: ObjectMetadata) -> ObjectMetadata {
            ObjectMetadata(
                storedBytes: metadata.storedBytes,
                modified: metadata.modified,
                statusChanged: changed,
                fileNumber: number,
                entityTag: tag,
                version: version
            )
        }

        func list(_ visit: (ArchiveEntry) throws -> Void) throws { try archive.list(visit) }

        func open(_ path: ObjectKey) throws -> any OpenObject {
            let object = try archive.open(path)
            return StampedFile(object: object, metadata: stamped(object.metadata))
        }

        func metadata(of path: ObjectKey) throws -> ObjectMetadata { stamped(try archive.metadata(of: path)) }
    }

    private struct StampedFile: OpenObject {
        let object: any OpenObject
        let metadata: ObjectMetadata
        var storedBytes: UInt64? { object.storedBytes }

        func read(into buffer: inout MutableRawSpan) throws -> Int { try object.read(into: &buffer) }
    }

    // MARK: --start-time

    @Test func aStartForgetsNothingThatIsThere() throws {
        let sample = try sample()
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        let start = sample.summary.start.advanced(bySeconds: 2 * 3600)
        for _ in 0..<2 {
            #expect(try nights.run(sample.archive) { $0.start = start }.failures.isEmpty)
            let whole = try nights.run(sample.archive)
            #expect(whole.failures.isEmpty && whole.hashedBytes == 0)
        }
        // Also where the state begins with one: what lies before it has its signature in a file that is carried later.
        var late = Nights(sample)
        #expect(try late.run(sample.archive) { $0.start = start }.failures.isEmpty)
        #expect(try late.run(sample.archive).failures.isEmpty)
        #expect(try late.run(sample.archive).failures.isEmpty)
    }

    @Test("nor what was found", arguments: ["log", "digest"])
    func aStartHidesForANight(_ what: String) throws {
        let sample = try sample()
        let path = what == "log" ? sample.logKeys()[1] : sample.digestKeys()[0]
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        let altered = alteredInSecret(sample.archive, path)
        nights.recheck = .everything
        #expect(try nights.run(altered).verdictIsViolated(path))
        nights.recheck = .nothing
        let start = sample.summary.start.advanced(bySeconds: 3 * 3600)
        #expect(try nights.run(altered) { $0.start = start }.failures.isEmpty)
        #expect(try nights.run(altered).verdictIsViolated(path))
        // Nor is what is gone forgotten as long as the digest file that lists it is there.
        let log = sample.logKeys()[0]
        #expect(try nights.run(sample.archive.changed(log, nil)) { $0.start = start }.failures.isEmpty)
        #expect(try nights.run(sample.archive.changed(log, nil)).failures == [Found("log-missing", log)])
    }

    /// V42
    @Test func aStartForgetsWhatIsGone() throws {
        let sample = try sample()
        var nights = Nights(sample)
        _ = try nights.run(sample.archive)
        var cut = sample.archive
        for key in sample.digestKeys()[..<2] + sample.logKeys()[..<4] { cut[key] = nil }
        let start = sample.summary.start.advanced(bySeconds: 2 * 3600)
        #expect(try nights.run(cut) { $0.start = start }.failures.isEmpty)
        #expect(nights.state.digests.count == 4)
        #expect(nights.state.folders.flatMap(\.files).count == 8)
        #expect(try nights.run(cut).failures.isEmpty)
        // And when it comes back, what signs it is read again.
        #expect(try nights.run(sample.archive).failures.isEmpty)
        #expect(try nights.run(sample.archive).failures.isEmpty)
    }

    // MARK: A mount that is not there

    /// I20
    @Test func aRootThatIsEmpty() throws {
        let sample = try sample(regions: 2)
        var east = sample.archive.only("/us-east-1/")
        var west = sample.archive.only("/us-west-2/")
        (east.name, west.name) = ("east", "west")
        var nights = Nights(sample)
        _ = try nights.run([east, west])
        var empty = MemoryArchive(name: "/mnt/west")
        for content in [[:], ["lost+found/note.txt": [1], "AWSLogs/readme.json.gz": [2]]] as [[String: [UInt8]]] {
            empty.files = Dictionary(uniqueKeysWithValues: content.map { (ObjectKey($0), $1) })
            let told = LockedState(0)
            let error = #expect(throws: StateError.self) {
                try Validator(
                    keys: sample.keys,
                    options: {
                        var options = ValidationOptions()
                        options.earlierRuns = EarlierRuns(nights.state, now: nights.time)
                        return options
                    }()
                ).validate([east, empty]) { _ in told.withLock { $0 += 1 } }
            }
            #expect(error?.reason == .sourceIsEmpty)
            #expect(error?.description.contains("'/mnt/west'") == true)
            #expect(error?.description.contains("is it mounted?") == true)
            #expect(told.withLock { $0 } == 0)
        }
        // One log file or one digest file is enough to see that it is.
        empty.files = [ObjectKey(sample.logKeys(region: "us-west-2")[0]): [1]]
        #expect(try nights.run([east, empty]).verdict() == .notValid)
        // A root that nothing is known of may be empty.
        #expect(try nights.run([east, west, MemoryArchive(name: "new")]).count(.nothingValidated) == 1)
    }

    // MARK: Any sequence of nights

    /// What was done to a file.
    private struct Damage {
        let path: String
        var wasFound = false
        /// Whether it was gone while a start was given that may be later.
        var mayBeForgotten = false
    }

    @Test("what one night found stays found until it is undone", arguments: 0..<60 as Range<UInt64>)
    func anySequence(_ seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let sample = try sample(hours: 5, regions: 2)
        var archives = ["/us-east-1/", "/us-west-2/"].map { sample.archive.only($0) }
        let whole = archives
        (archives[0].name, archives[1].name) = ("east", "west")
        var nights = Nights(sample)
        _ = try nights.run(archives)
        var damages: [Damage] = []
        var isSwapped = false
        func root(of path: String) -> Int { path.contains("/us-east-1/") ? 0 : 1 }
        func undo(_ damage: Damage) {
            let key = ObjectKey(damage.path)
            let root = root(of: damage.path)
            archives[root].files[key] = whole[root].files[key]
            archives[root].failures[key] = nil
            if random.number(2) == 0 { archives[root].times[key] = nights.time.secondsSinceEpoch }
        }
        for night in 0..<14 {
            switch random.number(5) {
            case 0...2 where damages.count < 4:
                let paths =
                    sample.digestKeys() + sample.logKeys() + sample.digestKeys(region: "us-west-2")
                    + sample.logKeys(region: "us-west-2")
                let path = paths[random.number(paths.count)]
                if damages.contains(where: { $0.path == path }) { break }
                let key = ObjectKey(path)
                switch random.number(4) {
                case 0: archives[root(of: path)].files[key] = nil
                case 1: archives[root(of: path)].failures[key] = ObjectReadError(.permission, "no")
                default: archives[root(of: path)].files[key]?[15 + random.number(10)] ^= 1
                }
                if random.number(3) == 0 { archives[root(of: path)].times[key] = nights.time.secondsSinceEpoch }
                damages.append(Damage(path: path, mayBeForgotten: damages.contains(where: \.mayBeForgotten)))
            case 3 where !damages.isEmpty:
                undo(damages.remove(at: random.number(damages.count)))
            case 4 where random.number(2) == 0:
                damages.forEach(undo)
                damages = []
            default: break
            }
            if random.number(6) == 0 { isSwapped.toggle() }
            nights.recheck = [.nothing, .nothing, .everything, .oneIn(3)][random.number(4)]
            let isPartial = random.number(5) == 0
            let start = sample.summary.start.advanced(bySeconds: Int64(random.number(5)) * 3600)
            let isElsewhere = random.number(8) == 0
            let report = try nights.run(isSwapped ? archives.reversed() : archives) { options in
                if isPartial { options.start = start }
                if isElsewhere { options.bucket = "another" }
            }
            if isPartial {
                // What is gone and ended before the start may be forgotten, and what only that told of.
                for index in damages.indices where archives[root(of: damages[index].path)][damages[index].path] == nil {
                    damages[index].mayBeForgotten = true
                }
            }
            if isElsewhere { #expect(report.verdict() == .notValid) }
            if isElsewhere || isPartial { continue }
            let found = Set(report.failures.map(\.key))
            for index in damages.indices where !damages[index].mayBeForgotten {
                let isFound = found.contains(damages[index].path)
                #expect(isFound || !damages[index].wasFound, "night \(night): \(damages[index].path) is forgotten")
                damages[index].wasFound = damages[index].wasFound || isFound
                if case .everything = nights.recheck { #expect(isFound, "night \(night): \(damages[index].path)") }
            }
            if damages.contains(where: { $0.wasFound && !$0.mayBeForgotten }) {
                #expect(report.verdict() != .valid)
            } else if damages.isEmpty {
                #expect(report.failures.isEmpty, "night \(night)")
            }
        }
    }
}

extension ValidationReport {
    /// Whether a violation is found of a file.
    fileprivate func verdictIsViolated(_ path: String) -> Bool {
        verdict() == .notValid && findings.contains { $0.severity == .violation && $0.key == ObjectKey(path) }
    }
}

private struct SplitMix {
    var state: UInt64

    mutating func number(_ limit: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((value ^ (value >> 31)) % UInt64(limit))
    }
}
