/// A chain that must be in the archive, whatever else is.
///
/// Nothing inside an archive can show that a whole region or account was left out.
public struct ExpectedChain: Hashable, Sendable {
    /// The chain; never a backfill one, because those come by exception.
    public let chain: ChainIdentity
    /// When the chain ended, where that is known: it need not reach further, and its end must still be found.
    public let until: Timestamp?

    /// A chain that must be there, up to `until` where it is known to have ended.
    public init(_ chain: ChainIdentity, until: Timestamp? = nil) {
        self.chain = chain
        self.until = until
    }

    /// Reads JSON Lines of `{"account","region","trail","homeRegion","until"?}`.
    ///
    /// - Throws: ``ExpectedChainError`` with the line that could not be read.
    public static func list(reading bytes: [UInt8]) throws -> [ExpectedChain] {
        var chains: [ExpectedChain] = []
        do throws(JSONLines.Failure) {
            try JSONLines.forEach(bytes, maximumDepth: 8) { (reader) throws(JSONError) in
                guard let chain = try read(&reader) else { return false }
                chains.append(chain)
                return true
            }
        } catch {
            let reason =
                error.error.map { escaped($0.description) }
                ?? "account, region, trail and homeRegion must be strings, and until an ISO 8601 time"
            throw ExpectedChainError(line: error.line, reason: reason)
        }
        return chains
    }

    private enum Name: String, CodingKey, CaseIterable {
        case account, region, trail, homeRegion, until
    }

    private static let names = JSONNames<Name>()

    private static func read(_ reader: inout JSONReader) throws(JSONError) -> ExpectedChain? {
        guard try reader.kind() == .object else { return nil }
        var texts: [Name: String] = [:]
        var isBroken = false
        try reader.readObject(names) { (reader, name) throws(JSONError) in
            guard let name else { return try reader.skipValue() }
            switch try reader.kind() {
            case .string: texts[name] = try reader.readString()
            case .null where name == .until: try reader.readNull()
            default:
                isBroken = true
                try reader.skipValue()
            }
        }
        guard !isBroken, let account = texts[.account], let region = texts[.region], let trail = texts[.trail],
            let homeRegion = texts[.homeRegion]
        else { return nil }
        let until = texts[.until].map { Timestamp($0) }
        if until == .some(nil) { return nil }
        let chain = ChainIdentity(
            account: account,
            region: region,
            trail: trail,
            homeRegion: homeRegion,
            isBackfill: false
        )
        return ExpectedChain(chain, until: until ?? nil)
    }
}

/// Why a file is no list of expected chains.
public struct ExpectedChainError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line that could not be read, counted from 1.
    public let line: Int
    /// What is wrong, in one line without the file's name.
    public let reason: String

    /// The line and the reason.
    public var description: String { "line \(line): \(reason)" }
}
