/// Where a file lies: in which root, and its path below that.
struct AdversaryPlace: Hashable, Comparable, CustomStringConvertible {
    var root: Int
    var path: String

    /// As reports show it: the roots are called `r0`, `r1`.
    var description: String { "r\(root)/\(path)" }

    static func < (lhs: AdversaryPlace, rhs: AdversaryPlace) -> Bool {
        (lhs.root, lhs.path) < (rhs.root, rhs.path)
    }
}

/// Something done to the archive.
struct AdversaryEdit {
    enum Step {
        case remove(AdversaryPlace)
        case write(AdversaryPlace, [UInt8])
        case move(AdversaryPlace, AdversaryPlace)
        case copy(AdversaryPlace, AdversaryPlace)
        case add(AdversaryManifestEntry)
        case drop(AdversaryManifestEntry)
    }

    let label: String
    var steps: [Step]
    /// A way of keeping the files that is as honest as another.
    var isArrangement = false
    /// Whether what is written has the time of what was there.
    var restoresTimes = false
}

/// How the archive is asked about.
struct AdversaryQuestion: Equatable {
    var start: Int64?
    var end: Int64?
    var accounts: [String] = []
    var regions: [String] = []
    var trails: [String] = []
    var bucket: String?
    var mustReach: Int64?
    var grace: Int64 = 9000
    var expected: [Expected] = []
    var allowed: Set<String> = []
    var usesManifest = true
    var order: UInt64 = 0
    var jobs = 1

    /// All of it.
    init() {}

    struct Expected: Equatable {
        var chain: AdversaryChain
        var since: Int64?
        var until: Int64?
    }

    func selects(account: String, region: String) -> Bool {
        (accounts.isEmpty || accounts.contains(account)) && (regions.isEmpty || regions.contains(region))
    }

    func selects(_ chain: AdversaryChain) -> Bool {
        selects(account: chain.account, region: chain.region) && (trails.isEmpty || trails.contains(chain.trail))
    }

    /// Whether anything is left out.
    var isWhole: Bool {
        start == nil && end == nil && accounts.isEmpty && regions.isEmpty && trails.isEmpty && bucket == nil
    }
}

/// The archive while it is edited.
struct AdversaryState {
    struct Held {
        var bytes: [UInt8]
        /// The key of the delivered object whose bytes it has; `nil` for what was written.
        var origin: String?
        /// Whether it was moved, other than by an arrangement.
        var isMoved = false
        /// When it changed last.
        var time: Int64 = 0
        /// Whether another content lies under the time of the one before it.
        var isDisguised = false
    }

    var files: [AdversaryPlace: Held] = [:]
    var manifest: [AdversaryManifestEntry]
    /// How often it was changed: the time.
    private var changes: Int64 = 0

    init(_ world: AdversaryWorld) {
        for (key, bytes) in world.files { files[AdversaryPlace(root: 0, path: key)] = Held(bytes: bytes, origin: key) }
        manifest = world.manifest
    }

    mutating func apply(_ edit: AdversaryEdit) {
        changes += 1
        for step in edit.steps {
            switch step {
            case .remove(let place): files[place] = nil
            case .write(let place, let bytes):
                var held = Held(bytes: bytes, time: changes)
                if edit.restoresTimes, let before = files[place] {
                    held.time = before.time
                    held.isDisguised = before.isDisguised || before.bytes != bytes
                }
                files[place] = held
            case .move(let old, let new):
                guard old != new, files[new] == nil, var held = files[old] else { continue }
                if !edit.isArrangement { held.isMoved = true }
                files[old] = nil
                files[new] = held
            case .copy(let old, let new):
                guard old != new, files[new] == nil, var held = files[old] else { continue }
                held.isMoved = true
                files[new] = held
            case .add(let entry): manifest.append(entry)
            case .drop(let entry): manifest.removeAll { $0 == entry }
            }
        }
    }

    var places: [AdversaryPlace] { files.keys.sorted() }
    var rootCount: Int { (files.keys.map(\.root).max() ?? 0) + 1 }

    /// Puts all back to what was delivered.
    mutating func undo(_ world: AdversaryWorld) {
        let time = changes
        self = AdversaryState(world)
        changes = time
    }

