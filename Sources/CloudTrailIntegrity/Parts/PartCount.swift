internal import CloudTrailFormat
internal import CloudTrailRules

/// How many entries a part of an archive holds, by its listing alone.
struct PartCount: Sendable {
    /// Those of one day.
    struct Day: Sendable {
        let start: Timestamp
        /// By the numbers of the roots.
        var logs: [Int]
    }

    let part: ArchivePart
    /// The entries among digest files, by the numbers of the roots.
    let digests: [Int]
    /// All others, by their days where it can be cut by these; else they are of one.
    let days: [Day]

    var digestCount: Int { digests.reduce(0, +) }
    var logCount: Int { days.reduce(0) { $0 + $1.count } }

    /// Counts what lies in the folders of a part.
    ///
    /// - Parameters:
    ///   - cuts: Whether its days are told apart.
    ///   - check: Called with every entry; what it throws ends the work.
    init(
        _ part: ArchiveSurvey.Part,
        of sources: [any ObjectSource],
        cuts: Bool,
        check: @escaping @Sendable () throws -> Void
    ) throws {
        self.part = part.part
        func count(_ places: [ArchiveSurvey.Place]) throws -> [Int] {
            var counts = [Int](repeating: 0, count: sources.count)
            for place in places {
                do {
                    try sources[place.root].list(below: place.folder) { _ in
                        try check()
                        counts[place.root] += 1
                    }
                } catch is ObjectReadError {
                    // What hides a folder is found when it is judged.
                    counts[place.root] += 1
                }
            }
            return counts
        }
        digests = try count(part.digests)
        if cuts, digests.reduce(0, +) <= PartListing.mostInEachCut {
            let listing = PartListing(sources, filesOfPart: .max, atOnce: 1, check)
            do {
                days = try listing.days(of: part.logs).map { Day(start: $0.start, logs: try count($0.places)) }
                return
            } catch is NotConfined {
                // Something lies beside the folders of days.
            }
        }
        days = [Day(start: .distantPast, logs: try count(part.logs))]
    }
}

extension PartCount.Day {
    var count: Int { logs.reduce(0, +) }
}
