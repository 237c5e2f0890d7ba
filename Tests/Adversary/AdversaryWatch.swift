import CloudTrailFormat
import CloudTrailIntegrity

/// What is held against each night's report: what the nights before proved and found, and what a run without a memory says.
struct AdversaryWatch {
    /// A file that was proven, by where it lies and what it holds.
    private struct Proof: Hashable, Comparable {
        let path: String
        let bytes: [UInt8]

        static func < (lhs: Proof, rhs: Proof) -> Bool { lhs.path < rhs.path }
    }

    private struct Told: Equatable {
        let question: AdversaryQuestion
        let verdict: Verdict
        let failures: Set<ContractModel.Found>

        /// With newer digest files proven, what was the anchor and is gone is a digest file like any other; and what lies in
        /// its place and is a violation itself is that alone (V42).
        var withoutAnchors: Told {
            let violated = Set(failures.filter(\.isOtherViolation).map(\.subject))
            let failures = failures.compactMap { found -> ContractModel.Found? in
                if found.kind != "anchor-lost" { return found }
                return violated.contains(found.subject) ? nil : .init(kind: "digest-missing", subject: found.subject)
            }
            return Told(question: question, verdict: verdict, failures: Set(failures))
        }
    }

    private(set) var broken: [String] = []
    private let world: AdversaryWorld
    private let states: [AdversaryState]
    private let rootCount: Int
    private var memory = ProvenState()
    /// The same as the model has it; `nil` once a file that is taken for another was there, which no model can follow.
    private var modelMemory: ContractMemory? = ContractMemory()
    private var time = Timestamp(secondsSinceEpoch: 1_800_000_000)
    private var edits: [AdversaryEdit] = []
    private var proofs: Set<Proof> = []
    /// The keys of what was proven, with its content.
    private var provenKeys: [String: [UInt8]] = [:]
    /// Whether a start may have let something be forgotten.
    private var hadStart = false
    private var last: (number: Int, told: Told)?

    /// - Parameter states: The archive, night by night.
    init(_ world: AdversaryWorld, _ states: [AdversaryState]) {
        self.world = world
        self.states = states
        rootCount = states.map(\.rootCount).max() ?? 1
    }

    /// Validates what is there on a night, and remembers what came of it.
    mutating func look(at night: AdversaryNights.Night, _ number: Int) throws {
        let state = states[number]
        time = time.advanced(bySeconds: 86_400)
        edits += night.edits
        hadStart = hadStart || night.question.start != nil
        let earlier = EarlierRuns(memory, now: time, recheck: night.recheck)
        let report: ValidationReport
        do {
            report = try AdversaryJudge.validate(state, night.question, rootCount: rootCount, earlier: earlier)
        } catch is StateError {
            // A root that is empty now: nothing is known of it, and nothing is forgotten (I20).
            return
        }
        let fresh = try AdversaryJudge.validate(state, night.question, rootCount: rootCount)
        let judge = AdversaryJudge(
            AdversaryCase(world, edits, night.question),
            state,
            report,
            memory: modelMemory ?? ContractMemory(),
            rootCount: rootCount
        )
        var lines = judge.brokenLawsOfANight()
        if state.files.values.contains(where: \.isDisguised) { modelMemory = nil }
        if modelMemory != nil {
            let model = try judge.model()
            lines += try judge.differences(from: model)
            modelMemory = model.nextMemory()
        }
        lines += try orderLaw(state, night, earlier, report)
        lines += memoryLaw(state, night, report, fresh)
        let told = Told(question: night.question, verdict: report.verdict(), failures: Self.failures(report))
        lines += againLaw(number, told)
        lines += goneLaw(state, night, report)
        lines += undoneLaw(state, report, fresh)
        try remember(state, report)
        last = (number, told)
        if let next = report.state {
            let bytes = try next.serialized()
            memory = try ProvenState(reading: bytes)
            if try memory.serialized() != bytes { lines.append("law state: it is not what was written") }
        }
        broken += lines.map { "\($0) (night \(number))" }
    }

    /// The findings that are more than notices.
    private static func failures(_ report: ValidationReport) -> Set<ContractModel.Found> {
        Set(AdversaryJudge.found(report).filter { !ContractModel.notices.contains($0.kind) })
    }

    private static func proofs(_ report: ValidationReport, _ state: AdversaryState) -> Set<Proof> {
        Set(
            report.provenFiles.compactMap { proven in
                let path = proven.path.description
                return AdversaryJudge.place(path).flatMap { state.files[$0] }.map { Proof(path: path, bytes: $0.bytes) }
            }
        )
    }

    private mutating func remember(_ state: AdversaryState, _ report: ValidationReport) throws {
        proofs.formUnion(Self.proofs(report, state))
        for file in report.provenFiles {
            guard let held = AdversaryJudge.place(file.path.description).flatMap({ state.files[$0] }), !held.isDisguised
            else { continue }
            provenKeys[file.key.description] = try ModelContent.of(held.bytes).content
        }
    }

    // MARK: Laws

