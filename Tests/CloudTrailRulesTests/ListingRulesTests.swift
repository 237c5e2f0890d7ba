import CloudTrailFormat
import CloudTrailRules
import TestSupport
import Testing

/// V8, V31, V41
@Suite struct ListingRulesTests {
    private typealias Listing = ListingRules.Listing

    private static let hashes = (1...3).map { SHA256Digest(words: $0, 0, 0, 0) }
    private static let all: [Listing] = [DigestStanding.verified, .unverified].flatMap { lister in
        [ListingRules.Reach.none, .selected, .inScope].flatMap { reach in
            hashes.map { Listing(lister, reach, $0) }
        }
    }

    /// What listings come to, from the oldest to the newest, by the page: those of verified digests where there are any.
    private func expects(_ listings: [Listing], _ found: Listing) -> Bool {
        let verified = listings.filter { $0.lister == .verified }
        let counting = verified.isEmpty ? listings : verified
        let isDisputed = Set(verified.map(\.hash)).count > 1
        return found.lister == (verified.isEmpty ? .unverified : .verified) && found.hash == counting.last?.hash
            && found.reach == counting.map(\.reach).max() && found.agreement == (isDisputed ? .differ : .agree)
    }

    /// 18 + 324 + 5,832 + 104,976.
    @Test("every sequence of up to four listings of a key")
    func every() {
        var worlds = Self.all.map { [$0] }
        for length in 1...4 {
            let wrong = worlds.filter { world in
                var listing = world[0]
                var last = 0
                for (place, other) in world.enumerated().dropFirst() where listing.add(other, .newer) == .other {
                    last = place
                }
                // Which one counts is said too.
                return !expects(world, listing) || world[last].hash != listing.hash
                    || world[last].lister != listing.lister
            }
            #expect(wrong.isEmpty)
            if length < 4 { worlds = worlds.flatMap { world in Self.all.map { world + [$0] } } }
        }
    }

    @Test("what was proven before counts before an older listing, which can only disagree")
    func older() {
        for other in Self.all {
            var listing = Listing(.verified, .selected, Self.hashes[0])
            #expect(listing.add(other, .older) == .this)
            #expect(listing.hash == Self.hashes[0])
            let isVerified = other.lister == .verified
            #expect(listing.agreement == (isVerified && other.hash != Self.hashes[0] ? .differ : .agree))
            #expect(listing.reach == (isVerified ? max(.selected, other.reach) : .selected))
        }
    }

    @Test("a file is judged by what counts of it, or by its own place and name where no verified digest lists it")
    func reach() {
        for listing in Self.all {
            for isAskedFor in [true, false] {
                let own = ListingRules.reach(of: .notVouchedFor, listing, isAskedFor: isAskedFor)
                #expect(own == (isAskedFor ? .inScope : listing.reach))
                let vouched = ListingRules.reach(of: .vouchedFor, listing, isAskedFor: isAskedFor)
                #expect(vouched == (listing.lister == .verified ? listing.reach : .none))
            }
        }
    }

    /// V8
    @Test("of keys of one name that nobody verified lists, the first 32 count, whatever order they came in")
    func namesakes() {
        for count in [0, 1, 31, 32, 33, 100] {
            let keys = Array(0..<count)
            var random = SequenceGenerator(seed: UInt64(count))
            let found = Array(ListingRules.counting(keys.shuffled(using: &random), by: <))
            #expect(found.sorted() == Array(keys.prefix(32)))
        }
    }
}
