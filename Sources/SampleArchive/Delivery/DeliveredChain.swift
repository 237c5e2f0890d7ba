/// A chain as AWS delivered it, and what somebody has made of it since.
struct DeliveredChain {
    let chain: SampleChain
    private var hours: [DeliveredHour] = []
    /// What AWS never delivered.
    var injected: [SampleObject] = []
    /// Digest files that AWS delivered besides those of the hours.
    var extra: [DeliveredDigest] = []

    init(chain: SampleChain) {
        self.chain = chain
    }

    mutating func append(_ hour: DeliveredHour) {
        hours.append(hour)
    }

    /// The hour with this number, which the plan has found to be there.
    subscript(hour: Int) -> DeliveredHour {
        get { hours[index(of: hour)] }
        set { hours[index(of: hour)] = newValue }
    }

    /// The objects that the archive holds.
    var objects: [SampleObject] {
        hours.flatMap { hour in (hour.logs.map(\.object) + [hour.digest.object]).compactMap(\.self) } + injected
            + extra.compactMap(\.object)
    }

    /// The signatures of all digest files, those that are gone included.
    var signatures: [SampleSignature] { (hours.map(\.digest) + extra).map(\.manifestEntry) }

    /// The numbers of the hours that were delivered.
    var hourNumbers: [Int] { hours.map(\.draft.hour) }

    private func index(of hour: Int) -> Int {
        guard let index = hours.firstIndex(where: { $0.draft.hour == hour }) else {
            preconditionFailure("hour \(hour) was not delivered")
        }
        return index
    }
}
