package import CloudTrailIntegrity
internal import CloudTrailIntegrityReports

/// How far a validation is, in one line.
package struct ProgressLine {
    private let progress: ValidationMonitor.Progress
    /// Whether all files are read, so that those that were read tell of those that were not.
    private let isEven: Bool

    /// - Parameter isEven: Whether no range, filter or earlier run leaves files out.
    package init(_ progress: ValidationMonitor.Progress, isEven: Bool) {
        self.progress = progress
        self.isEven = isEven
    }

    /// The line, or as much of it as fits into this many columns.
    package func text(width: Int = .max) -> String {
        // What is left out first where there is not room for all stands last.
        let parts = [(0, subject), (2, timeLeft), (3, findings), (1, rate)]
        var kept: [(position: Int, text: String)] = []
        for case let (position, text?) in parts {
            let wider = kept + [(position, text)]
            if kept.isEmpty || Self.line(wider).count <= width { kept = wider }
        }
        return String(Self.line(kept).prefix(max(0, width)))
    }

    private static func line(_ parts: [(position: Int, text: String)]) -> String {
        parts.sorted { $0.position < $1.position }.map(\.text).joined(separator: ", ")
    }

    private var subject: String? {
        switch progress.phase {
        case .waiting: "No file read yet"
        case .listing:
            "Listing: \(progress.digestsTotal.of("digest file")) found, \(progress.digestsRead.grouped) read"
        case .digestFiles: "Digest files: \(Self.part(progress.digestsRead, of: progress.digestsTotal))"
        case .logFiles: "Log files: \(Self.part(progress.logsSettled, of: progress.logsTotal))"
        case .conclusions: "All files read: working out what is missing"
        }
    }

    private static func part(_ done: Int, of total: Int) -> String {
        let percent = total > 0 ? " (\(min(100, done * 100 / total))%)" : ""
        return "\(done.grouped) of \(total.grouped)\(percent)"
    }

    private var seconds: Double { progress.elapsed / .seconds(1) }

    /// What is read in a second since the files of this phase were begun, as it is stored.
    private var rate: String? {
        guard progress.phase > .waiting, progress.phase < .conclusions, progress.bytesRead > 0, seconds >= 0.5
        else { return nil }
        let tenths = Int(Double(progress.bytesRead) / seconds / 100_000)
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) MB/s" : "\((tenths / 10).grouped) MB/s"
    }

    /// How long it will take at the same pace; told only from where that can be known.
    private var timeLeft: String? {
        guard progress.phase == .logFiles, isEven, seconds >= 5, progress.logsSettled * 20 >= progress.logsTotal,
            progress.logsSettled > 0, progress.logsSettled < progress.logsTotal
        else { return nil }
        // A file that takes much longer than those before it makes their pace worthless.
        let sinceLastFile = progress.sinceLastFile / .seconds(1)
        guard sinceLastFile <= max(2, 5 * seconds / Double(progress.logsSettled)) else { return nil }
        let left = seconds * Double(progress.logsTotal - progress.logsSettled) / Double(progress.logsSettled)
        guard left < 1_000_000 else { return nil }
        let minutes = Int((left / 60).rounded())
        switch left {
        case ..<10: return "a few seconds left"
        case ..<55: return "about \(Int((left / 10).rounded(.up)) * 10) s left"
        case ..<7200: return "about \(max(1, minutes)) min left"
        default: return "about \((minutes + 30) / 60) h left"
        }
    }

    private var findings: String? {
        guard progress.phase >= .logFiles else { return nil }
        return progress.findingCount == 0 ? "no findings so far" : "\(progress.findingCount.of("finding")) so far"
    }
}
