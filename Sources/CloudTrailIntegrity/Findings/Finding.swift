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

    /// The values of a finding.
    private struct Facts: Hashable, Sendable {
        var kind: FindingKind
        var bucket: String?
        var key: ObjectKey?
        var path: ObjectKey?
        var chain: ChainIdentity?
        var start: Timestamp?
        var end: Timestamp?
        var message: String
        var detail: [String: Detail]
        var concernsNewestDigest: Bool
        var isKnown: Bool?
        var acknowledgement: Acknowledgement?
        var ownAdvice: String?
    }

    /// Copies share their values, of which a dozen are references: findings are sorted and handed on, and there may be a
    /// million of them.
    private final class Shared: Sendable {
        let facts: Facts
        init(_ facts: Facts) { self.facts = facts }
    }

    private var shared: Shared

    private var facts: Facts {
        get { shared.facts }
        set { shared = Shared(newValue) }
    }

    /// What it is.
    public var kind: FindingKind { shared.facts.kind }
    /// The bucket, where it is known.
    public var bucket: String? { shared.facts.bucket }
    /// The key that the file's path maps to; for something absent, the key that names it.
    public var key: ObjectKey? { shared.facts.key }
    /// The file, below the name of its source; `nil` for something absent.
    public var path: ObjectKey? { shared.facts.path }
    /// The chain it belongs to; `nil` where none is known.
    public var chain: ChainIdentity? { shared.facts.chain }
    /// The start of the time it speaks of; for a log file, the minute in its name.
    public var start: Timestamp? { shared.facts.start }
    /// The end of the time it speaks of.
    public var end: Timestamp? { shared.facts.end }
    /// What and why, in one sentence. It may hold text from the archive and must be escaped before it is shown.
    public var message: String { shared.facts.message }
    /// More, by name.
    public var detail: [String: Detail] { shared.facts.detail }
    /// Whether it concerns the newest digest of its chain, or a log file that only that one lists.
    package var concernsNewestDigest: Bool { shared.facts.concernsNewestDigest }
    /// Whether the run before this one had it too; `nil` where that is not remembered, and of notices.
    public var isKnown: Bool? { shared.facts.isKnown }

    /// Notes whether the run before this one had it too; `nil` where that is not remembered.
    package mutating func note(isKnown: Bool?) { facts.isKnown = isKnown }

    /// What covers it of ``ValidationOptions/acknowledgements``.
    package var acknowledgement: Acknowledgement? {
        get { shared.facts.acknowledgement }
        set { facts.acknowledgement = newValue }
    }
    /// What to do next, where that is another than what the kind says; it may hold text from the archive.
    package var ownAdvice: String? { shared.facts.ownAdvice }

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
        shared = Shared(
            Facts(
                kind: kind,
                bucket: bucket,
                key: key,
                path: path,
                chain: chain,
                start: start,
                end: end,
                message: message,
                detail: detail,
                concernsNewestDigest: concernsNewestDigest,
                ownAdvice: ownAdvice
            )
        )
    }

    /// The same, with more details and another advice.
    func adding(_ detail: [String: Detail], advice: String) -> Finding {
        var finding = self
        finding.facts.detail.merge(detail) { $1 }
        finding.facts.ownAdvice = advice
        return finding
    }

    /// Whether two findings say the same.
    public static func == (lhs: Finding, rhs: Finding) -> Bool {
        lhs.shared === rhs.shared || lhs.shared.facts == rhs.shared.facts
    }

    /// Feeds what a finding says to a hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(shared.facts) }

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
