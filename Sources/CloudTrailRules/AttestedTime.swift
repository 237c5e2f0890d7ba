package import CloudTrailFormat

/// The time that verified regular digests cover, the oldest held of each chain aside, by account and region.
package struct AttestedTime: Sendable {
    private var spans: [[String]: [TimeRange]] = [:]

    /// The members of a chain, and the number of the oldest that is known to be its.
    package typealias Chain = (identity: ChainIdentity, members: [ChainMember], oldest: Int?)

    package init(_ chains: some Sequence<Chain>) {
        var all: [[String]: [TimeRange]] = [:]
        for chain in chains where !chain.identity.isBackfill {
            for (number, member) in chain.members.enumerated() where member.isVerified && number != chain.oldest {
                all[[chain.identity.account, chain.identity.region], default: []].append(member.window)
            }
        }
        for (place, windows) in all {
            var joined: [TimeRange] = []
            for window in windows.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
                if let last = joined.last, window.start <= last.end {
                    joined[joined.count - 1] = TimeRange(start: last.start, end: max(last.end, window.end))
                } else {
                    joined.append(window)
                }
            }
            spans[place] = joined
        }
    }

    package func contains(_ time: Timestamp, account: String, _ region: String) -> Bool {
        guard let spans = spans[[account, region]] else { return false }
        var (low, high) = (0, spans.count)
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].end <= time { low = middle + 1 } else { high = middle }
        }
        return low < spans.count && spans[low].contains(time)
    }
}
