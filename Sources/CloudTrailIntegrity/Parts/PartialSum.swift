internal import CloudTrailFormat
internal import CloudTrailRules
package import NativeInterop

/// Adds up what the parts of a ``WorkPlan`` came to, in any order, and concludes from all of them (I43).
package struct PartialSum: Sendable {
    private let plan: WorkPlan
    private var sum: PartResult?
    private var votes = ArchivePortion.Votes()
    private var digestsOfCuts: [ArchivePart: (hash: SHA256Digest, part: Int)] = [:]
    private var replacedRoots: Set<Int> = []
    private var carried: ValidationReport.Carried?
    /// Of the accounts and regions in no order.
    private var sections: [StateSection] = []
    /// What the sections have in common; `nil` when nothing is remembered.
    private var state: ProvenState?
    /// The accounts and regions of no share that some machine saw, and those that the one of part 0 judged.
    private var unshared: (seen: Set<ArchivePart>, judged: Set<ArchivePart>) = ([], [])
    /// The parts that were added.
    package private(set) var parts: Set<Int> = []

    package init(_ plan: WorkPlan) {
        self.plan = plan
    }

    /// Those of the plan that were not added.
    package var missingParts: [Int] { plan.parts.indices.filter { !parts.contains($0) } }

    /// Adds what a part came to.
    ///
    /// - Throws: ``MergeError`` where it does not go together with the others.
    package mutating func add(_ partial: PartialResult, of number: Int) throws(MergeError) {
        guard let part = partial.part else { throw .notIndependent(part: number) }
        for share in plan.parts[number].shares where share.isCut && partial.digestsOfCuts[share.part] == nil {
            throw .notIndependent(part: number)
        }
        for (cut, hash) in partial.digestsOfCuts {
            if let known = digestsOfCuts[cut], known.hash != hash {
                throw .digestFilesDiffer(account: cut.account, region: cut.region, parts: [known.part, number])
            }
            digestsOfCuts[cut] = (hash, number)
        }
        parts.insert(number)
        if sum == nil { sum = part } else { sum?.add(part) }
        votes.add(partial.votes)
        replacedRoots.formUnion(partial.replacedRoots)
        unshared.seen.formUnion(partial.unshared)
        if number == 0 { unshared.judged = partial.unshared }
        if let own = partial.carried {
            carried = ValidationReport.Carried(
                digests: (carried?.digests ?? 0) + own.digests,
                logs: (carried?.logs ?? 0) + own.logs
            )
        }
        if var own = partial.state {
            sections += own.sections
            (own.digests, own.folders) = ([], [])
            state = own
        }
    }

    /// What the next run may build on, without its findings.
    private mutating func nextState() -> ProvenState? {
        guard var state else { return nil }
        for section in sections.sorted(by: { $0.name < $1.name }) { state.append(section) }
        sections = []
        return state
    }

    /// The report on the whole.
    ///
    /// - Parameter names: What the roots are called.
    /// - Throws: ``MergeError`` where parts are missing, or something of one concerns another.
    package mutating func report(
        _ validator: Validator,
        names: [ByteString],
        monitor: ValidationMonitor = ValidationMonitor()
    ) throws -> ValidationReport {
        guard missingParts.isEmpty, var sum = self.sum.take() else { throw MergeError.missing(parts: missingParts) }
        // What is of no share is judged with part 0, and must have been there then.
        if let new = unshared.seen.subtracting(unshared.judged).min() {
            throw MergeError.unseen(account: new.account, region: new.region)
        }
        if let places = plan.places {
            guard places.agree(with: votes) else { throw MergeError.placesDiffer }
            do { try sum.settle() } catch { throw MergeError.notIndependent(part: nil) }
        }
        try validator.options.earlierRuns?.state.check(validator.keys)
        let state = nextState()
        var report = try ReportAssembler(consume sum, SourceNames(names), validator.options).report(
            keys: validator.keys,
            signatures: validator.signatures,
            carried: carried,
            state: state,
            known: validator.options.earlierRuns.flatMap { KnownFindings($0.state) },
            monitor,
            FindingListener(monitor, nil)
        )
        report.portions = plan.parts.count
        report.replacedSources = replacedRoots.sorted().map { names[$0].description }
        return report
    }
}

/// Why the parts of an archive do not make a whole.
package enum MergeError: Error, Hashable {
    case missing(parts: [Int])
    /// Something of this part may concern another; `nil` where it is known of their sum alone.
    case notIndependent(part: Int?)
    /// Signed digest files say other places than the plan has, or of some root none does.
    case placesDiffer
    /// A machine saw files of it, and it is of no part's share and was not there when part 0 was judged.
    case unseen(account: String, region: String)
    /// Two parts with days of one account and region were judged by other digest files.
    case digestFilesDiffer(account: String, region: String, parts: [Int])
}
