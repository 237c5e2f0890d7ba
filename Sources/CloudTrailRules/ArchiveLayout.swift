package import CloudTrailFormat

/// How the paths below one root map to keys in S3: one constant rule a root, never a guess file by file.
package enum ArchiveLayout: Hashable, Sendable {
    /// All files have one offset.
    case tree(PathOffset)
    /// Accounts, regions or prefixes were put into one folder: each part has an offset of its own.
    case merged([NamedPart: PathOffset])
    /// All in one folder: the file name alone tells the key.
    case flat

    /// The key is the path with these bytes before it; see ``PathOffset/added(_:)``.
    package static func added(_ prefix: [UInt8]) -> ArchiveLayout { .tree(.added(prefix)) }

    /// The offset of a file with this name; `nil` in a flat folder, and for a name that tells no part of a merged one.
    package func offset(ofName name: ArraySlice<UInt8>) -> PathOffset? {
        switch self {
        case .tree(let offset): offset
        case .merged(let offsets): NamedPart(name: name).flatMap { offsets[$0] }
        case .flat: nil
        }
    }

    /// The place a path maps to; `nil` in a flat folder, and for a path outside the rule.
    package func place(of path: ObjectKey) -> MappedPlace? {
        offset(ofName: path.lastComponent)?.place(of: path)
    }

    /// The path an object has below the root; `nil` in a flat folder and for what lies outside the root's folder.
    package func path(of location: ObjectLocation) -> ObjectKey? {
        offset(ofName: location.key.lastComponent)?.path(of: location)
    }

    // MARK: Finding the rule

    /// What speaks for the layout of a root.
    package struct Witnesses {
        /// What the signed digests of the root say of themselves.
        package var signed: [LayoutWitness] = []
        /// What its other digests say of themselves, but for those that claim the key of a log folder or of Lake.
        package var claimed: [LayoutWitness] = []
        /// Whether it holds digests, and whether some lie directly in it.
        package var digests = Digests.none

        package enum Digests: Hashable, Sendable {
            case none, inFolders, topLevel
        }

        package init() {}
    }

    /// The layout of a root (V6).
    ///
    /// - Parameters:
    ///   - holdsLogs: Whether, at an offset, the root has a folder that signed digests list log files in.
    ///   - logs: The files of the root that signed digests of any root list, looked for where they are needed.
    package static func of(
        _ witnesses: Witnesses,
        holdsLogs: (PathOffset) throws -> Bool,
        logs: () throws -> [LayoutWitness]
    ) rethrows -> ArchiveLayout {
        if let layout = inferred(from: witnesses.signed) {
            switch layout {
            case .flat: return layout
            case .merged: return layout.extended(by: try logs())
            case .tree(let offset):
                if try !offset.keepsKeys || holdsLogs(offset) { return layout }
                return apart(witnesses.signed, offset, try logs()) ?? layout
            }
        }
        // No signed digest speaks: log files that digests of any root list do.
        let logs = try logs()
        let topLevel = witnesses.digests == .none ? logs.filter { $0.path.folderCount == 0 } : []
        let offsets = Set(topLevel.compactMap(PathOffset.init))
        if let layout = inferred(from: logs) { return layout }
        if let only = offsets.first { return offsets.count == 1 ? .tree(only) : .flat }
        // Only then those that are not signed, so that forgeries cannot move the layout.
        if witnesses.signed.isEmpty, let layout = inferred(from: witnesses.claimed) { return layout }
        return witnesses.digests == .topLevel ? .flat : .added([])
    }

    /// Digest files and log files that were put apart, each with their keys: all digest files have one offset, and all log
    /// files another; `nil` where that is not so.
    private static func apart(
        _ digests: [LayoutWitness],
        _ offset: PathOffset,
        _ logs: [LayoutWitness]
    ) -> ArchiveLayout? {
        // Files directly in the root do not speak.
        let (digests, logs) = (digests.filter { $0.path.folderCount > 0 }, logs.filter { $0.path.folderCount > 0 })
        let votes = (digests + logs).compactMap(Vote.init)
        let others = Set(logs.map { PathOffset(of: $0) })
        guard votes.count == digests.count + logs.count,
            votes.prefix(digests.count).allSatisfy({ $0.offset == offset }),
            others.count == 1, let other = others.first ?? nil, other.keepsKeys, other != offset
        else { return nil }
        return .merged(offsets(ofPartsOf: Set(votes)))
    }

    /// The rule that `evidence` speaks for; `nil` where nothing of it speaks, because it lies directly in the root or
    /// under another name.
    ///
    /// A tree, where all have one offset or some path holds its key from `AWSLogs/` on; else merged (V7).
    package static func inferred(from evidence: [LayoutWitness]) -> ArchiveLayout? {
        var votes: Set<Vote> = []
        var holders: Set<Vote> = []
        for item in evidence where item.path.folderCount > 0 {
            guard let vote = Vote(item) else { continue }
            votes.insert(vote)
            if item.path.compressedName.holdsKeyFromAWSLogs(item.location.key.collapsed) { holders.insert(vote) }
        }
        let known = Set(votes.map(\.offset))
        if let only = known.first, known.count == 1 { return .tree(only) }
        if !holders.isEmpty { return mostFrequent(holders).map { .tree($0) } }
        let parts = offsets(ofPartsOf: votes)
        return parts.isEmpty ? nil : .merged(parts)
    }

    /// A merged layout with the offsets of more parts, which the files that digests list speak for.
    package func extended(by logs: [LayoutWitness]) -> ArchiveLayout {
        guard case .merged(let known) = self else { return self }
        let others = Self.offsets(ofPartsOf: Set(logs.filter { $0.path.folderCount > 0 }.compactMap(Vote.init)))
        return .merged(known.merging(others) { own, _ in own })
    }

    /// One vote an object and offset: copies of genuine files must not move the layout.
    private struct Vote: Hashable {
        let location: ObjectLocation
        let offset: PathOffset

        init?(_ evidence: LayoutWitness) {
            guard let offset = PathOffset(of: evidence) else { return nil }
            location = evidence.location
            self.offset = offset
        }
    }

    private static func offsets(ofPartsOf votes: Set<Vote>) -> [NamedPart: PathOffset] {
        var parts: [NamedPart: [Vote]] = [:]
        for vote in votes {
            guard let part = NamedPart(name: vote.location.key.lastComponent) else { continue }
            parts[part, default: []].append(vote)
        }
        return parts.compactMapValues(mostFrequent)
    }

    /// The offset that is there most often; of several the first in their fixed order.
    private static func mostFrequent(_ votes: some Collection<Vote>) -> PathOffset? {
        var counts: [PathOffset: Int] = [:]
        for vote in votes { counts[vote.offset, default: 0] += 1 }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}

extension ObjectKey {
    /// Whether the path ends in `key` from its last `AWSLogs/` on.
    fileprivate func holdsKeyFromAWSLogs(_ key: ObjectKey) -> Bool {
        guard let start = key.awsLogsStarts.last else { return false }
        let wanted = key.bytes[start...]
        let rest = bytes.count - wanted.count
        return rest >= 0 && bytes[rest...].isEqual(to: wanted) && (rest == 0 || bytes[rest - 1] == UInt8(ascii: "/"))
    }
}
