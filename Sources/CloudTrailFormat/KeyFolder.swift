/// What the folder of a key tells of the files in it: what they are, and whose.
///
/// CloudTrail puts log files below `…/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/`, and events of other categories below the
/// like with `CloudTrail-Insight` and so on. Readers such as Athena read every file there, whatever its name. What is
/// absent or malformed is not told.
package struct KeyFolder: Hashable, Sendable {
    /// What CloudTrail keeps in a folder.
    package enum Category: Hashable, Sendable {
        case digests
        /// Log files of any category of events.
        case logs
        /// Query results of CloudTrail Lake, which no digest lists.
        case lake
        /// The folder does not tell.
        case unknown
    }

    /// The first folder whose name begins with `CloudTrail` tells it, whatever stands below it.
    package let category: Category
    /// `nil` where the folder does not tell.
    package let account: String?
    /// `nil` where the folder does not tell.
    package let region: String?
    /// `nil` where the folder does not tell.
    package let day: TimeRange?

    /// A folder that tells nothing.
    package static let unknown = KeyFolder(category: .unknown, account: nil, region: nil, day: nil)

    private init(category: Category, account: String?, region: String?, day: TimeRange?) {
        self.category = category
        self.account = account
        self.region = region
        self.day = day
    }

    /// Reads the folder of a key: from the end of its delivery prefix the folders `AWSLogs`, of the organization and of
    /// the account, each if it is there; then the first whose name begins with `CloudTrail`; then region and day (V5).
    ///
    /// - Parameter prefixes: The prefixes that are known to be delivered below.
    package init(of key: ObjectKey, _ prefixes: DeliveryPrefixes = DeliveryPrefixes()) {
        self.init(asItStands: ObjectKey(bytes: key.bytes[prefixes.end(in: key)...]))
    }

    /// Reads the folders of a path that no root's rule maps to a key: from its beginning.
    package init(asItStands path: ObjectKey) {
        var folders = path.components.dropLast()
        func take(_ isWanted: (ArraySlice<UInt8>) -> Bool) -> ArraySlice<UInt8>? {
            guard let first = folders.first, isWanted(first) else { return nil }
            folders = folders.dropFirst()
            return first
        }
        _ = take(\.isAWSLogs)
        if let organization = take(\.isOrganization), folders.count >= 2, folders.first?.isAWSLogs == true,
            folders.dropFirst().first == organization
        {
            folders = folders.dropFirst(2)
        }
        account = take(\.isAccount).map { String(decoding: $0, as: UTF8.self) }
        guard let kind = folders.firstIndex(where: { $0.starts(with: "CloudTrail".utf8) }) else {
            (category, region, day) = (.unknown, nil, nil)
            return
        }
        category =
            if folders[kind].isDigestFolder {
                .digests
            } else if folders[kind].elementsEqual("CloudTrail-Lake".utf8) {
                .lake
            } else {
                .logs
            }
        let below = folders[(kind + 1)...]
        region = below.first.flatMap { $0.isRegion ? String(decoding: $0, as: UTF8.self) : nil }
        day = Self.day(below.dropFirst().prefix(3))
    }

    /// The day of the folders `YYYY`, `MM` and `DD`.
    private static func day(_ folders: ArraySlice<ArraySlice<UInt8>>) -> TimeRange? {
        guard folders.map(\.count) == [4, 2, 2] else { return nil }
        let date = folders.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
        return Timestamp("\(date)T00:00:00Z").map { TimeRange(start: $0, end: $0.advanced(bySeconds: 86_400)) }
    }
}

