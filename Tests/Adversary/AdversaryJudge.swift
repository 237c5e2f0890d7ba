import CloudTrailFormat
import CloudTrailIntegrity

/// How an archive comes to the validator: makes the sources of one in memory, has them validated, and takes them down.
typealias AdversaryWay = (_ roots: [MemoryArchive], _ validator: Validator) throws -> ValidationReport

/// What came of a case: what the validator said of it, what the model says, and where the two or the laws disagree.
struct AdversaryJudge {
    let test: AdversaryCase
    let state: AdversaryState
    let report: ValidationReport
    /// How the archive comes to the validator; `nil` for memory.
    let way: AdversaryWay?
    /// What the nights before proved, as the model has it.
    private let memory: ContractMemory?
    private let rootCount: Int

    init(_ test: AdversaryCase, by way: AdversaryWay? = nil) throws {
        self.test = test
        self.way = way
        state = test.state
        memory = nil
        rootCount = 0
        report = try Self.validate(state, test.question, by: way)
    }

    /// What came of one night of several.
    init(
        _ test: AdversaryCase,
        _ state: AdversaryState,
        _ report: ValidationReport,
        memory: ContractMemory,
        rootCount: Int
    ) {
        self.test = test
        self.state = state
        self.report = report
        self.memory = memory
        self.rootCount = rootCount
        way = nil
    }

    private static func text(_ verdict: Verdict) -> String {
        switch verdict {
        case .valid: "proven"
        case .notProven: "unverified"
        case .notValid: "violated"
        }
    }

    // MARK: The validator

    /// An archive in memory, listed in an order that follows from a number.
    struct Source: ObjectSource {
        let base: MemoryArchive
        let order: UInt64
        var name: String { base.name }
        /// Half of the archives can be judged in portions, each of one account and region.
        var listsFolders: Bool { order.isMultiple(of: 2) }

        func list(_ visit: (ArchiveEntry) throws -> Void) throws {
            // By a number for each name, so that two files keep their order when others are left out or all are moved.
            let paths = base.files.keys.map { path in
                let name = lastComponent(path.description)
                var random = AdversaryRandom(seed: name.utf8.reduce(order) { $0 &* 31 &+ UInt64($1) })
                return (number: random.next(), path: path)
            }
            for (_, path) in paths.sorted(by: { ($0.number, $0.path) < ($1.number, $1.path) }) {
                try visit(ArchiveEntry(path: path, kind: .file))
            }
        }

        func open(_ path: ObjectKey) throws -> any OpenObject { try base.open(path) }

        func metadata(of path: ObjectKey) throws -> ObjectMetadata { try base.metadata(of: path) }
    }

