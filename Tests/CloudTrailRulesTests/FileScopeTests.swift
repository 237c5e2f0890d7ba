import CloudTrailFormat
import CloudTrailRules
import TestSupport
import Testing

/// V2, V3, V38, V40
@Suite struct FileScopeTests {
    /// What is known of a file, as the page speaks of it.
    private struct World {
        /// `CloudTrail`, another category, or none.
        let category: String?
        let account: String?
        let region: String?
        let day: Int?
        let name: Name
        let mapping: FileScope.Place.Mapping

        var folder: ObjectKey {
            var path = "AWSLogs/" + (account.map { "\($0)/" } ?? "")
            if let category {
                path += "\(category)/\(region ?? "-")/" + (day.map { "2026/03/0\($0)/" } ?? "")
            }
            return ObjectKey((mapping == .tree ? path : "") + "-")
        }

        var place: FileScope.Place {
            FileScope.Place(folder: KeyFolder(of: folder), own: nil, parts: [], mapping: mapping)
        }
    }

    private enum Name {
        case log(account: String, region: String, Timestamp)
        case other(String)

        var text: String {
            switch self {
            case .log(let account, let region, let time):
                "\(account)_CloudTrail_\(region)_\(time.compact(seconds: false))_x.json.gz"
            case .other(let text): text
            }
        }
    }

    private static let accounts = ["111122223333", "444455556666"]
    private static let regions = ["us-east-1", "eu-west-1"]
    private static func time(_ day: Int, _ hour: Int, _ minute: Int = 0) -> Timestamp {
        Timestamp(secondsSinceEpoch: 1_772_323_200 + Int64((day - 1) * 86_400 + hour * 3600 + minute * 60))
    }
    /// Within a minute, so that it belongs to neither side.
    private static let cut = time(1, 6).advanced(bySeconds: 30)
    private static let names: [Name] =
        accounts.flatMap { account in
            regions.flatMap { region in
                [time(1, 5, 59), time(1, 6), time(1, 6, 1), time(2, 0)].map {
                    .log(account: account, region: region, $0)
                }
            }
        } + [
            .other("111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T060000Z.json.gz"),
            .other(".x.json.gz"), .other("x.json.gz"), .other("x.json"), .other("notes.csv"),
        ]

    private static let worlds: [World] = names.flatMap { name in
        let categories: [String?] = ["CloudTrail", "CloudTrail-Insight", "CloudTrail-Digest", "CloudTrail-Lake", nil]
        let tree = categories.flatMap { category in
            (accounts + [nil]).flatMap { account in
                (category == nil ? [nil] : regions + [nil]).flatMap { region in
                    (category == nil ? [nil] : [1, 2, nil]).map { day in
                        World(
                            category: category,
                            account: account,
                            region: region,
                            day: day,
                            name: name,
                            mapping: .tree
                        )
                    }
                }
            }
        }
        let flat = [FileScope.Place.Mapping.flat, .flatWithDigests].map { mapping in
            World(category: nil, account: nil, region: nil, day: nil, name: name, mapping: mapping)
        }
        return tree + flat
    }

    private static let questions: [Asked] = [nil, cut].flatMap { start in
        [nil, cut].flatMap { end in
            [Selection.all, [accounts[0]]].flatMap { accounts in
                [Selection.all, [regions[0]]].map { regions in
                    Asked(start: start, end: start == end ? nil : end, accounts: accounts, regions: regions)
                }
            }
        }
    }

    /// V2, V3, V40: what becomes of the file, by the page.
    private func expected(_ world: World, _ asked: Asked) -> FileScope.Fate {
        let text = world.name.text
        let isLog = if case .log = world.name { true } else { false }
        switch (world.mapping, world.category) {
        case (.flatWithDigests, _):
            if !text.hasSuffix(".gz"), !text.hasSuffix(".json") { return .other }
            if text.hasPrefix(".") { return .hidden }
        case (_, "CloudTrail"), (_, "CloudTrail-Insight"):
            if text.hasPrefix(".") { return .hidden }
        case (_, "CloudTrail-Lake"): if !isLog { return .other }
        default: if !isLog, !text.contains("_CloudTrail-Digest_") { return .other }
        }
        return isAskedFor(world, asked) ? .judged : .outOfScope
    }

    private func isAskedFor(_ world: World, _ asked: Asked) -> Bool {
        func isSelected(_ account: String?, _ region: String?) -> Bool {
            (account.map { asked.accounts.contains($0) } ?? true) && (region.map { asked.regions.contains($0) } ?? true)
        }
        func isAsked(day: Int) -> Bool {
            asked.start ?? .distantPast < Self.time(day + 1, 0) && Self.time(day, 0) < asked.end ?? .distantFuture
        }
        let isFolderAsked = isSelected(world.account, world.region) && (world.day.map(isAsked) ?? true)
        guard case .log(let account, let region, let time) = world.name else { return isFolderAsked }
        let day = time < Self.time(2, 0) ? 1 : 2
        let isSame = world.account == account && world.region == region && world.day == day
        if isSame || world.mapping != .tree {
            let isMinuteAsked =
                asked.start ?? .distantPast <= time && time.advanced(bySeconds: 60) <= asked.end ?? .distantFuture
            return isSelected(account, region) && isMinuteAsked
        }
        return isFolderAsked || isSelected(account, region) && isAsked(day: day)
    }

