package import CloudTrailFormat
internal import CloudTrailRules

/// What an archive holds, by the names of its files alone: nothing of it is read, and nothing is proven.
package struct ArchiveContents: Sendable {
    /// The digest files of one chain.
    package struct Chain: Hashable, Sendable {
        package let identity: ChainIdentity
        /// The number of digest files, copies included.
        package let digestCount: Int
        /// The end of the oldest digest's window.
        package let firstEnd: Timestamp
        /// The end of the newest digest's window.
        package let lastEnd: Timestamp
        /// What no digest file speaks of, by the hourly rhythm; none for backfill digests, which have no rhythm.
        package let holes: [TimeRange]
    }

    /// An account and a region that log files are of.
    package struct Place: Hashable, Comparable, Sendable {
        package let account: String
        package let region: String

        package init(account: String, region: String) {
            self.account = account
            self.region = region
        }

        package static func < (lhs: Place, rhs: Place) -> Bool {
            (lhs.account, lhs.region) < (rhs.account, rhs.region)
        }
    }

    /// The chains, in their fixed order.
    package let chains: [Chain]
    /// The number of files that are named like log files, copies included.
    package let logCounts: [Place: Int]
    /// The links and the folders that hide what is behind them, with the names of their sources.
    package let hidden: [ObjectKey]

    /// The places of log files that no chain is of, in order.
    package var placesWithoutChain: [Place] {
        let known = Set(chains.map { Place(account: $0.identity.account, region: $0.identity.region) })
        return logCounts.keys.filter { !known.contains($0) }.sorted()
    }

    /// Lists `sources`.
    ///
    /// - Throws: ``CancellationError`` when the monitor stopped it; an error when a source cannot be listed at all.
    package init(_ sources: [any ArchiveSource], monitor: ValidationMonitor = ValidationMonitor()) throws {
        let index = try ArchiveIndex(sources, check: monitor.check)
        let identities = index.names.chains
        var ends = [[Timestamp]](repeating: [], count: identities.count)
        for digest in index.digests { ends[Int(digest.path.chain)].append(digest.path.endTime) }
        chains = zip(identities, ends).filter { !$1.isEmpty }.map { identity, ends in
            let sorted = ends.sorted()
            return Chain(
                identity: identity,
                digestCount: sorted.count,
                firstEnd: sorted.first ?? .distantPast,
                lastEnd: sorted.last ?? .distantPast,
                holes: identity.isBackfill ? [] : Self.holes(between: sorted)
            )
        }.sorted { $0.identity < $1.identity }
        var counts: [Place: Int] = [:]
        index.forEachFile { _, name in
            if let log = LogFileName(ObjectKey(bytes: name)) {
                counts[Place(account: log.account, region: log.region), default: 0] += 1
            }
            return true
        }
        logCounts = counts
        hidden = index.hiddenFolders.map { folder in
            let name = sources[folder.root].name
            return ObjectKey(bytes: Array((name.hasSuffix("/") ? name : name + "/").utf8) + folder.path.bytes)
        }.sorted()
    }

    /// The time between digests whose ends are more than an hour apart.
    static func holes(between ends: [Timestamp]) -> [TimeRange] {
        zip(ends, ends.dropFirst()).compactMap { before, end in
            let start = end.advanced(bySeconds: -ChainClock.hour)
            return start > before ? TimeRange(start: before, end: start) : nil
        }
    }
}
