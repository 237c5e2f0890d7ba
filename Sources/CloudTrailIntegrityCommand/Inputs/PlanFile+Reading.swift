internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailRules
internal import NativeInterop

/// Why a file is not a plan, or not one that can be taken, in one line.
struct PlanFileError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    static let broken = PlanFileError("it is not what 'split' of this version writes, or was changed")
}

extension PlanFile {
    /// Reads what `split` wrote; nothing of it is trusted.
    ///
    /// - Parameter key: What it must be sealed with; `nil` for a hash alone.
    /// - Throws: ``PlanFileError``.
    init(reading bytes: [UInt8], key: [UInt8]?) throws {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count >= 3, let last = lines.last, last.isEmpty else {
            throw PlanFileError(bytes.isEmpty ? "it is empty" : "it is not the whole of what 'split' writes")
        }
        let end = lines[lines.count - 2]
        let content = Array(bytes[..<end.startIndex])
        do {
            var head = PlanHead()
            try head.read(lines[0])
            var parts: [WorkPlan.Part] = []
            for line in lines[1..<(lines.count - 2)] {
                parts.append(try PlanHead.part(line))
                if parts.count > Self.mostParts { throw PlanFileError.broken }
            }
            self = try head.plan(parts)
        } catch is JSONError {
            throw PlanFileError.broken
        }
        // What is written again is the same, so that no line says more, or something else, than was read of it.
        guard matches(content), isSound else { throw PlanFileError.broken }
        try checkSeal(end, of: content, key)
    }

    /// Whether all that it names by a number is there.
    private var isSound: Bool {
        guard !plan.parts.isEmpty, !roots.isEmpty else { return false }
        if let places = plan.places {
            guard places.offsets.count == roots.count else { return false }
        } else {
            guard plan.parts.count == 1, plan.parts[0].shares.isEmpty else { return false }
        }
        return plan.parts.allSatisfy { part in
            part.entries.count == roots.count && part.entries.allSatisfy { $0 >= 0 }
        }
    }

    private func checkSeal(_ line: ArraySlice<UInt8>, of content: [UInt8], _ key: [UInt8]?) throws {
        let seal: PlanSeal
        do throws(JSONError) { seal = try PlanSeal(line) } catch { throw PlanFileError.broken }
        guard seal.sha256 == Hex.encode(hash.bytes) else { throw PlanFileError.broken }
        switch (seal.hmac, key) {
        case (nil, nil): break
        case (.some, nil): throw PlanFileError("it was written with '--partial-key': give the same key")
        case (nil, .some): throw PlanFileError("it was written without '--partial-key': whoever can write it may have")
        case (let hmac?, let key?):
            guard let code = Hex.decode(hmac), HMACSHA256.areEqual(code, try HMACSHA256.code(of: content, key: key))
            else { throw PlanFileError("it was changed, or written with another '--partial-key'") }
        }
        guard let own = try serialized(key: key).last, line.elementsEqual(own.utf8) else { throw PlanFileError.broken }
    }
}

/// The last line of a plan.
private struct PlanSeal {
    private(set) var sha256: String?
    private(set) var hmac: String?

    init(_ line: ArraySlice<UInt8>) throws(JSONError) {
        var reader = JSONReader(Array(line), maximumDepth: 2)
        try reader.readObject { (reader, name) throws(JSONError) in
            switch reader.string(name) {
            case "sha256": sha256 = try reader.readString()
            case "hmac": hmac = try reader.readString()
            default: try reader.skipValue()
            }
        }
        try reader.expectEnd()
    }
}

/// What the first line of a plan holds, as far as it could be read.
private struct PlanHead {
    private var begin: Timestamp?
    private var version: String?
    private var arguments: [ByteString] = []
    private var roots: [ByteString] = []
    private var evidence: [PlanFile.Evidence] = []
    private var state: SHA256Digest?
    private var places: ArchivePlaces?

    func plan(_ parts: [WorkPlan.Part]) throws -> PlanFile {
        guard let begin, let version else { throw PlanFileError.broken }
        return try PlanFile(
            begin: begin,
            version: version,
            arguments: arguments,
            roots: roots,
            evidence: evidence,
            state: state,
            WorkPlan(places: places, parts: parts)
        )
    }

    mutating func read(_ line: ArraySlice<UInt8>) throws {
        var reader = JSONReader(Array(line), maximumDepth: 8)
        try reader.readObject { (reader, name) throws(JSONError) in
            switch reader.string(name) {
            case "now": begin = Timestamp(try reader.readString())
            case "version": version = try reader.readString()
            case "arguments": arguments = try Self.texts(&reader)
            case "roots": roots = try Self.texts(&reader)
            case "evidence":
                try reader.readArray { (reader) throws(JSONError) in
                    if let file = try Self.evidence(&reader) { evidence.append(file) }
                }
            case "state":
                if try reader.kind() == .null { try reader.readNull() } else { state = try Self.hash(&reader) }
            case "places":
                if try reader.kind() == .null { try reader.readNull() } else { places = try Self.places(&reader) }
            default: try reader.skipValue()
            }
        }
        try reader.expectEnd()
    }

