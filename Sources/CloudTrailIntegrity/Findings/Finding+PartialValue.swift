internal import CloudTrailFormat
internal import CloudTrailRules

extension Finding.Detail: PartialValue {
    func write(to writer: inout StateWriter) {
        switch self {
        case .text(let text):
            writer.add(0)
            writer.add(string: text)
        case .number(let number):
            writer.add(1)
            writer.add(signed: number)
        case .flag(let flag):
            writer.add(2)
            writer.add(flag)
        case .list(let texts):
            writer.add(3)
            writer.add(all: texts)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        switch try reader.index(below: 4) {
        case 0: self = .text(try reader.string())
        case 1: self = .number(try reader.signed())
        case 2: self = .flag(try reader.flag())
        default: self = .list(try reader.all())
        }
    }
}

extension FindingKind: PartialValue {
    func write(to writer: inout StateWriter) { writer.add(string: rawValue) }

    init(from reader: inout StateReader) throws(StateError) {
        guard let kind = FindingKind(rawValue: try reader.string()) else { throw StateReader.broken }
        self = kind
    }
}

extension Finding: PartialValue {
    func write(to writer: inout StateWriter) {
        writer.add(kind)
        writer.add(optional: bucket)
        writer.add(optional: key)
        writer.add(optional: path)
        writer.add(optional: chain)
        writer.add(optional: start)
        writer.add(optional: end)
        writer.add(string: message)
        writer.add(map: detail)
        writer.add(concernsNewestDigest)
        writer.add(optional: isKnown)
        writer.add(optional: ownAdvice)
    }

    init(from reader: inout StateReader) throws(StateError) {
        let kind: FindingKind = try reader.value()
        let (bucket, key, path): (String?, ObjectKey?, ObjectKey?) =
            (try reader.optional(), try reader.optional(), try reader.optional())
        let (chain, start, end): (ChainIdentity?, Timestamp?, Timestamp?) =
            (try reader.optional(), try reader.optional(), try reader.optional())
        let (message, detail): (String, [String: Detail]) = (try reader.string(), try reader.map())
        let (concernsNewestDigest, isKnown): (Bool, Bool?) = (try reader.flag(), try reader.optional())
        self.init(
            kind,
            message,
            bucket: bucket,
            key: key,
            path: path,
            chain: chain,
            start: start,
            end: end,
            detail: detail,
            concernsNewestDigest: concernsNewestDigest,
            ownAdvice: try reader.optional()
        )
        // Those that sum up others come when all parts are known.
        guard !isSum, detail.keys.allSatisfy({ $0.utf8.allSatisfy(\.isLetter) }) else { throw StateReader.broken }
        note(isKnown: isKnown)
    }
}

extension UInt8 {
    /// Of ASCII, as the names of details have them.
    fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}

extension StateReader {
    /// A SHA-256 as reports write it.
    fileprivate mutating func hash() throws(StateError) -> String {
        let text = try string()
        guard let bytes = Hex.decode(text), bytes.count == SHA256Digest.byteCount, text == Hex.encode(bytes) else {
            throw Self.broken
        }
        return text
    }
}

extension ProvenFile: PartialValue {
    func write(to writer: inout StateWriter) {
        writer.add(string: bucket)
        writer.add(key)
        writer.add(path)
        writer.add(string: sha256)
        writer.add(stored != nil)
        if let stored {
            writer.add(stored.bytes)
            writer.add(string: stored.sha256)
        }
        writer.add(string: vouchedBy)
        writer.add(chain)
    }

    init(from reader: inout StateReader) throws(StateError) {
        let (bucket, key, path) = (
            try reader.string(), try reader.value(ObjectKey.self), try reader.value(ObjectKey.self)
        )
        let sha256 = try reader.hash()
        var stored: Stored?
        if try reader.flag() { stored = Stored(bytes: try reader.number(), sha256: try reader.hash()) }
        self.init(
            bucket: bucket,
            key: key,
            path: path,
            sha256: sha256,
            stored: stored,
            vouchedBy: try reader.string(),
            chain: try reader.value()
        )
    }
}

extension PlacesAside.Named: PartialValue {
    func write(to writer: inout StateWriter) {
        writer.add(span)
        writer.add(count)
        writer.add(string: bucket)
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init(span: try reader.value(), count: try reader.size(), bucket: try reader.string())
    }
}

extension HeldChain: PartialValue {
    func write(to writer: inout StateWriter) {
        writer.add(coverage.identity)
        writer.add(optional: coverage.start)
        writer.add(coverage.beginning == .startingDigest)
        writer.add(optional: coverage.verifiedUntil)
        writer.add(optional: verified.map { TimeRange(start: $0.start, end: $0.end) })
        writer.add(optional: unbrokenFrom)
    }

    init(from reader: inout StateReader) throws(StateError) {
        let identity: ChainIdentity = try reader.value()
        let start: Timestamp? = try reader.optional()
        let beginning = try reader.flag() ? CoverageRules.Chain.Beginning.startingDigest : .other
        let verifiedUntil: Timestamp? = try reader.optional()
        let verified: TimeRange? = try reader.optional()
        self.init(
            coverage: CoverageRules.Chain(identity, start: start, beginning, verifiedUntil: verifiedUntil),
            verified: verified.map { ($0.start, $0.end) },
            unbrokenFrom: try reader.optional()
        )
    }
}

extension Tally: PartialValue {
    func write(to writer: inout StateWriter) {
        for count in [valid, invalid, missing, unverified] { writer.add(count) }
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init()
        (valid, invalid) = (try reader.size(), try reader.size())
        (missing, unverified) = (try reader.size(), try reader.size())
    }
}
