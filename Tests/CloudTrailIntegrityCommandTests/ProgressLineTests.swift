import CloudTrailIntegrity
import CloudTrailIntegrityCommand
import Testing

@Suite("The progress line")
struct ProgressLineTests {
    private func logs(
        _ done: Int,
        of total: Int,
        seconds: Double,
        sinceLastFile: Double = 0,
        findings: Int = 0
    ) -> ValidationMonitor.Progress {
        ValidationMonitor.Progress(
            phase: .logFiles,
            digestsTotal: 104,
            digestsRead: 104,
            logsTotal: total,
            logsSettled: done,
            bytesRead: UInt64(seconds * 84_000_000),
            elapsed: .seconds(seconds),
            sinceLastFile: .seconds(sinceLastFile),
            findingCount: findings
        )
    }

    private func line(_ progress: ValidationMonitor.Progress, isEven: Bool = true, width: Int = .max) -> String {
        ProgressLine(progress, isEven: isEven).text(width: width)
    }

    @Test("each phase says what it is at")
    func phases() {
        func progress(_ phase: ValidationMonitor.Phase) -> ValidationMonitor.Progress {
            ValidationMonitor.Progress(
                phase: phase,
                digestsTotal: 1204,
                digestsRead: 800,
                logsTotal: 0,
                bytesRead: 2_500_000,
                elapsed: .seconds(1)
            )
        }
        let lines = [
            "No file read yet", "Listing: 1,204 digest files found, 800 read, 2.5 MB/s",
            "Digest files: 800 of 1,204 (66%), 2.5 MB/s", "Log files: 0 of 0, 2.5 MB/s, no findings so far",
            "All files read: working out what is missing, no findings so far",
        ]
        #expect(ValidationMonitor.Phase.allCases.map { line(progress($0)) } == lines)
    }

    @Test("the time left is told when it can be known")
    func timeLeft() {
        let rest = "84 MB/s, no findings so far"
        #expect(
            line(logs(600, of: 6000, seconds: 10))
                == "Log files: 600 of 6,000 (10%), 84 MB/s, about 2 min left, no findings so far"
        )
        // Too early, too little, not every file's turn, and a file that takes longer than all before.
        #expect(line(logs(600, of: 6000, seconds: 4)) == "Log files: 600 of 6,000 (10%), \(rest)")
        #expect(line(logs(299, of: 6000, seconds: 10)) == "Log files: 299 of 6,000 (4%), \(rest)")
        #expect(line(logs(600, of: 6000, seconds: 10), isEven: false) == "Log files: 600 of 6,000 (10%), \(rest)")
        #expect(line(logs(600, of: 6000, seconds: 10, sinceLastFile: 3)) == "Log files: 600 of 6,000 (10%), \(rest)")
        #expect(line(logs(6000, of: 6000, seconds: 10)) == "Log files: 6,000 of 6,000 (100%), \(rest)")
        for (done, seconds, text) in [
            (5000, 5.0, "a few seconds left"), (3000, 12, "about 20 s left"), (3000, 70, "about 1 min left"),
            (1000, 3600, "about 5 h left"), (3000, 5000, "about 83 min left"), (3000, 9100, "about 3 h left"),
        ] {
            #expect(line(logs(done, of: 6000, seconds: seconds)).contains(text), "\(done) \(seconds)")
        }
    }

    @Test("it fits any width, and says the most important where there is not room for all", arguments: 0...120)
    func width(width: Int) {
        let progress = logs(600, of: 6000, seconds: 10, findings: 3)
        let text = line(progress, width: width)
        #expect(text.count <= width)
        let subject = "Log files: 600 of 6,000 (10%)"
        #expect(text.hasPrefix(subject.prefix(width)))
        #expect(text.contains("about 2 min left") == (width >= subject.count + 18))
        #expect(!text.contains("findings") || text.contains("3 findings so far"))
    }
}
