package import CloudTrailFormat

/// The rules for which of several listings of a log file counts, and which files are judged by it.
package enum ListingRules: Sendable {
    /// How much is asked for of the digests that list a log file.
    package enum Reach: UInt8, Comparable, Sendable {
        /// Their chain is filtered out.
        case none
        /// Their chain is asked for, their time is not.
        case selected
        case inScope

        package static func < (lhs: Reach, rhs: Reach) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    /// What digests say of one key; at first what one does.
    package struct Listing: Hashable, Sendable {
        /// The SHA-256 of the content that counts.
        package private(set) var hash: SHA256Digest
        package private(set) var lister: DigestStanding
        package private(set) var reach: Reach
        package private(set) var agreement = Agreement.agree

        package enum Agreement: Hashable, Sendable {
            case agree
            /// Verified digests list different contents.
            case differ
        }

        package init(_ lister: DigestStanding, _ reach: Reach, _ hash: SHA256Digest) {
            self.lister = lister
            self.reach = reach
            self.hash = hash
        }

        /// Adds what another digest says of the key: of verified listings the newest counts, and any of them before an
        /// unverified one; beside a verified one only verified ones are asked whether they are in scope (V31).
        ///
        /// - Returns: Which of the two counts.
        package mutating func add(_ other: Listing, _ age: Age) -> Which {
            switch (lister, other.lister) {
            case (.verified, .unverified): return .this
            case (.unverified, .verified):
                self = other
                return .other
            case (.verified, .verified), (.unverified, .unverified): break
            }
            reach = max(reach, other.reach)
            if lister == .verified, hash != other.hash { agreement = .differ }
            if age == .older { return .this }
            hash = other.hash
            return .other
        }
    }

    /// Whether a listing is of an older digest than those that were added before.
    package enum Age: Hashable, Sendable {
        case newer, older
    }

    /// Which of two listings counts.
    package enum Which: Hashable, Sendable {
        case this, other
    }

    // A limit of V8.
    /// The most keys of one name that the files of a flat root stand for, of those that only unverified digests list.
    private static let mostUnverifiedNamesakes = 32

    /// Of the keys of one name that only unverified digests list, those that the files of a flat root stand for: the
    /// first in the order of bytes, so that forged digests cannot have every file held to every key.
    package static func counting<Key>(_ unverified: [Key], by areInOrder: (Key, Key) -> Bool) -> some Sequence<Key> {
        guard unverified.count > mostUnverifiedNamesakes else { return unverified[...] }
        return unverified.sorted(by: areInOrder).prefix(mostUnverifiedNamesakes)
    }

    /// Whether a verified digest lists a file, under this key or another that its path can have.
    package enum Vouching: Hashable, Sendable {
        case vouchedFor, notVouchedFor
    }

    /// What becomes of a file that maps to a listed key: what a verified digest lists is left out with that digest, and
    /// otherwise the file's own place and name decide too, but not beside what a verified digest lists of it (V41).
    ///
    /// - Parameter isAskedFor: Whether its place and its name are asked for.
    package static func reach(
        of vouching: Vouching,
        _ listing: Listing,
        isAskedFor: @autoclosure () -> Bool
    ) -> Reach {
        switch (listing.lister, vouching) {
        case (.verified, .vouchedFor): listing.reach
        case (.unverified, .vouchedFor): .none
        case (.verified, .notVouchedFor), (.unverified, .notVouchedFor):
            listing.reach == .inScope || isAskedFor() ? .inScope : listing.reach
        }
    }
}