    /// - Parameters:
    ///   - way: How the archive comes to the validator; `nil` for memory.
    ///   - rootCount: The number of roots, where some are empty.
    static func validate(
        _ state: AdversaryState,
        _ question: AdversaryQuestion,
        by way: AdversaryWay? = nil,
        rootCount: Int = 0,
        earlier: EarlierRuns? = nil
    ) throws -> ValidationReport {
        let roots = (0..<max(rootCount, state.rootCount)).map { root in
            var archive = MemoryArchive(name: "r\(root)")
            for (place, held) in state.files where place.root == root {
                archive[place.path] = held.bytes
                archive.times[ObjectKey(place.path)] = held.time
            }
            return archive
        }
        var keys = PublicKeySet()
        try keys.add(reading: try AdversarySigner.keyFile(), name: "keys.json")
        var manifest = SignatureManifest()
        if question.usesManifest {
            try manifest.add(reading: Array(state.manifest.map(\.line).joined().utf8))
        }
        var options = ValidationOptions()
        options.start = question.start.map { Timestamp(secondsSinceEpoch: $0) }
        options.end = question.end.map { Timestamp(secondsSinceEpoch: $0) }
        if !question.accounts.isEmpty { options.accounts = .only(question.accounts) }
        if !question.regions.isEmpty { options.regions = .only(question.regions) }
        if !question.trails.isEmpty { options.trails = .only(try question.trails.map { try TrailSelector($0) }) }
        options.bucket = question.bucket
        options.grace = .seconds(question.grace)
        options.coverageMustReach = question.mustReach.map { Timestamp(secondsSinceEpoch: $0) }
        options.expectedChains =
            question.expected.isEmpty
            ? nil
            : question.expected.map { expected in
                ExpectedChain(
                    ChainIdentity(
                        account: expected.chain.account,
                        region: expected.chain.region,
                        trail: expected.chain.trail,
                        homeRegion: expected.chain.homeRegion,
                        isBackfill: false
                    ),
                    since: expected.since.map { Timestamp(secondsSinceEpoch: $0) },
                    until: expected.until.map { Timestamp(secondsSinceEpoch: $0) }
                )
            }
        options.jobs = question.jobs
        options.listsProvenFiles = true
        options.filesAtOnce = 1
        options.filesOfPartAtOnce = question.jobs.isMultiple(of: 2) ? 1 : .max
        options.earlierRuns = earlier
        let validator = Validator(keys: keys, signatures: manifest, options: options)
        if let way { return try way(roots, validator) }
        return try validator.validate(roots.map { Source(base: $0, order: question.order) })
    }

    /// The validator's findings in the model's words.
    static func found(_ report: ValidationReport) -> [ContractModel.Found] {
        report.findings.map { finding in
            ContractModel.Found(kind: finding.kind.rawValue, subject: subject(finding))
        }
    }

    private static func text(_ finding: Finding, _ name: String) -> String? {
        if case .text(let text) = finding.detail[name] { return text }
        return nil
    }

    private static func subject(_ finding: Finding) -> String {
        switch finding.kind {
        case .nothingValidated:
            let parts = [text(finding, "scope"), text(finding, "name")]
            return parts.compactMap { $0 }.joined(separator: " ")
        case .coverageShort:
            return "\(chain(finding)) \(text(finding, "reason") ?? "")"
        case .locationNotHeld:
            // What lies in a part elsewhere has a folder and no key.
            return finding.key.map { "\(finding.bucket ?? "")/\($0)" } ?? ""
        case .duplicateObject, .chainOverlap, .chainRestart, .chainForked, .chainStartsBeforeArchive:
            // Which of several copies stands for a key is the validator's choice.
            return finding.key?.description ?? ""
        default:
            return finding.path?.description ?? finding.key?.description ?? chain(finding)
        }
    }

    private static func chain(_ finding: Finding) -> String {
        guard let chain = finding.chain else { return "" }
        return AdversaryChain(
            account: chain.account,
            region: chain.region,
            trail: chain.trail,
            homeRegion: chain.homeRegion,
            isBackfill: chain.isBackfill
        ).description
    }

    // MARK: The model

    func model() throws -> ContractModel {
        try ContractModel(
            state,
            test.question,
            truth: test.world.signatures,
            fingerprint: try AdversarySigner.fingerprint(),
            rootCount: rootCount,
            memory: memory
        )
    }

    /// Where the validator and the model differ; nothing where the contract leaves open what is to be said.
    func differences() throws -> [String] { try differences(from: try model()) }

