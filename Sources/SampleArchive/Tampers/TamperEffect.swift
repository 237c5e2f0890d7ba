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

    /// Nothing must be found about `key` itself.
    init(findingNothingAbout key: String, consequences: [ExpectedFinding] = []) {
        self.key = key
        kinds = []
        self.consequences = consequences
    }

    /// What is found about the log files of `hour` when its digest file says `document` and is not verified.
    static func logs(of hour: DeliveredHour, unverified document: DigestDocument) -> [ExpectedFinding] {
        let listed = document.logFiles.filter { $0.hashAlgorithm == "SHA-256" }.map(\.key)
        let held = hour.logs.filter { $0.object != nil }.map(\.key)
        return listed.map { ExpectedFinding(kind: "log-unauthenticated", key: $0) }
            + held.filter { !listed.contains($0) }.map { ExpectedFinding(kind: "log-unreferenced", key: $0) }
    }

    /// A finding of `kind` for each log file of `hour`.
    static func logs(of hour: DeliveredHour, _ kind: String) -> [ExpectedFinding] {
        hour.logs.map { ExpectedFinding(kind: kind, key: $0.key) }
    }
}
