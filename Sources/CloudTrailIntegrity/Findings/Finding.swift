public import CloudTrailFormat
public import CloudTrailRules

/// One thing that validation has to say of one object, chain or span of time.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
    /// A value of ``Finding/detail``.
    @nonexhaustive public enum Detail: Hashable, Sendable {
        /// Text; it may hold anything that stood in the archive.
        case text(String)
        /// A number.
        case number(Int64)
        /// Yes or no.
        case flag(Bool)
        /// Several texts.
        case list([String])
    }

    /// What it is.
    public let kind: FindingKind
    /// The bucket, where it is known.
    public let bucket: String?
    /// The key that the file's path maps to; for something absent, the key that names it.
    public let key: ObjectKey?
    /// The file, below the name of its source; `nil` for something absent.
    public let path: ObjectKey?
    /// The chain it belongs to; `nil` where none is known.
    public let chain: ChainIdentity?
    /// The start of the time it speaks of; for a log file, the minute in its name.
    public let start: Timestamp?
    /// The end of the time it speaks of.
    public let end: Timestamp?
    /// What and why, in one sentence. It may hold text from the archive and must be escaped before it is shown.
    public let message: String
    /// More, by name.
    public package(set) var detail: [String: Detail]
    /// Whether it concerns the newest digest of its chain, or a log file that only that one lists.
    package let concernsNewestDigest: Bool
    /// Whether the run before this one had it too; `nil` where that is not remembered, and of notices.
    public package(set) var isKnown: Bool?
    /// What covers it of ``ValidationOptions/acknowledgements``.
    package var acknowledgement: Acknowledgement?
    /// What to do next, where that is another than what the kind says; it may hold text from the archive.
    package let ownAdvice: String?

    /// What to do next.
    package var advice: String { ownAdvice ?? kind.advice }

    /// The name in ``detail`` of the number of findings that one sums up.
    static let moreName = "more"

    /// Whether it sums up others of its kind and folder, beyond ``ValidationOptions/findingsPerFolder``.
    public var isSum: Bool { detail[Self.moreName] != nil }

    /// How many findings it stands for: 1, or as many as it sums up.
    public var standsFor: Int {
        if case .number(let more)? = detail[Self.moreName] { Int(clamping: more) } else { 1 }
    }

    /// How much it says.
    public var severity: Severity { kind.severity }

    package init(
        _ kind: FindingKind,
        _ message: String,
        bucket: String? = nil,
        key: ObjectKey? = nil,
        path: ObjectKey? = nil,
        chain: ChainIdentity? = nil,
        start: Timestamp? = nil,
        end: Timestamp? = nil,
        detail: [String: Detail] = [:],
        concernsNewestDigest: Bool = false,
        ownAdvice: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.bucket = bucket
        self.key = key
        self.path = path
        self.chain = chain
        self.start = start
        self.end = end
        self.detail = detail
        self.concernsNewestDigest = concernsNewestDigest
        self.ownAdvice = ownAdvice
    }

    /// Severity, kind, where and what, in one line, with what could steer a terminal or forge a line made visible.
    public var description: String {
        let place = key ?? path
        let text = [severity.rawValue, kind.rawValue, place?.description].compactMap { $0 }.joined(separator: " ")
        return escaped("\(text): \(message)")
    }

    /// The fixed order of a report: chain, time, key; what belongs to no chain comes last (I24).
    package static func inReportOrder(_ lhs: Finding, _ rhs: Finding) -> Bool {
        if lhs.chain != rhs.chain {
            guard let left = lhs.chain else { return false }
            guard let right = rhs.chain else { return true }
            return left < right
        }
        let leftTime = lhs.start ?? lhs.end ?? .distantPast
        let rightTime = rhs.start ?? rhs.end ?? .distantPast
        if leftTime != rightTime { return leftTime < rightTime }
        let empty = ObjectKey(bytes: [])
        let left = (lhs.key ?? empty, lhs.path ?? empty, lhs.kind.rawValue, lhs.message)
        let right = (rhs.key ?? empty, rhs.path ?? empty, rhs.kind.rawValue, rhs.message)
        return left < right
    }
}
