internal import CloudTrailFormat
public import CloudTrailRules

extension ExpectedChain {
    /// Reads JSON Lines of `{"account","region","trail","homeRegion","backfill"?,"since"?,"until"?}`.
    ///
    /// `since` and `until` are times as ``Timestamp/init(parsing:)`` reads them; `backfill`, which the records of chains
    /// in a report have, can only be `false`.
    ///
    /// - Throws: ``ExpectedChainError`` with the line that could not be read, has a member of another name, or contradicts
    ///   one before it; also when there is no line.
    public static func list(reading bytes: [UInt8]) throws -> [ExpectedChain] {
        var chains: [ExpectedChain] = []
        try add(reading: bytes, to: &chains)
        return chains
    }

    /// Reads a list and adds it to those that were read before (I14).
    package static func add(reading bytes: [UInt8], to chains: inout [ExpectedChain]) throws(ExpectedChainError) {
        var known = Dictionary(chains.map { ($0.chain, $0) }, uniquingKeysWith: { first, _ in first })
        var read: [ExpectedChain] = []
        var reason = ""
        do throws(JSONLines.Failure) {
            try JSONLines.forEach(InputText.utf8(bytes), maximumDepth: 8) { (reader) throws(JSONError) in
                switch try Self.read(&reader) {
                case .failure(let fault):
                    reason = fault.reason
                    return false
                case .success(let chain):
                    if let other = known.updateValue(chain, forKey: chain.chain), other != chain {
                        reason = contradiction
                        return false
                    }
                    read.append(chain)
                    return true
                }
            }
        } catch {
            throw ExpectedChainError(line: error.line, reason: escaped(error.error?.description ?? reason))
        }
        guard !read.isEmpty else { throw ExpectedChainError(line: 1, reason: "the list names no chain") }
        chains += read
    }

    /// What is wrong with it by itself; `nil` when nothing is.
    var fault: String? {
        if chain.isBackfill { return "a backfill chain cannot be expected: backfill digest files come by exception" }
        if !ValidationOptions.isAccount(chain.account) { return "an account has 12 digits, such as 111122223333" }
        if !ValidationOptions.isRegion(chain.region) || !ValidationOptions.isRegion(chain.homeRegion) {
            return "region and homeRegion are called as AWS calls them, such as us-east-1"
        }
        if !ValidationOptions.isTrail(chain.trail) { return "trail is the name of a trail, such as management-events" }
        if let since, let until, since >= until { return "since \(since) is not before until \(until)" }
        return nil
    }

    /// What is wrong with a second one of the same chain.
    static let contradiction = "the chain is named twice, with another since or until"

    // MARK: Lines

    private struct Fault: Error {
        let reason: String
    }

    private enum Name: String, CaseIterable {
        case account, region, trail, homeRegion, backfill, since, until
    }

    private static func read(_ reader: inout JSONReader) throws(JSONError) -> Result<ExpectedChain, Fault> {
        guard try reader.kind() == .object else {
            try reader.skipValue()
            return .failure(Fault(reason: "a chain is a JSON object"))
        }
        var texts: [Name: String] = [:]
        var fault: String?
        try reader.readObject { (reader, text) throws(JSONError) in
            let member = reader.string(text)
            switch (Name(rawValue: member), try reader.kind()) {
            case (.backfill, .bool):
                if try reader.readBool() { fault = fault ?? "backfill can only be false: backfill comes by exception" }
            case (.since, .null), (.until, .null): try reader.readNull()
            case (let name?, .string) where name != .backfill: texts[name] = try reader.readString()
            case (let name?, _):
                try reader.skipValue()
                fault = fault ?? "\(name.rawValue) must be \(name == .backfill ? "false" : "a string")"
            case (nil, _):
                try reader.skipValue()
                let members = Name.allCases.map(\.rawValue).joined(separator: ", ")
                fault = fault ?? "there is no member '\(member)' (members: \(members))"
            }
        }
        if let fault { return .failure(Fault(reason: fault)) }
        guard let account = texts[.account], let region = texts[.region], let trail = texts[.trail],
            let homeRegion = texts[.homeRegion]
        else { return .failure(Fault(reason: "account, region, trail and homeRegion must be there")) }
        let (since, until): (Timestamp?, Timestamp?)
        do throws(TimestampError) {
            since = try texts[.since].map { text throws(TimestampError) in try Timestamp(parsing: text) }
            until = try texts[.until].map { text throws(TimestampError) in try Timestamp(parsing: text) }
        } catch {
            return .failure(Fault(reason: "since and until must be times: \(error)"))
        }
        let chain = ChainIdentity(
            account: account,
            region: region,
            trail: trail,
            homeRegion: homeRegion,
            isBackfill: false
        )
        let expected = ExpectedChain(chain, since: since, until: until)
        return expected.fault.map { .failure(Fault(reason: $0)) } ?? .success(expected)
    }
}

/// Why a file is not a list of expected chains.
public struct ExpectedChainError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line that could not be read, counted from 1.
    public let line: Int
    /// What is wrong, in one line without the file's name.
    public let reason: String

    /// The line and the reason.
    public var description: String { "line \(line): \(reason)" }
}
