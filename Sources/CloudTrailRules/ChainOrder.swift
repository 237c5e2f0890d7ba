internal import CloudTrailFormat

/// Finds members by their windows. They stand in the order of their ends.
struct ChainOrder {
    private let members: [ChainMember]
    /// Of each member, the latest start up to it.
    private let latestStarts: [Timestamp]
    /// Of each member, the place of the last verified one up to it.
    private let lastVerified: [Int?]
    /// The places of those that are not verified.
    private let unverified: [Int]

    init(_ members: [ChainMember]) {
        self.members = members
        var latestStarts: [Timestamp] = []
        var lastVerified: [Int?] = []
        var unverified: [Int] = []
        latestStarts.reserveCapacity(members.count)
        lastVerified.reserveCapacity(members.count)
        for (number, member) in members.enumerated() {
            latestStarts.append(max(latestStarts.last ?? member.window.start, member.window.start))
            lastVerified.append(member.isVerified ? number : lastVerified.last ?? nil)
            if !member.isVerified { unverified.append(number) }
        }
        self.latestStarts = latestStarts
        self.lastVerified = lastVerified
        self.unverified = unverified
    }

    /// The first that starts at `moment` or later.
    func first(startingFrom moment: Timestamp) -> Int? {
        let position = Self.firstPosition(latestStarts.count) { latestStarts[$0] >= moment }
        return position < members.count ? position : nil
    }

    /// The last before the one with this number that ends at `moment` or earlier.
    func last(endingBy moment: Timestamp, before number: Int) -> Int? {
        let count = min(Self.firstPosition(members.count) { members[$0].window.end > moment }, number)
        return count > 0 ? count - 1 : nil
    }

    /// The last verified before the one with this number that ends before `moment`.
    func lastVerified(endingBefore moment: Timestamp, before number: Int) -> Int? {
        let count = min(Self.firstPosition(members.count) { members[$0].window.end >= moment }, number)
        return count > 0 ? lastVerified[count - 1] : nil
    }

    /// Whether one before the one with this number is not verified and ends in a span, after its start.
    func hasUnverified(endingIn span: TimeRange, before number: Int) -> Bool {
        let position = Self.firstPosition(unverified.count) { members[unverified[$0]].window.end > span.start }
        guard position < unverified.count, unverified[position] < number else { return false }
        return members[unverified[position]].window.end <= span.end
    }

    /// The first of `count` positions at which `isReached` is true; it is so of all behind it.
    private static func firstPosition(_ count: Int, where isReached: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isReached(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// The places of a chain's members by their keys, made once they are needed.
struct ChainPlaces {
    private let members: [ChainMember]
    private var places: [KeyID: Int]?

    init(_ members: [ChainMember]) { self.members = members }

    /// - Parameter successor: The place of a member that names it, and that it probably lies directly before.
    mutating func place(of key: KeyID, before successor: Int) -> Int? {
        if successor > 0, members[successor - 1].key == key { return successor - 1 }
        if let places { return places[key] }
        var made: [KeyID: Int] = [:]
        for (place, member) in members.enumerated() { made[member.key] = place }
        places = made
        return made[key]
    }
}

/// A key, as a digest file names it.
struct NamedKey: Hashable {
    let key: KeyID
    let bucket: BucketID
}

/// The files of the archive under the keys that members name.
struct HeldFiles {
    private let archive: ChainArchive
    /// Of keys that several name, so that none is looked up for each of them.
    private var shared: [NamedKey: [DigestID]] = [:]
    private var last: (name: NamedKey, files: [DigestID])?

    init(_ archive: ChainArchive) { self.archive = archive }

    /// - Parameter member: The one whose way back comes to the name.
    mutating func files(_ name: NamedKey, of member: ChainMember) -> [DigestID] {
        if let last, last.name == name { return last.files }
        if member.sharesPredecessor, let known = shared[name] { return known }
        let files = archive.held(name.key, name.bucket)
        if member.sharesPredecessor { shared[name] = files }
        last = (name, files)
        return files
    }
}
