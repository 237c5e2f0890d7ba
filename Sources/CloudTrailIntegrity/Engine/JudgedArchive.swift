internal import CloudTrailRules

/// An archive whose digest files are judged: what its log files are judged by, and all that is reported stands on. A class,
/// because every task holds it.
final class JudgedArchive: Sendable {
    let facts: ArchiveFacts
    let digests: JudgedDigests
    /// The parts of the archive whose log files can be judged by themselves.
    let units: LogPartitions
    /// What earlier runs proved; `nil` when nothing is remembered.
    let before: ProvenBefore?
    let options: ValidationOptions
    let lookAlikes: LookAlikeFolders

    /// What is asked for.
    var asked: Asked { digests.asked }

    init(
        _ facts: ArchiveFacts,
        _ digests: JudgedDigests,
        units: LogPartitions,
        before: ProvenBefore?,
        _ options: ValidationOptions
    ) {
        self.facts = facts
        self.digests = digests
        self.units = units
        self.before = before
        self.options = options
        lookAlikes = LookAlikeFolders(facts)
    }
}
