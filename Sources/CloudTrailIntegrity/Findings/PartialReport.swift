internal import CloudTrailFormat
internal import CloudTrailRules

/// What a part of the work came to, to be added to what others did: findings, counts, and what only the whole can conclude
/// from.
struct PartialReport: Sendable {
    var findings: FindingCollector
    /// What is reported of the newest digest files of chains that lack a signature.
    var heads: [Finding] = []
    var provenFiles: [ProvenFile] = []
    var digests: [ChainIdentity: Tally] = [:]
    var logs: [ChainIdentity: Tally] = [:]
    /// Log files that belong to no chain.
    var looseLogs = Tally()
    /// The number of log files that wait for their digest.
    var awaiting = 0
    /// What became of the files.
    var files = FileCounts()
    /// The uncompressed bytes that were hashed.
    var contentBytes: UInt64 = 0
    /// The buckets and prefixes of which the archive holds something.
    var heldLocations: Set<DeliveryLocation> = []
    /// The roots that yielded something proven.
    var provenRoots: Set<Int> = []
    /// The roots that hold something of what is selected.
    var selectedRoots: Set<Int> = []
    /// The roots that hold digest or log files, where only some accounts, regions or trails are asked for.
    var holdingRoots: Set<Int> = []
    var aside = PlacesAside()

    /// Nothing yet.
    init(_ archive: JudgedArchive, _ stage: FindingCollector.Stage = .digests) {
        findings = FindingCollector(
            limit: archive.options.findingsPerFolder,
            keepsAll: archive.before != nil,
            known: archive.before?.proof.known
        )
        findings.stage = stage
    }

    /// Adds what another has settled.
    mutating func add(_ other: PartialReport) {
        findings.add(other.findings)
        addCounts(of: other)
    }

    /// Adds what another part of the archive came to.
    mutating func merge(_ other: PartialReport) {
        findings.merge(other.findings)
        addCounts(of: other)
    }

    private mutating func addCounts(of other: PartialReport) {
        heads += other.heads
        provenFiles += other.provenFiles
        digests.add(other.digests)
        logs.add(other.logs)
        looseLogs.add(other.looseLogs)
        awaiting += other.awaiting
        files.add(other.files)
        contentBytes += other.contentBytes
        heldLocations.formUnion(other.heldLocations)
        provenRoots.formUnion(other.provenRoots)
        selectedRoots.formUnion(other.selectedRoots)
        holdingRoots.formUnion(other.holdingRoots)
        aside.add(other.aside)
    }

    /// The places alone of what was reported before.
    func places(_ archive: JudgedArchive) -> PartialReport {
        var places = PartialReport(archive)
        places.heldLocations = heldLocations
        places.provenRoots = provenRoots
        places.selectedRoots = selectedRoots
        places.holdingRoots = holdingRoots
        return places
    }

    /// Whether the archive holds anything of the place that an absent object is named in (V37).
    func place(of location: ObjectLocation, _ placement: ArchivePlacement) -> AbsenceRules.Location {
        let isHeld =
            heldLocations.contains(DeliveryLocation(location, placement.prefixes)) && placement.canHold(location)
        return isHeld ? .held : .notHeld
    }
}

extension PartialReport: PartialValue {
    func write(to writer: inout StateWriter) {
        writer.add(findings)
        writer.add(all: heads)
        writer.add(all: provenFiles)
        writer.add(map: digests)
        writer.add(map: logs)
        writer.add(looseLogs)
        writer.add(awaiting)
        writer.add(files)
        writer.add(contentBytes)
        writer.add(all: heldLocations.sorted())
        for roots in [provenRoots, selectedRoots, holdingRoots] { writer.add(all: roots.sorted()) }
        writer.add(aside)
    }

    init(from reader: inout StateReader) throws(StateError) {
        findings = try reader.value()
        heads = try reader.all()
        provenFiles = try reader.all()
        digests = try reader.map()
        logs = try reader.map()
        looseLogs = try reader.value()
        awaiting = try reader.size()
        files = try reader.value()
        contentBytes = UInt64(try reader.size())
        heldLocations = Set(try reader.all(DeliveryLocation.self))
        provenRoots = Set(try reader.all(Int.self))
        selectedRoots = Set(try reader.all(Int.self))
        holdingRoots = Set(try reader.all(Int.self))
        aside = try reader.value()
    }
}

extension [ChainIdentity: Tally] {
    mutating func add(_ other: Self) {
        for (chain, tally) in other { self[chain, default: Tally()].add(tally) }
    }

    /// Counts an object of a chain by its primary finding.
    mutating func count(_ kind: FindingKind, of chain: ChainIdentity) {
        self[chain, default: Tally()].count(kind)
    }
}

extension Tally {
    mutating func add(_ other: Tally) {
        valid += other.valid
        invalid += other.invalid
        missing += other.missing
        unverified += other.unverified
    }

    /// Takes off what was added.
    package mutating func subtract(_ other: Tally) {
        valid -= other.valid
        invalid -= other.invalid
        missing -= other.missing
        unverified -= other.unverified
    }
}
