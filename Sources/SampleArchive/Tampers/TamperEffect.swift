/// What a scenario did, and what a validation must find.
struct TamperEffect {
    /// The key of what was changed, deleted or added.
    let key: String
    /// The kinds of finding that are about ``key``, or about its chain where they speak of coverage.
    let kinds: [String]
    /// The findings about other files that follow.
    let consequences: [ExpectedFinding]

    init(_ key: String, _ kind: String, consequences: [ExpectedFinding] = []) {
        self.key = key
        kinds = [kind]
        self.consequences = consequences
    }

    /// A finding of `kind` for each log file of `hour`.
    static func logs(of hour: DeliveredHour, _ kind: String) -> [ExpectedFinding] {
        hour.logs.map { ExpectedFinding(kind: kind, key: $0.key) }
    }
}
