internal import CloudTrailFormat

extension WorkPlan {
    /// A share, and what judging it costs.
    private struct Load {
        let share: Share
        /// By the numbers of the roots.
        let entries: [Int]
        let weight: Int

        init(_ part: PartCount, _ logs: ArraySlice<PartCount.Day>, start: Timestamp? = nil, end: Timestamp? = nil) {
            entries = logs.reduce(part.digests) { sum, day in zip(sum, day.logs).map(+) }
            weight = entries.reduce(0, +)
            share = Share(
                account: part.part.account,
                region: part.part.region,
                start: start,
                end: end,
                entries: weight
            )
        }
    }

    /// Parts of about equal work, as many as are asked for.
    ///
    /// - Parameters:
    ///   - rest: How many entries lie in no folder of an account and region, by the numbers of the roots: they are of part 0.
    static func cover(_ counts: [PartCount], rest: [Int], parts number: Int) -> [Part] {
        let total = counts.reduce(0) { $0 + $1.digestCount + $1.logCount }
        let target = max(1, (total + number - 1) / number)
        var loads = counts.flatMap { Self.loads($0, target: target) }
        loads.sort { left, right in
            left.weight == right.weight ? Self.precedes(left.share, right.share) : left.weight > right.weight
        }
        var parts = [Part](repeating: Part(shares: [], entries: rest.map { _ in 0 }), count: number)
        parts[0].entries = rest
        var lightest = Heap(parts.indices.map { ($0 == 0 ? rest.reduce(0, +) : 0, $0) })
        for load in loads {
            lightest.replaceFirst { weight, part in
                parts[part].shares.append(load.share)
                parts[part].entries = zip(parts[part].entries, load.entries).map(+)
                return weight + load.weight
            }
        }
        for part in parts.indices { parts[part].shares.sort(by: Self.precedes) }
        return parts
    }

    private static func precedes(_ left: Share, _ right: Share) -> Bool {
        (left.part, left.start ?? .distantPast) < (right.part, right.start ?? .distantPast)
    }

    /// A part as a whole, or cut into days where it is more than a machine's share. Each cut has all of its digest files.
    private static func loads(_ count: PartCount, target: Int) -> [Load] {
        let isLarge = count.digestCount + count.logCount > target + target / 4
        let most = max(target - count.digestCount, target / 2, 1)
        var loads: [Load] = []
        var start = count.days.startIndex
        var logs = 0
        for day in count.days.indices {
            logs += count.days[day].count
            let isLast = day == count.days.indices.last
            guard isLast || isLarge && logs >= most else { continue }
            loads.append(
                Load(
                    count,
                    count.days[start...day],
                    start: start == count.days.startIndex ? nil : count.days[start].start,
                    end: isLast ? nil : count.days[day + 1].start
                )
            )
            (start, logs) = (day + 1, 0)
        }
        if loads.isEmpty { loads.append(Load(count, [])) }
        return loads
    }
}

/// Numbers by a weight each, of which the first is the lightest.
private struct Heap {
    private var items: [(weight: Int, number: Int)]

    /// - Parameter items: Those with higher numbers are taken later.
    init(_ items: [(weight: Int, number: Int)]) {
        self.items = items.sorted { $0 < $1 }
    }

    /// Gives the first another weight, which is not less.
    mutating func replaceFirst(_ weight: (Int, Int) -> Int) {
        items[0].weight = weight(items[0].weight, items[0].number)
        var position = 0
        while true {
            let below = [2 * position + 1, 2 * position + 2].filter { $0 < items.count }
            guard let least = below.min(by: { items[$0] < items[$1] }), items[least] < items[position] else { return }
            items.swapAt(least, position)
            position = least
        }
    }
}