/// The prefixes that trails deliver below: what stands before the last `AWSLogs/` in the keys of digest files that are
/// signed and lie in their place.
///
/// They tell where in a key the folders begin that CloudTrail makes, so that a prefix or a folder of an attacker's that
/// is called like one of them changes nothing.
package struct DeliveryPrefixes: Hashable, Sendable {
    private var prefixes: Set<ArraySlice<UInt8>> = []

    /// None.
    package init() {}

    package var isEmpty: Bool { prefixes.isEmpty }

    /// These.
    package init(_ prefixes: some Sequence<ObjectKey>) {
        self.prefixes = Set(prefixes.map { $0.bytes[...] })
    }

    /// All of them, each with the `/` at its end, or empty.
    package var keys: [ObjectKey] { prefixes.map { ObjectKey(bytes: Array($0)) }.sorted() }

    package mutating func formUnion(_ others: DeliveryPrefixes) { prefixes.formUnion(others.prefixes) }

    package func intersection(_ others: DeliveryPrefixes) -> DeliveryPrefixes {
        var common = self
        common.prefixes.formIntersection(others.prefixes)
        return common
    }

    /// Whether all of them are among others.
    package func isSubset(of others: DeliveryPrefixes) -> Bool { prefixes.isSubset(of: others.prefixes) }

    /// Adds the prefix of a key; none where it has no `AWSLogs/`.
    package mutating func insert(prefixOf key: ObjectKey) {
        if let start = key.awsLogsStarts.last { prefixes.insert(key.bytes[..<start]) }
    }

    /// Where the folders that CloudTrail makes begin in a key: at the end of the shortest prefix that fits it, else at
    /// its first `AWSLogs/`, else at its beginning (V4).
    package func end(in key: ObjectKey) -> Int {
        let starts = key.awsLogsStarts
        return starts.first { prefixes.contains(key.bytes[..<$0]) } ?? starts.first ?? 0
    }
}

/// An account, a region and a category, as a file's name tells them.
package struct NamedPart: Hashable, Sendable {
    package let account: String
    package let region: String
    /// `CloudTrail`, `CloudTrail-Digest` and so on.
    package let category: String

    /// Reads `ACCOUNT_CATEGORY_REGION_…`; `nil` for any other name.
    package init?(name: ArraySlice<UInt8>) {
        let parts = name.split(separator: UInt8(ascii: "_"), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isAccount, parts[1].starts(with: "CloudTrail".utf8), !parts[2].isEmpty,
            parts[1].allSatisfy({ (0x21...0x7e).contains($0) }), parts[2].allSatisfy({ (0x21...0x7e).contains($0) })
        else { return nil }
        account = String(decoding: parts[0], as: UTF8.self)
        category = String(decoding: parts[1], as: UTF8.self)
        region = String(decoding: parts[2], as: UTF8.self)
    }
}

extension ObjectKey {
    /// The number of the component that is `CloudTrail`, `CloudTrail-Digest` and so on: the first after an account,
    /// as a prefix may be called the like; without an account, the first.
    package var categoryFolder: Int? {
        let folders = components.dropLast()
        let named = folders.indices.filter { folders[$0].starts(with: "CloudTrail".utf8) }
        return named.first { $0 > 0 && folders[$0 - 1].isAccount } ?? named.first
    }

    /// Where the folders called `AWSLogs` begin.
    package var awsLogsStarts: [Int] {
        var starts: [Int] = []
        var start = 0
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "/") {
            if bytes[start..<offset].isAWSLogs { starts.append(start) }
            start = offset + 1
        }
        return starts
    }
}

extension ObjectKey {
    /// Whether it is the path of the folder that CloudTrail puts an account's digest files into, without a `/` at its end.
    package var isDigestFolder: Bool { lastComponent.isDigestFolder }
}

extension ArraySlice<UInt8> {
    /// Whether it is the name of the folder that CloudTrail puts an account's digest files into.
    package var isDigestFolder: Bool { elementsEqual("CloudTrail-Digest".utf8) }

    /// Whether it is the name of the folder that CloudTrail delivers into.
    package var isAWSLogs: Bool { elementsEqual("AWSLogs".utf8) }

    /// Whether it is an organization's ID: `o-` and 10 to 32 lower-case letters or digits.
    package var isOrganization: Bool {
        starts(with: "o-".utf8) && (12...34).contains(count)
            && dropFirst(2).allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }

    /// Whether it is an account's 12 digits.
    package var isAccount: Bool {
        count == 12 && allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Whether it may be the name of a region: words of lower-case letters and a number, joined by `-`. The folder of an
    /// organization is not one.
    package var isRegion: Bool {
        let parts = split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count >= 3, let number = parts.last, !number.isEmpty, parts.allSatisfy({ !$0.isEmpty }) else {
            return false
        }
        return number.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            && parts.dropLast().joined().allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    }
}
