/// The hours that a tamper takes for itself, so that no other changes what must be found there.
struct TamperNeed: Hashable, Sendable {
    /// The hours it changes.
    var hours = 1
    /// The hours before and after these that must be there and stay as they are.
    var before = 0
    var after = 0
    /// Whether its hours are the last ones of a chain.
    var isAtEnd = false
    /// Whether its hours are the first ones of a chain.
    var isAtStart = false
    /// Whether it takes all hours of a chain.
    var isWholeChain = false
    /// Whether it takes a single log file, and leaves the others of the hour to other tampers.
    var isLog = false
    /// Whether the chain's account must have another one to be compared with.
    var hasSibling = false
    /// How many log files its first hour must have.
    var logs = 0

    static let log = TamperNeed(isLog: true)
    static let hour = TamperNeed()
    /// A digest file between two others.
    static let digest = TamperNeed(before: 1, after: 1)

    /// A digest file between two others that lists log files.
    static func digest(listing logs: Int) -> TamperNeed {
        TamperNeed(before: 1, after: 1, logs: logs)
    }

    /// The first digest files of a chain.
    static func oldest(_ count: Int) -> TamperNeed {
        TamperNeed(hours: count, after: 1, isAtStart: true)
    }

    /// All digest files of a chain, in an account that has another.
    static let chain = TamperNeed(isWholeChain: true, hasSibling: true)

    /// The last digest files of a chain.
    static func newest(_ count: Int, hasSibling: Bool = false) -> TamperNeed {
        TamperNeed(hours: count, before: 1, isAtEnd: true, hasSibling: hasSibling)
    }

    /// Hours in the middle of a chain.
    static func middle(_ count: Int) -> TamperNeed {
        TamperNeed(hours: count, before: 1, after: 1)
    }

    var total: Int { before + hours + after }
}

extension TamperNeed: CustomStringConvertible {
    var description: String {
        if isLog { return "a log file that no other tamper takes" }
        let room = "\(total) hour\(total == 1 ? "" : "s") in a row that no other tamper takes"
        return (isWholeChain ? "a chain that no other tamper takes" : room)
            + (isAtStart ? ", the first ones of a chain" : "")
            + (logs > 0 ? ", with \(logs) log file\(logs == 1 ? "" : "s") or more" : "")
            + (isAtEnd ? ", the last ones of a chain" : "")
            + (hasSibling ? ", in an account with two regions" : "")
    }
}
