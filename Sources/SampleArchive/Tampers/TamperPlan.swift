/// Gives each tamper a place of its own.
struct TamperPlan {
    /// A tamper and its place.
    struct Entry {
        let tamper: Tamper
        let place: TamperPlace
        /// The position of the tamper among those asked for.
        let position: Int
    }

    /// What the tampers take of an hour.
    private enum Claim {
        case whole
        case logs(Set<Int>)
    }

    private let options: SampleOptions
    private var claims: [Int: Claim] = [:]
    private var entries: [Int: [Entry]] = [:]

    init(options: SampleOptions) throws(SampleArchiveError) {
        self.options = options
        // What takes most room goes first: small ones still fit between.
        let byRoom = options.tampers.enumerated().sorted { left, right in
            let (leftNeed, rightNeed) = (left.element.scenario.need, right.element.scenario.need)
            if leftNeed.isLog != rightNeed.isLog { return rightNeed.isLog }
            if leftNeed.isWholeChain != rightNeed.isWholeChain { return leftNeed.isWholeChain }
            if leftNeed.isAtEnd != rightNeed.isAtEnd { return leftNeed.isAtEnd }
            if leftNeed.isAtStart != rightNeed.isAtStart { return leftNeed.isAtStart }
            return (rightNeed.total, left.offset) < (leftNeed.total, right.offset)
        }
        for (position, tamper) in byRoom {
            guard let place = claimPlace(for: tamper, position) else {
                throw .archiveTooSmall(tamper, missing: tamper.scenario.need.description)
            }
            entries[place.chain, default: []].append(Entry(tamper: tamper, place: place, position: position))
        }
    }

    /// What is done to the chain with this index because it is done to the trail.
    func entriesOfTrail(besidesChain chain: Int) -> [Entry] {
        entries.filter { $0.key != chain }.values.joined()
            .filter(\.tamper.scenario.isOfTrail).sorted { $0.position < $1.position }
    }

    /// What is done to the chain with this index, in the order asked for.
    func entries(inChain chain: Int) -> [Entry] {
        (entries[chain] ?? []).sorted { $0.position < $1.position }
    }

    /// Looks at every hour of every chain, from a random one on.
    private mutating func claimPlace(for tamper: Tamper, _ position: Int) -> TamperPlace? {
        var need = tamper.scenario.need
        if need.isWholeChain { need.hours = options.hours }
        let isAnywhere = !(need.isAtEnd || need.isAtStart || need.isWholeChain)
        guard !need.hasSibling || options.regions > 1 else { return nil }
        var random = SeededGenerator(seed: options.seed, path: "tamper/\(position)/\(tamper.rawValue)".utf8)
        let chainCount = options.accounts * options.regions
        // Where only an end of a chain will do, the hours of a chain count as one place.
        let perChain = isAnywhere ? options.hours : 1
        let count = chainCount * perChain
        let first = random.number(below: count)
        for step in 0..<count {
            let index = (first + step) % count
            let chain = index / perChain
            let hour = need.isAtEnd ? options.hours - need.hours : index % perChain
            if let log = claim(need, chain, hour, &random) {
                return TamperPlace(chain: chain, hour: hour, log: log)
            }
        }
        return nil
    }

    /// Takes what `need` asks for, and returns the index of a log file; `nil` when it is not free.
    private mutating func claim(
        _ need: TamperNeed,
        _ chain: Int,
        _ hour: Int,
        _ random: inout SeededGenerator
    ) -> Int? {
        let span = hour - need.before..<hour + need.hours + need.after
        guard span.lowerBound >= 0, span.upperBound <= options.hours, options.logCount(ofHour: hour) >= need.logs
        else { return nil }
        if need.isLog { return claimLog(chain, hour, &random) }
        let slots = span.map { slot(chain, $0) }
        guard slots.allSatisfy({ claims[$0] == nil }) else { return nil }
        for slot in slots { claims[slot] = .whole }
        return 0
    }

    private mutating func claimLog(_ chain: Int, _ hour: Int, _ random: inout SeededGenerator) -> Int? {
        let count = options.logCount(ofHour: hour)
        guard count > 0 else { return nil }
        var taken: Set<Int> = []
        switch claims[slot(chain, hour)] {
        case .whole: return nil
        case .logs(let logs): taken = logs
        case nil: break
        }
        let first = random.number(below: count)
        for step in 0..<count {
            let log = (first + step) % count
            if taken.insert(log).inserted {
                claims[slot(chain, hour)] = .logs(taken)
                return log
            }
        }
        return nil
    }

    private func slot(_ chain: Int, _ hour: Int) -> Int {
        chain * options.hours + hour
    }
}
