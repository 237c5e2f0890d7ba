internal import CloudTrailFormat

/// What the digest files of one sort have in common, as far as they were read.
final class DigestTallies {
    /// A statement on two values.
    enum Statement: String, CaseIterable {
        case accountOfName = "awsAccountId is the account in the file's name"
        case endOfName = "digestEndTime is the time in the file's name"
        case nameOfKey = "digestS3Object ends with the file's name"
        case previousInBucket = "previousDigestS3Bucket is digestS3Bucket"
        case previousOfChain = "the predecessor has the account, region, trail and home region"
        case listedInBucket = "s3Bucket is digestS3Bucket"
        case listedOfAccount = "the folder of s3Object is of the account"
        case listedOfRegion = "the folder of s3Object is of the region"
        case listedInOrder = "logFiles is sorted by s3Object"
        case keyValidAtEnd = "the key is valid at digestEndTime"
        case keyValidAtGeneration = "the key is valid at the generation time"
    }

    /// The members of an object.
    struct Object {
        /// The most names in an order that are written.
        private static let mostNames = 64
        /// The most fields that are told from each other.
        private static let mostFields = 256

        private let known: Set<String>
        private var orders = SeenCounts<String>()
        private var fields: [String: SeenCounts<String>] = [:]

        /// - Parameter known: The names that CloudTrail documents.
        init(known: [String]) {
            self.known = Set(known)
        }

        /// A name as it may be kept: a known one, one that no verified digest file has used yet, or `other`.
        func name(_ name: String) -> (kept: String, isKnown: Bool) {
            if known.contains(name) { return (name, true) }
            let isPlain =
                (1...KeyShape.mostNameBytes).contains(name.utf8.count) && name.utf8.allSatisfy(\.isLetter)
            return (isPlain ? name : "other", false)
        }

        mutating func add(order: [String]) {
            let rest = order.count - Self.mostNames
            orders.add((order.prefix(Self.mostNames) + (rest > 0 ? ["and more"] : [])).joined(separator: ","))
        }

        mutating func add(_ shape: String, of field: String) {
            let field = fields[field] == nil && fields.count >= Self.mostFields ? "other" : field
            fields[field, default: SeenCounts()].add(shape)
        }

        /// - Parameter isBelieved: Whether a name that is not known may be written.
        func result(_ isBelieved: (String) -> Bool) -> ArchiveDiagnosis.Object {
            func shown(_ name: String) -> String { known.contains(name) || isBelieved(name) ? name : "other" }
            var merged: [String: SeenCounts<String>] = [:]
            for (name, shapes) in fields.sorted(by: { $0.key < $1.key }) {
                merged[shown(name), default: SeenCounts()].add(shapes)
            }
            return ArchiveDiagnosis.Object(
                orders: orders.byFrequency { order in
                    order.split(separator: ",", omittingEmptySubsequences: false)
                        .map { $0 == "and more" ? String($0) : shown(String($0)) }.joined(separator: ",")
                },
                fields: merged.sorted { $0.key < $1.key }
                    .map { ArchiveDiagnosis.Field(name: $0.key, shapes: $0.value.byFrequency()) }
            )
        }
    }

    var read = 0
    var notJSON = 0
    var malformed = 0
    var listings = 0
    var listingsSeen = 0
    var object = Object(known: DigestFile.fieldNames)
    var entry = Object(known: DigestFile.entryFieldNames)
    var spaces = SeenCounts<String>()
    var escapes = SeenCounts<String>()
    var containers = SeenCounts<String>()
    var ownKeys = SeenCounts<String>()
    var previousKeys = SeenCounts<String>()
    var listedKeys = SeenCounts<String>()
    var categories = SeenCounts<String>()
    var links = SeenCounts<String>()
    var signatures = SeenCounts<String>()
    var signatureForms = SeenCounts<String>()
    var keyBits = SeenCounts<Int64>()
    var keysUnknown = 0
    var windows = SeenCounts<Int64>()
    var distances = SeenCounts<Int64>()
    var listingDelays = SeenCounts<Int64>()
    var generationDelays = SeenCounts<Int64>()
    var modificationDelays = SeenCounts<Int64>()
    private var agreements: [Statement: (holds: Int, fails: Int)] = [:]

    /// Notes whether a statement holds; nothing where that is not known.
    func note(_ statement: Statement, _ holds: Bool?) {
        guard let holds else { return }
        var sum = agreements[statement] ?? (0, 0)
        if holds { sum.holds += 1 } else { sum.fails += 1 }
        agreements[statement] = sum
    }

    /// The minutes from one moment to another, as they are written.
    static func minutes(from start: Timestamp, to end: Timestamp) -> Int64 {
        let seconds = end.seconds(since: start)
        let minutes = seconds >= 0 ? seconds / 60 : -((59 - seconds) / 60)
        let bound = ArchiveDiagnosis.mostMinutes + 1
        return min(max(minutes, -bound), bound)
    }

    /// - Parameter isBelieved: Whether a name that is not known may be written.
    func result(_ isBelieved: (String) -> Bool) -> ArchiveDiagnosis.Digests {
        ArchiveDiagnosis.Digests(
            read: read,
            notJSON: notJSON,
            malformed: malformed,
            listings: listings,
            listingsSeen: listingsSeen,
            object: object.result(isBelieved),
            entry: entry.result(isBelieved),
            spaces: spaces.byFrequency(),
            escapes: escapes.byFrequency(),
            containers: containers.byFrequency(),
            keys: [("digest file", ownKeys), ("predecessor", previousKeys), ("listed", listedKeys)].map {
                ArchiveDiagnosis.Field(name: $0, shapes: $1.byFrequency())
            },
            categories: categories.byFrequency { name in
                KeyShape.categories.contains(name) || isBelieved(name) ? name : "other"
            },
            links: links.byFrequency(),
            signatures: signatures.byFrequency(),
            signatureForms: signatureForms.byFrequency(),
            keyBits: keyBits.byValue(),
            keysUnknown: keysUnknown,
            agreements: Statement.allCases.compactMap { statement in
                agreements[statement].map {
                    ArchiveDiagnosis.Agreement(statement: statement.rawValue, holds: $0.holds, fails: $0.fails)
                }
            },
            windows: windows.byValue(),
            distances: distances.byValue(),
            listingDelays: listingDelays.byValue(),
            generationDelays: generationDelays.byValue(),
            modificationDelays: modificationDelays.byValue()
        )
    }
}
