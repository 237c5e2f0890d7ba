package import CloudTrailFormat

/// How an archive is divided among machines: a cover of all that may lie in it, found without reading log files.
///
/// Each account and region is a share of one part, or of several, each with some of its days; the first and the last day are
/// open, and part 0 has what is of no share. So what appears after the archive was divided is judged too (I43).
package struct WorkPlan: Hashable, Sendable {
    /// An account and region, or some days of one.
    package struct Share: Hashable, Sendable {
        package let account: String
        package let region: String
        /// The beginning of the first day; `nil` for all before ``end``, and what is reported of digest files.
        package let start: Timestamp?
        /// The beginning of the first day after it; `nil` for all from ``start`` on.
        package let end: Timestamp?
        /// How many entries were seen.
        package let entries: Int

        package init(
            account: String,
            region: String,
            start: Timestamp? = nil,
            end: Timestamp? = nil,
            entries: Int
        ) {
            self.account = account
            self.region = region
            self.start = start
            self.end = end
            self.entries = entries
        }

        /// Whether it has some days of an account and region alone.
        var isCut: Bool { start != nil || end != nil }

        var part: ArchivePart { ArchivePart(account: account, region: region) }
    }

    /// What one machine judges.
    package struct Part: Hashable, Sendable {
        /// In the order of account, region and day.
        package var shares: [Share]
        /// How many entries were seen in each root.
        package var entries: [Int]

        package init(shares: [Share], entries: [Int]) {
            self.shares = shares
            self.entries = entries
        }
    }

    /// By which each part is judged, and which each says; `nil` where one part is the whole archive, whatever its layout.
    package let places: ArchivePlaces?
    package let parts: [Part]

    package init(places: ArchivePlaces?, parts: [Part]) {
        self.places = places
        self.parts = parts
    }
}

/// Why an archive cannot be divided.
package struct SplitError: Error, CustomStringConvertible {
    /// In one line.
    package let description: String
}