    /// Whether a file's path is a folder of another's, so that no disk can have both.
    var needsFileAsFolder: Bool {
        files.keys.contains { place in
            var folder = parentFolder(place.path).dropLast()
            while !folder.isEmpty {
                if files[AdversaryPlace(root: place.root, path: String(folder))] != nil { return true }
                folder = parentFolder(String(folder)).dropLast()
            }
            return false
        }
    }
}

/// A world, what is done to it, and how it is asked about.
struct AdversaryCase {
    let seed: UInt64
    let world: AdversaryWorld
    var edits: [AdversaryEdit]
    var question: AdversaryQuestion

    init(seed: UInt64) throws {
        self.seed = seed
        world = try AdversaryWorld.world(seed: seed / 12)
        var random = AdversaryRandom(seed: seed)
        var maker = AdversaryEditMaker(world: world, random: random)
        edits = try maker.make()
        random = maker.random
        question = AdversaryQuestion(world, &random)
        var other = AdversaryRandom(seed: seed &+ 3_300_000)
        if other.once(in: 4) { try hideAmongSignedDigests(&other) }
    }

    /// Puts a file where somebody else's signed digests lie among the victim's log files, and makes a folder between them
    /// the root.
    private mutating func hideAmongSignedDigests(_ random: inout AdversaryRandom) throws {
        let state = state
        let folders = state.places.filter { place in
            place.root == 0 && AdversaryDigestName(lastComponent(place.path))?.chain.account == AdversaryWorld.attacker
        }.map { parentFolder($0.path) }
        guard let folder = random.pick(folders), folder.contains("CloudTrail/") else { return }
        var maker = AdversaryEditMaker(world: world, state: state, random: random)
        if !maker.random.once(in: 4) { try maker.inject(below: folder) }
        if maker.random.once(in: 2) { maker.rootAtDepth(of: folder) }
        edits += maker.edits
        random = maker.random
    }

    /// The case that a fuzzer's input tells: two bytes for the world, then so many for the question and for each edit
    /// that a change to one part leaves the others as they are. What a part lacks follows from the world's number.
    init(bytes: [UInt8]) throws {
        let partLength = 16
        let largestEditCount = 8
        let worldCount: UInt64 = 500
        let number = bytes.prefix(2).reduce(0) { $0 << 8 | UInt64($1) } % worldCount
        var rest = bytes.dropFirst(2)
        // A multiple of 3, so that the law of layouts is tried too.
        seed = bytes.reduce(0) { $0 &* 31 &+ UInt64($1) } % 1_000_000 * 3
        world = try AdversaryWorld.world(seed: number)
        edits = []
        func part(_ index: UInt64) -> AdversaryRandom {
            defer { rest = rest.dropFirst(partLength) }
            return AdversaryRandom(bytes: rest.prefix(partLength), thenSeed: number << 8 | index)
        }
        var random = part(0)
        question = AdversaryQuestion(world, &random)
        for index in 1...UInt64(largestEditCount) where !rest.isEmpty {
            random = part(index)
            let kind = random.number(0...7)
            if kind == 0 {
                try hideAmongSignedDigests(&random)
                continue
            }
            var maker = AdversaryEditMaker(world: world, state: state, random: random)
            edits += kind == 1 ? maker.makeArrangement() : try maker.make(1)
        }
    }

    /// A case of a test's own.
    init(_ world: AdversaryWorld, _ edits: [AdversaryEdit], _ question: AdversaryQuestion = AdversaryQuestion()) {
        seed = 1
        self.world = world
        self.edits = edits
        self.question = question
    }

    var state: AdversaryState {
        var state = AdversaryState(world)
        for edit in edits { state.apply(edit) }
        return state
    }
}

