/// How many of the entries that were listed have which fate. Each has exactly one, and together they are all of them.
///
/// They are files, and so not the objects that ``Tally`` counts.
public struct FileCounts: Hashable, Sendable {
    package init() {}

    /// Digest files that were judged.
    public package(set) var digests = 0
    /// Log files that were judged, and files that no digest lists in a folder of log files.
    public package(set) var logs = 0
    /// Answers of `head-object` that lie beside their digest file.
    public package(set) var sidecars = 0
    /// Digest and log files that were not asked for.
    public package(set) var outOfScope = 0
    /// Files in a folder of log files whose names begin with a dot: readers of the log files pass over them.
    public package(set) var hidden = 0
    /// Files that are nothing of CloudTrail's.
    public package(set) var other = 0

    /// All of them.
    public var total: Int { digests + logs + sidecars + outOfScope + hidden + other }

    mutating func add(_ other: FileCounts) {
        digests += other.digests
        logs += other.logs
        sidecars += other.sidecars
        outOfScope += other.outOfScope
        hidden += other.hidden
        self.other += other.other
    }
}

extension FileCounts: PartialValue {
    func write(to writer: inout StateWriter) {
        for count in [digests, logs, sidecars, outOfScope, hidden, other] { writer.add(count) }
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init()
        (digests, logs, sidecars) = (try reader.size(), try reader.size(), try reader.size())
        (outOfScope, hidden, other) = (try reader.size(), try reader.size(), try reader.size())
    }
}
