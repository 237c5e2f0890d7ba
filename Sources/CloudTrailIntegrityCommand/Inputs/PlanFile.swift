internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import CloudTrailRules
internal import NativeInterop

/// The file that `split` writes and each worker and `merge` read: how an archive is divided, and all that its judging
/// depends on.
struct PlanFile {
    /// A file that a verdict rests on, as `split` read it.
    struct Evidence: Hashable {
        let role: NamedFile.Role
        /// The path that was given to `split`, which reports call it by.
        let name: ByteString
        let sha256: SHA256Digest
    }

    /// When the archive was divided: what is asked for is counted from here.
    let begin: Timestamp
    /// The version of the tool.
    let version: String
    /// The command line of `split`, without its name.
    let arguments: [ByteString]
    /// The roots, as they were given; reports call them so.
    let roots: [ByteString]
    let evidence: [Evidence]
    /// The state that each worker holds its part to; `nil` where nothing is remembered.
    let state: SHA256Digest?
    let plan: WorkPlan
    /// Its lines, without the last.
    private let lines: [String]
    /// The SHA-256 of these, by which partials name it.
    let hash: SHA256Digest

    /// A plan has no more parts.
    static let mostParts = 4096

    init(
        begin: Timestamp,
        version: String,
        arguments: [ByteString],
        roots: [ByteString],
        evidence: [Evidence],
        state: SHA256Digest?,
        _ plan: WorkPlan
    ) throws {
        self.begin = begin
        self.version = version
        self.arguments = arguments
        self.roots = roots
        self.evidence = evidence
        self.state = state
        self.plan = plan
        lines = Self.lines(begin, version, arguments, roots, evidence, state, plan)
        hash = try SHA256Digest.of(Self.bytes(lines))
    }

    private static func bytes(_ lines: [String]) -> [UInt8] { lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] } }

    /// Whether these are its lines, without the last.
    func matches(_ content: [UInt8]) -> Bool { Self.bytes(lines) == content }

    // MARK: Writing

    /// All lines.
    ///
    /// - Parameter key: What it is sealed with, beside its hash; `nil` for no more.
    func serialized(key: [UInt8]?) throws -> [String] {
        var end = JSONObjectText()
        end.add("type", "end")
        end.add("sha256", Hex.encode(hash.bytes))
        if let key { end.add("hmac", Hex.encode(try HMACSHA256.code(of: Self.bytes(lines), key: key))) }
        return lines + [end.closed]
    }

    private static func lines(
        _ begin: Timestamp,
        _ version: String,
        _ arguments: [ByteString],
        _ roots: [ByteString],
        _ evidence: [Evidence],
        _ state: SHA256Digest?,
        _ plan: WorkPlan
    ) -> [String] {
        var head = JSONObjectText()
        head.add("type", "plan")
        head.add("format", 1)
        head.add("version", version)
        head.add("now", begin.description)
        head.add("parts", Int64(plan.parts.count))
        head.add("arguments", arguments.map(EncodedBytes.encoded))
        head.add("roots", roots.map(EncodedBytes.encoded))
        head.add(
            "evidence",
            objects: evidence.map { file in
                var object = JSONObjectText()
                object.add("role", file.role.rawValue)
                object.add("file", EncodedBytes.encoded(file.name))
                object.add("sha256", Hex.encode(file.sha256.bytes))
                return object
            }
        )
        head.add("state", state.map { Hex.encode($0.bytes) })
        head.add("places", object: plan.places.map(Self.object))
        return [head.closed] + plan.parts.enumerated().map { number, part in object(part, number).closed }
    }

    private static func object(_ places: ArchivePlaces) -> JSONObjectText {
        func text(_ bytes: [UInt8]) -> String { EncodedBytes.encoded(ByteString(bytes: bytes)) }
        var object = JSONObjectText()
        object.add(
            "roots",
            objects: places.offsets.map { offset in
                var object = JSONObjectText()
                let prefix: [UInt8]
                switch offset {
                case .added(let added):
                    object.add("folder", "")
                    prefix = added
                case .bucketFolder(let front):
                    object.add("bucketFolder", text(front))
                    prefix = []
                case .stripped(let front):
                    object.add("folder", text(front))
                    prefix = []
                case .replaced(let front, let key):
                    object.add("folder", text(front))
                    prefix = key
                }
                object.add("prefix", text(prefix))
                return object
            }
        )
        object.add("prefixes", places.prefixes.keys.map { text($0.bytes) })
        return object
    }

    private static func object(_ part: WorkPlan.Part, _ number: Int) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("type", "part")
        object.add("part", Int64(number))
        object.add("entries", numbers: part.entries.map(Int64.init))
        object.add(
            "shares",
            objects: part.shares.map { share in
                var object = JSONObjectText()
                object.add("account", share.account)
                object.add("region", share.region)
                object.add("entries", Int64(share.entries))
                if let start = share.start { object.add("from", start.description) }
                if let end = share.end { object.add("until", end.description) }
                return object
            }
        )
        return object
    }
}

/// Bytes as text: what is not UTF-8, and `%` itself, as `%` and two hex digits.
enum EncodedBytes {
    static func encoded(_ bytes: ByteString) -> String {
        if bytes.text != nil {
            let escaped = bytes.bytes.flatMap { $0 == UInt8(ascii: "%") ? Array("%25".utf8) : [$0] }
            return String(decoding: escaped, as: UTF8.self)
        }
        return bytes.bytes.map { byte in
            byte < 0x80 && byte != UInt8(ascii: "%")
                ? String(UnicodeScalar(byte)) : "%" + Hex.encode([byte])
        }.joined()
    }

    /// `nil` where a `%` is not followed by two hex digits.
    static func decoded(_ text: String) -> ByteString? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let decoded = Hex.decode(String(decoding: rest.prefix(2), as: UTF8.self)) else {
                return nil
            }
            bytes += decoded
            rest = rest.dropFirst(2)
        }
        return ByteString(bytes: bytes)
    }
}