    /// The same report and the same memory for any order of listing and number of jobs.
    private func orderLaw(
        _ state: AdversaryState,
        _ night: AdversaryNights.Night,
        _ earlier: EarlierRuns,
        _ report: ValidationReport
    ) throws -> [String] {
        var other = night.question
        other.order &+= 1
        other.jobs = 3 - night.question.jobs
        // Every third time as parts that are judged apart.
        let way = other.order.isMultiple(of: 3) ? DividedValidation.way(seed: other.order) : nil
        let again = try AdversaryJudge.validate(state, other, by: way, rootCount: rootCount, earlier: earlier)
        if again.substance != report.substance {
            let (own, its) = (Set(report.findings), Set(again.findings))
            let differing = own.symmetricDifference(its).sorted(by: Finding.inReportOrder).prefix(4)
            let told = differing.map { "\(own.contains($0) ? "the one" : "the other") alone: \($0)" }
            return ["law order: another order, another report; \(told.joined(separator: "; "))"]
        }
        return try again.state?.serialized() == report.state?.serialized()
            ? [] : ["law order: another order, another memory"]
    }

    /// A memory proves what was proven with the same content, and excuses nothing else.
    private func memoryLaw(
        _ state: AdversaryState,
        _ night: AdversaryNights.Night,
        _ report: ValidationReport,
        _ fresh: ValidationReport
    ) -> [String] {
        let byMemory = Self.proofs(report, state).subtracting(Self.proofs(fresh, state))
        let digests = byMemory.filter { AdversaryDigestName(lastComponent($0.path)) != nil }
        // Log files are proven by what their digest file, which is proven by its own content, lists.
        // What ends before a start is proven too, and is in no report.
        let unknown = hadStart ? [] : (digests.isEmpty ? byMemory : digests).subtracting(proofs)
        var lines = unknown.sorted().compactMap { proof -> String? in
            let held = AdversaryJudge.place(proof.path).flatMap { state.files[$0] }
            return held?.isDisguised == false ? "law memory: nothing proved \(proof.path)" : nil
        }
        let isDisguised = state.files.values.contains(where: \.isDisguised)
        // With a start, a digest file that is proven may be out of range and yet say what is in it.
        guard byMemory.isEmpty, !isDisguised, night.question.start == nil else { return lines }
        let failures = Self.failures(report)
        let isExcused: (ContractModel.Found) -> Bool = { finding in
            // The whole is told otherwise where its parts are.
            if ["nothing-validated", "location-not-held", "part-elsewhere"].contains(finding.kind) { return true }
            // What is absent of a part that is not held is told with that: a signed digest file can be relocated.
            let isAbsent = finding.kind == "log-unauthenticated" && AdversaryJudge.place(finding.subject) == nil
            if isAbsent, failures.contains(where: { $0.kind == "location-not-held" }) { return true }
            // What was proven there with the same content is proven now.
            if let held = AdversaryJudge.place(finding.subject).flatMap({ state.files[$0] }),
                proofs.contains(Proof(path: finding.subject, bytes: held.bytes))
            {
                return true
            }
            // Something worse is said of the same.
            return failures.contains { ContractModel.violations.contains($0.kind) && $0.subject == finding.subject }
        }
        for finding in Self.failures(fresh).subtracting(failures).sorted() where !isExcused(finding) {
            lines.append("law forgiven: without a memory: \(finding); with it \(failures.sorted())")
        }
        return lines
    }

    /// What was found is found again, as long as nothing changed.
    private func againLaw(_ number: Int, _ told: Told) -> [String] {
        guard let last, last.number == number - 1, last.told.question == told.question,
            last.told.withoutAnchors != told.withoutAnchors, states[last.number].isSame(as: states[number]),
            !states[number].files.values.contains(where: \.isDisguised)
        else { return [] }
        let gone = last.told.failures.subtracting(told.failures).map { "only before: \($0)" }
        let new = told.failures.subtracting(last.told.failures).map { "only now: \($0)" }
        return ["law again: nothing changed, and another verdict or \((gone + new).sorted())"]
    }

    /// What was proven and is gone is named, as long as no start lets it be forgotten.
    private func goneLaw(
        _ state: AdversaryState,
        _ night: AdversaryNights.Night,
        _ report: ValidationReport
    ) -> [String] {
        guard night.question.isWhole, !hadStart else { return [] }
        let held = Set(state.files.values.compactMap { try? ModelContent.of($0.bytes).content })
        // What lies under the time of another is taken for that.
        let disguised = Set(state.files.filter(\.value.isDisguised).map { lastComponent($0.key.path) })
        let named = Set(report.findings.compactMap { $0.key?.description })
        let isOpen = report.findings.contains { $0.kind == .locationNotHeld || $0.kind == .partElsewhere }
        var lines: [String] = []
        for (key, content) in provenKeys.sorted(by: { $0.key < $1.key })
        where !held.contains(content) && !disguised.contains(lastComponent(key)) {
            if report.verdict() == .valid { lines.append("law gone: \(key) was proven and is gone, and all is valid") }
            if !named.contains(key), !isOpen { lines.append("law gone: \(key) was proven and is gone without a word") }
        }
        return lines
    }

    /// What is put back is as if nothing had been.
    private func undoneLaw(_ state: AdversaryState, _ report: ValidationReport, _ fresh: ValidationReport) -> [String] {
        let keys = Set(fresh.provenFiles.map(\.key.description))
        let failures = Self.failures(report)
        guard fresh.verdict() == .valid, Set(provenKeys.keys).isSubset(of: keys), !failures.isEmpty,
            !state.files.values.contains(where: \.isDisguised)
        else { return [] }
        return ["law undone: all is as delivered, and still \(failures.sorted())"]
    }
}

extension ContractModel.Found {
    /// Whether it is a violation, and not that of an anchor.
    fileprivate var isOtherViolation: Bool { kind != "anchor-lost" && ContractModel.violations.contains(kind) }
}
