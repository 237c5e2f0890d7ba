internal import CloudTrailFormat
internal import CloudTrailRules

/// The days of a part whose log files are judged by themselves, where those of all days are too many to be held at once.
///
/// Each cut of a part judges all of its digest files, because whether one stands depends on its successors; but the lists of
/// log files are kept of its own days alone, and the first cut alone reports on digest files. The cuts of a part are open at
/// both ends, so that each list is kept in exactly one of them.
struct PartCut: Sendable {
    let part: ArchivePart
    /// The beginning of its first day; `nil` for the first cut, which has all days before the second.
    let start: Timestamp?
    /// The beginning of the first day after it; `nil` for the last cut.
    let end: Timestamp?

    /// Whether an earlier cut reports on digest files.
    var isRepeat: Bool { start != nil }

    func contains(_ time: Timestamp) -> Bool {
        (start.map { time >= $0 } ?? true) && (end.map { time < $0 } ?? true)
    }

    /// Whether the lists of a folder of keys are kept. Of one that tells no day they are in every cut, and none is confined.
    func keeps(_ folder: ListedFolder) -> Bool {
        KeyFolder(of: folder.collapsed).day.map { contains($0.start) } ?? true
    }
}