    func differences(from model: ContractModel) throws -> [String] {
        var lines: [String] = []
        // How a folder is named that is to be a root of its own is the validator's choice.
        func counts(_ found: [ContractModel.Found]) -> [ContractModel.Found: Int] {
            var counts = Self.counts(found)
            let loose = model.holdsPartElsewhere ? ["part-elsewhere", "location-not-held"] : ["part-elsewhere"]
            for kind in loose {
                let own = counts.keys.filter { $0.kind == kind }
                for finding in own { counts[finding] = nil }
                if !own.isEmpty { counts[ContractModel.Found(kind: kind, subject: "")] = 1 }
            }
            // One a folder that log files lie in instead of their place.
            let elsewhere = ContractModel.Found(kind: "location-not-held", subject: "")
            if counts[elsewhere] != nil { counts[elsewhere] = 1 }
            return counts
        }
        let expected = counts(model.found)
        let actual = counts(Self.found(report))
        for finding in Set(expected.keys).union(actual.keys).sorted() {
            let (mine, its) = (expected[finding, default: 0], actual[finding, default: 0])
            // I18: the signatures of what is carried are not tried again.
            if memory != nil, finding.kind == "signature-source-differs", its == 0 { continue }
            if mine > its { lines.append("the model alone: \(finding)\(mine - its > 1 ? " ×\(mine - its)" : "")") }
            if its > mine { lines.append("the code alone: \(finding)\(its - mine > 1 ? " ×\(its - mine)" : "")") }
        }
        func compare(_ what: String, _ mine: some CustomStringConvertible, _ its: some CustomStringConvertible) {
            if mine.description != its.description { lines.append("\(what): model \(mine), code \(its)") }
        }
        compare("digests", model.digestCount, Self.count(report.digests))
        compare("logs", model.logCount, Self.count(report.logs))
        compare("outcome", model.outcome(allowing: []).rawValue, Self.text(report.verdict()))
        if let fates = Self.fates(report) {
            let own = Dictionary(model.fates.map { ($0.rawValue, 1) }, uniquingKeysWith: +)
            // I18: what lies beside a carried digest is not read.
            let loose = memory == nil ? [] : ["sidecars", "other"]
            for (name, count) in fates.sorted(by: { $0.key < $1.key }) where !loose.contains(name) {
                compare(name, own[name, default: 0], count)
            }
            compare(
                "loose files",
                loose.map { own[$0, default: 0] }.reduce(0, +),
                loose.map { fates[$0, default: 0] }.reduce(0, +)
            )
        }
        // Whatever was asked, what may be allowed is asked too: it takes no other run.
        for allowed in [test.question.allowed, ["digest-unsigned", "log-unauthenticated"], Self.allowable] {
            let kinds = Set(allowed.compactMap { FindingKind(rawValue: $0) })
            compare(
                "outcome allowing \(allowed.sorted())",
                model.outcome(allowing: allowed).rawValue,
                Self.text(try report.verdict(allowing: kinds))
            )
        }
        return lines
    }

    /// V46: all that can be allowed.
    private static let allowable: Set<String> = [
        "digest-unsigned", "digest-key-unknown", "digest-unreadable", "part-elsewhere", "listing-foreign",
        "log-unreadable",
        "log-unauthenticated", "log-unreferenced", "chain-gap", "chain-forked", "coverage-short", "location-not-held",
    ]

    /// V2, I22: the files by their fate, where the report has them.
    static func fates(_ report: ValidationReport) -> [String: Int]? {
        guard let files = Mirror(reflecting: report).descendant("files") else { return nil }
        var counts: [String: Int] = [:]
        for child in Mirror(reflecting: files).children {
            if let label = child.label, let count = child.value as? Int { counts[label] = count }
        }
        return counts
    }

    private static func counts(_ found: [ContractModel.Found]) -> [ContractModel.Found: Int] {
        Dictionary(found.map { ($0, 1) }, uniquingKeysWith: +)
    }

    private static func count(_ tally: Tally) -> ContractModel.Count {
        ContractModel.Count(
            valid: tally.valid,
            invalid: tally.invalid,
            missing: tally.missing,
            unverified: tally.unverified
        )
    }

    /// What a difference is about, to tell whether a smaller case still shows it.
    static func topics(_ lines: [String]) -> Set<String> {
        Set(
            lines.map { line in
                let words = line.split(separator: " ")
                return words.prefix(line.hasPrefix("the ") ? 4 : line.hasPrefix("law ") ? 2 : 1).joined(separator: " ")
            }
        )
    }
}