    @Test("every place and name, for every question", arguments: Parts.of(12))
    func fates(part: Int) {
        for (number, world) in Self.worlds.enumerated() where number % 12 == part {
            for asked in Self.questions {
                let fate = FileScope(asked).fate(of: Array(world.name.text.utf8).span, at: world.place)
                if fate != expected(world, asked) {
                    Issue.record("\(world): \(fate), not \(expected(world, asked)), for \(asked)")
                    return
                }
            }
        }
        #expect(Self.worlds.count * Self.questions.count == 37_968)
    }

    /// Names whose times lie anywhere in two days, and ranges that begin and end at any second of them.
    @Test("100,000 places, names and questions", arguments: Parts.of(10))
    func drawn(part: Int) {
        var random = SequenceGenerator(seed: UInt64(part))
        let seconds: ClosedRange<Int64> = 0...172_799
        let categories: [String?] = ["CloudTrail", "CloudTrail-Insight", "CloudTrail-Digest", "CloudTrail-Lake", nil]
        for number in 0..<10_000 {
            func drawnTime() -> Timestamp { Self.time(1, 0).advanced(bySeconds: .random(in: seconds, using: &random)) }
            func drawn<T>(_ values: [T]) -> T { values[Int.random(in: values.indices, using: &random)] }
            let minute = drawnTime().seconds(since: Self.time(1, 0)) / 60
            let other = drawn(Self.names)
            let log = Name.log(
                account: drawn(Self.accounts),
                region: drawn(Self.regions),
                Self.time(1, 0, Int(minute))
            )
            let category = drawn(categories)
            let hasFolders = category != nil
            let mapping = hasFolders ? .tree : drawn([FileScope.Place.Mapping.tree, .flat, .flatWithDigests])
            let world = World(
                category: category,
                account: mapping == .tree ? drawn(Self.accounts + [nil]) : nil,
                region: hasFolders ? drawn(Self.regions + [nil]) : nil,
                day: hasFolders ? drawn([1, 2, nil]) : nil,
                name: Int.random(in: 0..<4, using: &random) == 0 ? other : log,
                mapping: mapping
            )
            let times = [drawnTime(), drawnTime()].sorted()
            let asked = Asked(
                start: drawn([times[0], nil]),
                end: times[0] < times[1] ? drawn([times[1], nil]) : nil,
                accounts: drawn([Selection.all, [Self.accounts[0]]]),
                regions: drawn([Selection.all, [Self.regions[0]]])
            )
            let fate = FileScope(asked).fate(of: Array(world.name.text.utf8).span, at: world.place)
            if fate != expected(world, asked) {
                Issue.record("case \(part)/\(number), \(world): \(fate), not \(expected(world, asked)), for \(asked)")
            }
        }
    }

    @Test("a folder in which a listed log file lies is one of log files")
    func listed() {
        let world = World(
            category: nil,
            account: nil,
            region: nil,
            day: nil,
            name: .other("notes.csv"),
            mapping: .tree
        )
        var place = world.place
        #expect(FileScope(Asked()).fate(of: Array("notes.csv".utf8).span, at: place) == .other)
        place.holdsListedLog = true
        #expect(FileScope(Asked()).fate(of: Array("notes.csv".utf8).span, at: place) == .judged)
    }

    @Test("a file waits for its digest only in its own folder, and no longer than the grace")
    func awaiting() throws {
        let covered = Self.time(1, 4)
        for world in Self.worlds {
            guard case .log(let account, let region, let time) = world.name else { continue }
            let name = try #require(LogFileName(ObjectKey(world.name.text)))
            for grace in [Int64(0), 7140, 7200, 9000] {
                let day = time < Self.time(2, 0) ? 1 : 2
                let isOwn =
                    world.mapping != .tree || world.account == account && world.region == region && world.day == day
                let isNewer = time.advanced(bySeconds: 59) > covered && time <= covered.advanced(bySeconds: grace)
                let scope = FileScope(Asked(grace: grace))
                #expect(
                    scope.isAwaitingDigest(name, at: world.place, coveredUntil: covered) == (isOwn && isNewer),
                    "\(world), \(grace)"
                )
                #expect(!scope.isAwaitingDigest(name, at: world.place, coveredUntil: nil))
            }
        }
    }
}