extension AdversaryQuestion {
    /// A way to ask about a world; half of the time, for all of it.
    init(_ world: AdversaryWorld, _ random: inout AdversaryRandom) {
        order = random.next()
        jobs = random.number(1...2)
        usesManifest = !random.once(in: 3)
        if random.once(in: 2) { return }
        let first = world.digests.map(\.start).min() ?? 0
        let last = world.digests.map(\.end).max() ?? 0
        let hours = Int((last - first) / CivilTime.hour)
        // Off the minute, so that no minute in a name ends where a range does.
        func moment(_ range: ClosedRange<Int>) -> Int64 {
            first + Int64(random.number(range)) * CivilTime.hour / 2 + Int64(random.of(0, 1, 17, 600))
        }
        if random.once(in: 3) { start = moment(-2...hours) }
        if random.once(in: 3) { end = moment(hours...2 * hours + 2) }
        if let start, let end, end <= start { self.end = nil }
        let chains = world.lines.map(\.chain)
        if random.once(in: 5), let chain = random.pick(chains) { accounts = [chain.account] }
        if random.once(in: 5), let chain = random.pick(chains) { regions = [chain.region] }
        if random.once(in: 6), let chain = random.pick(chains) { trails = [chain.trail] }
        if random.once(in: 8) { bucket = random.of("trail-bucket", "trail-bucket", "another-bucket") }
        if end == nil, random.once(in: 4) { mustReach = moment(hours...2 * hours + 2) }
        if random.once(in: 6) { grace = Int64(random.of(0, 600, 3600, 36_000)) }
        if random.once(in: 5), var chain = random.pick(chains), !chain.isBackfill {
            if random.once(in: 3) { chain.trail = "another" }
            let until = random.once(in: 2) ? moment(0...2 * hours) : nil
            let since = random.once(in: 3) ? moment(-2...hours) : nil
            let isPossible = (since ?? .min) < (until ?? .max)
            if selects(chain) {
                expected = [Expected(chain: chain, since: isPossible ? since : nil, until: until)]
            }
        }
        if random.once(in: 4) {
            allowed = Set([random.of("digest-unsigned", "chain-gap", "coverage-short"), "log-unauthenticated"])
        }
    }
}

// MARK: Printing

extension AdversaryCase: CustomStringConvertible {
    var description: String {
        var lines = ["seed \(seed), world \(world.seed)"]
        let held = Set(state.files.keys.compactMap { AdversaryDigestName(lastComponent($0.path))?.chain })
        for line in world.lines where held.contains(line.chain) {
            lines.append("  chain \(line.chain) in \(line.bucket) below '\(line.prefix)'")
        }
        lines += edits.flatMap(\.lines)
        lines.append("ask: \(question)")
        return lines.joined(separator: "\n")
    }
}

extension AdversaryEdit {
    /// What is done, without what makes it long.
    var lines: [String] {
        let shown = steps.prefix(steps.count > 6 ? 2 : 6).map { step in
            switch step {
            case .remove(let place): "    rm \(place)"
            case .write(let place, let bytes): "    write \(place) (\(bytes.count) bytes)"
            case .move(let old, let new): "    mv \(old) \(new)"
            case .copy(let old, let new): "    cp \(old) \(new)"
            case .add(let entry): "    manifest + \(entry.key) \(entry.signature.prefix(8))"
            case .drop(let entry): "    manifest - \(entry.key)"
            }
        }
        let head = "edit: \(label)\(restoresTimes ? ", times restored" : "")"
        return [head] + shown + (steps.count > 6 ? ["    … \(steps.count) steps"] : [])
    }
}

extension AdversaryQuestion: CustomStringConvertible {
    var description: String {
        var parts: [String] = []
        if let start { parts.append("start \(CivilTime.iso8601(start))") }
        if let end { parts.append("end \(CivilTime.iso8601(end))") }
        if !accounts.isEmpty { parts.append("accounts \(accounts)") }
        if !regions.isEmpty { parts.append("regions \(regions)") }
        if !trails.isEmpty { parts.append("trails \(trails)") }
        if let bucket { parts.append("bucket \(bucket)") }
        if let mustReach { parts.append("must reach \(CivilTime.iso8601(mustReach))") }
        if grace != 9000 { parts.append("grace \(grace)") }
        for chain in expected {
            parts.append(
                "expect \(chain.chain) since \(chain.since.map(CivilTime.iso8601) ?? "-") "
                    + "until \(chain.until.map(CivilTime.iso8601) ?? "-")"
            )
        }
        if !allowed.isEmpty { parts.append("allow \(allowed.sorted())") }
        parts.append(usesManifest ? "manifest" : "no manifest")
        return parts.joined(separator: ", ")
    }
}
