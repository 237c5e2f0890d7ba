package import CloudTrailFormat
internal import CloudTrailRules

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

    /// How the paths below a root map to keys.
    package struct Root: Hashable, Sendable {
        /// What stands before a key in a path.
        package enum Front: Hashable, Sendable {
            /// These bytes.
            case folder(ObjectKey)
            /// These bytes, and a folder named for the bucket.
            case bucketFolder(ObjectKey)
        }

        package let front: Front
        /// What a key has in the place of it.
        package let prefix: ObjectKey

        package init(_ front: Front, prefix: ObjectKey) {
            self.front = front
            self.prefix = prefix
        }
    }

    /// What signed digest files say of places: each part is judged by it, and says the same.
    package struct Places: Hashable, Sendable {
        /// By the numbers of the roots.
        package let roots: [Root]
        /// The prefixes that the trails deliver below.
        package let prefixes: [ObjectKey]

        package init(roots: [Root], prefixes: [ObjectKey]) {
            self.roots = roots
            self.prefixes = prefixes
        }
    }

    /// `nil` where one part is the whole archive, whatever its layout.
    package let places: Places?
    package let parts: [Part]

    package init(places: Places?, parts: [Part]) {
        self.places = places
        self.parts = parts
    }
}

/// Why an archive cannot be divided.
package struct SplitError: Error, CustomStringConvertible {
    /// In one line.
    package let description: String
}

extension WorkPlan.Places {
    init(_ places: ArchivePlaces) {
        self.init(roots: places.offsets.map { WorkPlan.Root($0) }, prefixes: places.prefixes.keys)
    }

    var archivePlaces: ArchivePlaces {
        ArchivePlaces(offsets: roots.map(\.offset), prefixes: DeliveryPrefixes(prefixes))
    }
}

extension WorkPlan.Root {
    init(_ offset: PathOffset) {
        let none = ObjectKey(bytes: [])
        switch offset {
        case .added(let prefix): self.init(.folder(none), prefix: ObjectKey(bytes: prefix))
        case .bucketFolder(let front): self.init(.bucketFolder(ObjectKey(bytes: front)), prefix: none)
        case .stripped(let front): self.init(.folder(ObjectKey(bytes: front)), prefix: none)
        case .replaced(let front, let prefix):
            self.init(.folder(ObjectKey(bytes: front)), prefix: ObjectKey(bytes: prefix))
        }
    }

    fileprivate var offset: PathOffset {
        switch front {
        case .bucketFolder(let front): .bucketFolder(front.bytes)
        case .folder(let front) where front.bytes.isEmpty: .added(prefix.bytes)
        case .folder(let front) where prefix.bytes.isEmpty: .stripped(front.bytes)
        case .folder(let front): .replaced(path: front.bytes, key: prefix.bytes)
        }
    }
}
