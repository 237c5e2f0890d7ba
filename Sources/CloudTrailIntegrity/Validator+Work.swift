internal import CloudTrailFormat
internal import CloudTrailRules
package import NativeInterop

extension Validator {
    /// Judges one part of an archive that was divided.
    ///
    /// - Parameters:
    ///   - number: The number of the part, from 0.
    ///   - sources: The roots of the archive, in the order of the plan.
    ///   - names: What the roots are called in reports.
    /// - Throws: ``EmptyPartError``; else as for ``validate(_:monitor:onFinding:)-([ArchiveSource],_,_)``.
    package func judge(
        part number: Int,
        of plan: WorkPlan,
        _ sources: [any ArchiveSource],
        names: [ByteString],
        monitor: ValidationMonitor = ValidationMonitor()
    ) throws -> PartialResult {
        try options.check()
        try options.earlierRuns?.state.check(keys)
        let access = sources.map(\.access)
        let listener = FindingListener(monitor, nil)
        var result: PartialResult
        if let places = plan.places {
            var own = self
            own.options.earlierRuns?.state = plan.state(of: number, options.earlierRuns?.state)
            result = try own.judge(part: number, of: plan, places, access, names, monitor, listener)
        } else {
            var all: ArchivePortion?
            let judged =
                try judgeInPortions(access, names, monitor, listener) ?? judge(access, names, &all, monitor, listener)
            result = PartialResult(part: judged.part, carried: judged.carried, state: judged.state)
        }
        if let listed = result.part?.listedRoots {
            for (root, entries) in plan.parts[number].entries.enumerated() where entries > 0 && !listed[root] {
                throw EmptyPartError.root(root, entries: entries)
            }
        }
        for (root, source) in sources.enumerated() where !([source].namesOfReplaced).isEmpty {
            result.replacedRoots.insert(root)
        }
        return result
    }

    private func judge(
        part number: Int,
        of plan: WorkPlan,
        _ places: ArchivePlaces,
        _ access: [ArchiveAccess],
        _ names: [ByteString],
        _ monitor: ValidationMonitor,
        _ listener: FindingListener
    ) throws -> PartialResult {
        let objects = access.compactMap(\.randomAccess)
        monitor.enter(.listing)
        guard objects.count == access.count, objects.allSatisfy(\.listsFolders),
            let survey = try ArchiveSurvey(objects, check: monitor.check)
        else { return PartialResult() }
        var portion: ArchivePortion? = ArchivePortion(
            plan.shares(of: number, in: survey),
            rest: number == 0 ? survey.rest : survey.rest.map { _ in [] },
            places: places,
            // What earlier runs proved of it is compared at once.
            files: options.earlierRuns == nil ? options.filesAtOnce : .max,
            filesOfPart: options.earlierRuns == nil ? options.filesOfPartAtOnce : .max
        )
        do {
            let judged = try judge(access, names, &portion, monitor, listener)
            var sum = judged.part
            while portion?.isAtEnd == false {
                sum.add(try judge(access, names, &portion, monitor, listener).part)
            }
            return PartialResult(
                part: sum,
                votes: portion?.votes ?? ArchivePortion.Votes(),
                digestsOfCuts: portion?.digestsOfCuts ?? [:],
                unshared: Set(survey.parts.map(\.part)).subtracting(plan.shared),
                carried: judged.carried,
                state: judged.state
            )
        } catch is NotConfined {
            return PartialResult()
        } catch let error as EmptyShareError {
            let entries = plan.parts[number].entries
            if let root = entries.indices.first(where: { entries[$0] > 0 && survey.isEmpty(root: $0) }) {
                throw EmptyPartError.root(root, entries: entries[root])
            }
            throw EmptyPartError.share(account: error.part.account, region: error.part.region)
        }
    }
}

extension WorkPlan {
    /// The accounts and regions that are shared out.
    fileprivate var shared: Set<ArchivePart> { Set(parts.flatMap { $0.shares.map(\.part) }) }

    /// What earlier runs proved of a part; for part 0 also of what is of no share.
    fileprivate func state(of number: Int, _ state: ProvenState?) -> ProvenState {
        let own = Set(parts[number].shares.map(\.part))
        let shared = shared
        return (state ?? ProvenState()).filtered { name in
            let part = ArchivePart(account: name.account, region: name.region)
            return own.contains(part) || number == 0 && !shared.contains(part)
        }
    }

    /// What a machine judges: its shares, and for part 0 what is there and of no share.
    fileprivate func shares(of number: Int, in survey: ArchiveSurvey) -> [ArchivePortion.Share] {
        let there = Dictionary(uniqueKeysWithValues: survey.parts.map { ($0.part, $0) })
        var shares = parts[number].shares.map { share in
            // Of what is gone, nothing is listed; and that it is gone, the other cuts of it must find too.
            ArchivePortion.Share(
                part: there[share.part] ?? ArchiveSurvey.Part(part: share.part, digests: [], logs: []),
                start: share.start,
                end: share.end,
                isKnownToHold: share.entries > 0
            )
        }
        if number == 0 {
            let shared = shared
            shares += survey.parts.filter { !shared.contains($0.part) }.map { ArchivePortion.Share(part: $0) }
        }
        return shares
    }
}