    /// What cannot be read is left out, and the plan then not the same when it is written again.
    private static func texts(_ reader: inout JSONReader) throws(JSONError) -> [ByteString] {
        var texts: [ByteString] = []
        try reader.readArray { (reader) throws(JSONError) in
            if let text = EncodedBytes.decoded(try reader.readString()) { texts.append(text) }
        }
        return texts
    }

    private static func key(_ reader: inout JSONReader) throws(JSONError) -> ObjectKey {
        ObjectKey(bytes: EncodedBytes.decoded(try reader.readString())?.bytes ?? [])
    }

    private static func hash(_ reader: inout JSONReader) throws(JSONError) -> SHA256Digest? {
        SHA256Digest(Hex.decode(try reader.readString()) ?? [])
    }

    private static func evidence(_ reader: inout JSONReader) throws(JSONError) -> PlanFile.Evidence? {
        var role: NamedFile.Role?
        var name: ByteString?
        var sha256: SHA256Digest?
        try reader.readObject { (reader, member) throws(JSONError) in
            switch reader.string(member) {
            case "role": role = NamedFile.Role(rawValue: try reader.readString())
            case "file": name = EncodedBytes.decoded(try reader.readString())
            case "sha256": sha256 = try hash(&reader)
            default: try reader.skipValue()
            }
        }
        guard let role, let name, let sha256 else { return nil }
        return PlanFile.Evidence(role: role, name: name, sha256: sha256)
    }

    private static func places(_ reader: inout JSONReader) throws(JSONError) -> ArchivePlaces {
        var offsets: [PathOffset] = []
        var prefixes: [ObjectKey] = []
        try reader.readObject { (reader, member) throws(JSONError) in
            switch reader.string(member) {
            case "roots":
                try reader.readArray { (reader) throws(JSONError) in
                    if let offset = try Self.offset(&reader) { offsets.append(offset) }
                }
            case "prefixes": prefixes = try texts(&reader).map { ObjectKey(bytes: $0.bytes) }
            default: try reader.skipValue()
            }
        }
        return ArchivePlaces(offsets: offsets, prefixes: DeliveryPrefixes(prefixes))
    }

    private static func offset(_ reader: inout JSONReader) throws(JSONError) -> PathOffset? {
        var folder: [UInt8]?
        var bucketFolder: [UInt8]?
        var prefix: [UInt8]?
        try reader.readObject { (reader, member) throws(JSONError) in
            switch reader.string(member) {
            case "folder": folder = try key(&reader).bytes
            case "bucketFolder": bucketFolder = try key(&reader).bytes
            case "prefix": prefix = try key(&reader).bytes
            default: try reader.skipValue()
            }
        }
        if let bucketFolder { return .bucketFolder(bucketFolder) }
        guard let folder, let prefix else { return nil }
        if folder.isEmpty { return .added(prefix) }
        return prefix.isEmpty ? .stripped(folder) : .replaced(path: folder, key: prefix)
    }

    static func part(_ line: ArraySlice<UInt8>) throws -> WorkPlan.Part {
        var reader = JSONReader(Array(line), maximumDepth: 8)
        var part = WorkPlan.Part(shares: [], entries: [])
        try reader.readObject { (reader, member) throws(JSONError) in
            switch reader.string(member) {
            case "entries":
                try reader.readArray { (reader) throws(JSONError) in
                    part.entries.append(Int(try reader.readNumber()) ?? -1)
                }
            case "shares":
                try reader.readArray { (reader) throws(JSONError) in
                    if let share = try Self.share(&reader) { part.shares.append(share) }
                }
            default: try reader.skipValue()
            }
        }
        try reader.expectEnd()
        return part
    }

    private static func share(_ reader: inout JSONReader) throws(JSONError) -> WorkPlan.Share? {
        var account: String?
        var region: String?
        var start: Timestamp?
        var end: Timestamp?
        var entries: Int?
        try reader.readObject { (reader, member) throws(JSONError) in
            switch reader.string(member) {
            case "account": account = try reader.readString()
            case "region": region = try reader.readString()
            case "entries": entries = Int(try reader.readNumber())
            case "from": start = Timestamp(try reader.readString())
            case "until": end = Timestamp(try reader.readString())
            default: try reader.skipValue()
            }
        }
        guard let account, let region, let entries else { return nil }
        return WorkPlan.Share(account: account, region: region, start: start, end: end, entries: entries)
    }
}
