internal import CloudTrailFormat

/// The digest files that a diagnosis reads: a bounded number, spread over all chains and over the length of each.
///
/// Of a chain of which not all are read, three runs of consecutive ones are: the oldest, the newest, and some of the
/// middle. So links can be followed, and what CloudTrail changed over the years shows.
enum DigestSample {
    /// The most digest files that are read.
    static let most = 2000

    /// The numbers of the digest files, in the order of their sources and paths.
    static func numbers(of index: ArchiveIndex, most: Int = DigestSample.most) -> [Int] {
        let identities = index.names.chains
        var members = [[Int]](repeating: [], count: identities.count)
        for (number, digest) in index.digests.enumerated() { members[Int(digest.path.chain)].append(number) }
        let order = members.indices.filter { !members[$0].isEmpty }.sorted { first, second in
            members[first].count != members[second].count
                ? members[first].count < members[second].count : identities[first] < identities[second]
        }
        var chosen: [Int] = []
        for (position, chain) in order.enumerated() {
            // What short chains leave over is for the long ones.
            let share = (most - chosen.count) / (order.count - position)
            chosen += runs(of: members[chain], share, index)
        }
        let paths = Dictionary(chosen.map { ($0, index.path(of: index.digests[$0])) }) { first, _ in first }
        return chosen.sorted { first, second in
            let (left, right) = (index.digests[first].root, index.digests[second].root)
            if left != right { return left < right }
            guard let path = paths[first], let other = paths[second], path != other else { return first < second }
            return path < other
        }
    }

    private static func runs(of members: [Int], _ share: Int, _ index: ArchiveIndex) -> [Int] {
        if members.count <= share { return members }
        if share == 0 { return [] }
        let sorted = members.map { number in
            (end: index.digests[number].path.endTime, path: index.path(of: index.digests[number]), number: number)
        }.sorted { ($0.end, $0.path, $0.number) < ($1.end, $1.path, $1.number) }.map(\.number)
        let third = share / 3
        let middle = (sorted.count - third) / 2
        let newest = sorted.count - (share - 2 * third)
        return Array(sorted[..<third] + sorted[middle..<middle + third] + sorted[newest...])
    }
}
