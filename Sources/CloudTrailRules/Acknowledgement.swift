package import CloudTrailFormat

/// What somebody looked into and accepts for a time: one finding, named by its kind and its very key.
package struct Acknowledgement: Hashable, Sendable {
    /// What the finding is called.
    package let kind: FindingKind
    /// Its key, byte for byte.
    package let key: ObjectKey
    /// What else it must have, to tell it from others of its kind and key.
    package let narrowing: Narrowing
    /// Who looked into it.
    package let who: String
    /// Why it is accepted.
    package let why: String
    /// The moment from which on it counts no more.
    package let until: Timestamp

    /// Facts of a finding; what is `nil` is not asked for.
    package struct Narrowing: Hashable, Sendable {
        package var bucket: String?
        package var path: ObjectKey?
        package var start: Timestamp?
        package var end: Timestamp?

        package init() {}
    }

    package init(
        _ kind: FindingKind,
        _ key: ObjectKey,
        _ narrowing: Narrowing = Narrowing(),
        who: String,
        why: String,
        until: Timestamp
    ) {
        self.kind = kind
        self.key = key
        self.narrowing = narrowing
        self.who = who
        self.why = why
        self.until = until
    }
}
