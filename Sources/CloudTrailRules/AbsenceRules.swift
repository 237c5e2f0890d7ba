package import CloudTrailFormat

/// The rules for what is named and not held.
package enum AbsenceRules: Sendable {
    /// Whether the archive holds anything of the bucket and prefix that an object is named in.
    package enum Location: Hashable, Sendable {
        case held, notHeld
    }

    // MARK: Digest files

    /// What an absent digest file comes to.
    package enum AbsentDigest: Hashable, Sendable {
        /// It is outside the range.
        case notAskedFor
        case hidden(HiddenPlace)
        /// The name is at fault, and with it the digest that has it.
        case unsafe
        case locationNotHeld
        case missing
    }

    /// What is known of an absent digest file.
    package struct DigestFacts: Sendable {
        /// The hour that it stands for.
        package let window: TimeRange
        /// The window of the verified digest that names it, or that the hours are counted back from.
        package let successor: TimeRange
        package let concealment: Concealment?
        package let location: Location
        package let namesake: Namesake
        /// Whether a digest names it, or only the rhythm demands it.
        package let absence: Absence

        /// Whether the very file that is named lies under its key as a file of a log folder.
        package enum Namesake: Hashable, Sendable {
            case veryFile, none
        }

        package init(
            window: TimeRange,
            successor: TimeRange,
            concealment: Concealment?,
            location: Location,
            namesake: Namesake,
            _ absence: Absence
        ) {
            self.absence = absence
            self.window = window
            self.successor = successor
            self.concealment = concealment
            self.location = location
            self.namesake = namesake
        }
    }

    /// What an absent digest file comes to, in this order (V34).
    package static func judge(_ digest: DigestFacts, _ asked: Asked) -> AbsentDigest {
        let isNamedInRange =
            digest.concealment?.isUnsafe == true && digest.absence == .named
            && asked.range.intersects(digest.successor)
        guard asked.range.intersects(digest.window) || isNamedInRange else { return .notAskedFor }
        switch digest.concealment {
        case .hidden(let place): return .hidden(place)
        case .unsafe: return .unsafe
        case nil: return digest.location == .held && digest.namesake == .none ? .missing : .locationNotHeld
        }
    }

    // MARK: Log files

    /// What an absent log file comes to.
    package enum AbsentLog: Hashable, Sendable {
        /// The digest that lists it is at fault.
        case unsafe(UnsafePath)
        case locationNotHeld
        case outsideArchive
        case cause(FindingCause)
    }

    /// What is known of a listed log file that is not held, nor anywhere else.
    package struct LogFacts: Sendable {
        package let lister: DigestStanding
        /// The chain of the digest that lists it, and the end in that one's name.
        package let chain: ChainIdentity
        package let listedAt: Timestamp
        package let position: Position
        /// What its name tells, if it is a log file's.
        package let name: LogFileName?
        package let concealment: Concealment?
        /// Whether an earlier run proved it where it is no more.
        package let proven: Proven
        package let location: Location
        package let day: Day
        package let time: Time
        /// What else is known, for its words.
        package let surroundings: LogSurroundings

        /// Whether the digest that lists it is the oldest held of its chain.
        package enum Position: Hashable, Sendable {
            case oldest, other
        }

        /// Whether the archive holds a log file of the day in its name, of the same account and region.
        package enum Day: Hashable, Sendable {
            case held, notHeld
        }

        /// Whether a verified regular digest, the oldest held of each chain aside, covers the time in its name.
        package enum Time: Hashable, Sendable {
            case attested, notAttested
        }

        package init(
            lister: DigestStanding,
            chain: ChainIdentity,
            listedAt: Timestamp,
            _ position: Position,
            name: LogFileName?,
            concealment: Concealment?,
            proven: Proven,
            location: Location,
            day: Day,
            time: Time,
            surroundings: LogSurroundings = .unremarkable
        ) {
            self.lister = lister
            self.chain = chain
            self.listedAt = listedAt
            self.position = position
            self.name = name
            self.concealment = concealment
            self.proven = proven
            self.location = location
            self.day = day
            self.time = time
            self.surroundings = surroundings
        }
    }

    /// What an absent log file is, in this order (V33).
    package static func judge(_ log: LogFacts, _ asked: Asked) -> AbsentLog {
        switch (log.concealment, log.lister) {
        case (.unsafe(.component), .unverified): return .cause(.logUnsafeUnauthenticated)
        case (.unsafe(let path), .verified): return .unsafe(path)
        case (.hidden(let place), .verified): return .cause(.logHidden(place))
        case (.unsafe(.link), .unverified), (.hidden, .unverified), (nil, _): break
        }
        if log.proven == .never {
            if isOutsideArchive(log, asked) { return .outsideArchive }
            if log.location == .notHeld { return .locationNotHeld }
        }
        switch log.lister {
        case .verified: return .cause(.logMissing(log.proven, log.surroundings))
        case .unverified: return .cause(.logAbsentUnauthenticated)
        }
    }

    /// Whether an absent log file was probably not asked for: a download of some days holds the digests of their folders,
    /// and these list log files of days before; so do backfill digests, which come late (V36).
    private static func isOutsideArchive(_ log: LogFacts, _ asked: Asked) -> Bool {
        guard let name = log.name, name.time.dayNumber < log.listedAt.dayNumber, log.day == .notHeld,
            asked.start.map({ name.time < $0 }) ?? true
        else { return false }
        // Where digests of that time are held, a backfill digest's log files are of what was downloaded.
        return log.chain.isBackfill ? log.time == .notAttested : log.position == .oldest
    }
}
