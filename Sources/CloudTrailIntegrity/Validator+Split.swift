internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

extension Validator {
    /// Divides an archive among machines.
    ///
    /// - Parameters:
    ///   - sources: The archive, of which entries are listed and some digest files read.
    ///   - number: How many parts; with one, that is the whole archive, whatever its layout.
    /// - Throws: ``SplitError`` where it cannot be divided; else as for
    ///   ``validate(_:monitor:onFinding:)-([ArchiveSource],_,_)``.
    package func split(
        _ sources: [any ArchiveSource],
        into number: Int,
        monitor: ValidationMonitor = ValidationMonitor()
    ) throws -> WorkPlan {
        try options.check()
        let access = sources.map(\.access)
        let objects = access.compactMap(\.randomAccess)
        guard objects.count == access.count else {
            throw SplitError(description: "it can be read only once, from its beginning to its end")
        }
        if number == 1 { return try wholePlan(objects, monitor) }
        guard objects.allSatisfy(\.listsFolders) else {
            throw SplitError(description: "it cannot be listed folder by folder")
        }
        monitor.enter(.listing)
        guard let survey = try ArchiveSurvey(objects, check: monitor.check) else {
            throw SplitError(description: "too much of it lies in no folder of an account and region")
        }
        let places = try places(of: survey, access, sources.map(\.nameBytes), monitor)
        // What a state knows of a file is of the run that judges all days of its account and region.
        let counts = try survey.parts.map { part in
            try PartCount(part, of: objects, cuts: options.earlierRuns == nil, check: monitor.check)
        }
        let plan = WorkPlan(
            places: places,
            parts: WorkPlan.cover(counts, rest: survey.rest.map(\.count), parts: number)
        )
        for root in sources.indices where !plan.parts.contains(where: { $0.entries[root] > 0 }) {
            try options.earlierRuns?.state.checkIsUnknown(root: root, sources[root].nameBytes)
        }
        return plan
    }

    private func wholePlan(_ sources: [any ObjectSource], _ monitor: ValidationMonitor) throws -> WorkPlan {
        let entries = try sources.map { source in
            var count = 0
            try source.list { _ in
                try monitor.check()
                count += 1
            }
            return count
        }
        return WorkPlan(places: nil, parts: [WorkPlan.Part(shares: [], entries: entries)])
    }

    /// What a sample of the signed digest files says of places.
    private func places(
        of survey: ArchiveSurvey,
        _ access: [ArchiveAccess],
        _ names: [ByteString],
        _ monitor: ValidationMonitor
    ) throws -> ArchivePlaces {
        let (pool, worker) = try makePool(for: access)
        defer { pool.stop() }
        let objects = access.compactMap(\.randomAccess)
        var sample: ArchivePortion? = ArchivePortion(
            [],
            rest: try DigestFileSample(survey, objects, check: monitor.check).entries,
            places: nil,
            files: .max,
            filesOfPart: .max
        )
        // What a state knows of the rest of the archive has no say here.
        var alone = self
        alone.options.earlierRuns = nil
        let (archive, _) = try alone.judgeDigests(
            of: access,
            names: names,
            portion: &sample,
            hashesStreams: false,
            monitor,
            pool,
            worker
        )
        do {
            guard let places = try sample?.agreedPlaces(archive.facts.placement) else { throw NotConfined() }
            return places
        } catch is NotConfined {
            throw SplitError(
                description: "its signed digest files do not say of each root by one rule where its files lie"
            )
        }
    }
}

/// Some of the newest digest files of each folder that has others below it for accounts and regions.
private struct DigestFileSample {
    /// By the numbers of the roots.
    private(set) var entries: [[ArchiveEntry]]

    /// Of one folder: two days of four trails.
    private static let most = 200

    init(_ survey: ArchiveSurvey, _ sources: [any ObjectSource], check: () throws -> Void) throws {
        entries = sources.map { _ in [] }
        var seen: Set<ArchivePrefix> = []
        for part in survey.parts {
            for place in part.digests {
                guard seen.insert(ArchivePrefix(place)).inserted else { continue }
                var found: [ArchiveEntry] = []
                try Self.add(place.folder, of: sources[place.root], to: &found, check)
                if found.isEmpty { seen.remove(ArchivePrefix(place)) }
                entries[place.root] += found
            }
        }
    }

    /// What stands before the account in a path.
    private struct ArchivePrefix: Hashable {
        let root: Int
        let front: [UInt8]

        init(_ place: ArchiveSurvey.Place) {
            root = place.root
            let components = place.folder.components
            let account = components.lastIndex(where: \.isAccount) ?? components.startIndex
            front = Array(components[..<account].joined(separator: [UInt8(ascii: "/")]))
        }
    }

    /// Adds what lies in a folder, from its last subfolder on.
    private static func add(
        _ folder: ObjectKey,
        of source: any ObjectSource,
        to found: inout [ArchiveEntry],
        _ check: () throws -> Void
    ) throws {
        var folders: [ObjectKey] = []
        var own: [ArchiveEntry] = []
        do {
            try source.list(in: folder) { item in
                try check()
                switch item {
                case .folder(let path): folders.append(path)
                case .entry(let entry):
                    // What lies beside digest files says nothing of places.
                    let name = ObjectKey(bytes: Array(entry.path.lastComponent))
                    if name.isNamedForDigest { own.append(entry) }
                }
            }
        } catch is ObjectReadError {
            return
        }
        found += own
        for folder in folders.sorted().reversed() {
            if found.count >= most { return }
            try add(folder, of: source, to: &found, check)
        }
    }
}
