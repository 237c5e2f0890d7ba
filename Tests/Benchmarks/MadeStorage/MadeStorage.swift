import CloudTrailFormat
internal import CloudTrailIntegrity
internal import NativeInterop

/// Validates an archive of any size that no disk holds:
///
///     MadeStorage prepare|validate KEPT ACCOUNTS REGIONS HOURS LOGS [JOBS]
///
/// `prepare` signs its digest files, once, and keeps that in the file KEPT. `validate` prints `proven`, and the numbers of
/// digest and log files that were.
@main
enum MadeStorage {
    static func main() throws {
        let arguments = CommandLine.arguments
        let numbers = arguments.dropFirst(3).compactMap { Int($0) }
        guard (7...8).contains(arguments.count), numbers.count == arguments.count - 3, numbers.allSatisfy({ $0 > 0 })
        else { throw UsageError() }
        let archive = try MadeArchive(
            MadeArchive.Shape(accounts: numbers[0], regions: numbers[1], hours: numbers[2], logs: numbers[3])
        )
        switch arguments[1] {
        case "prepare": try prepare(archive, arguments[2])
        case "validate": try validate(archive, arguments[2], jobs: numbers.count > 4 ? numbers[4] : 2)
        default: throw UsageError()
        }
    }

    private static func prepare(_ archive: MadeArchive, _ path: String) throws {
        let kept = try KeptFile(path, creates: true)
        let next = LockedState((chain: 0, failure: (any Error)?.none))
        let threads = (0..<2).map { _ in
            WorkerThread {
                while true {
                    let number = next.withLock { next in
                        next.chain += 1
                        return next.failure == nil ? next.chain - 1 : Int.max
                    }
                    if number >= archive.chainCount { return }
                    do {
                        var previous: MadeArchive.Kept?
                        for hour in 0..<archive.shape.hours {
                            let signed = try archive.sign(archive.chain(number), hour, after: previous)
                            try kept.write(signed, number * archive.shape.hours + hour)
                            previous = signed
                        }
                    } catch {
                        next.withLock { $0.failure = error }
                    }
                }
            }
        }
        for thread in threads where !thread.start() { throw SystemError.noThread }
        for thread in threads { thread.join() }
        if let failure = next.withLock(\.failure) { throw failure }
        print("prepared", archive.chainCount * archive.shape.hours)
    }

    private static func validate(_ archive: MadeArchive, _ path: String, jobs: Int) throws {
        let kept = try KeptFile(path, creates: false)
        var keys = PublicKeySet()
        let answer = """
            {"PublicKeyList":[{"Value":"\(Base64.encode(archive.key.publicKeyDER))","Fingerprint":\
            "\(archive.fingerprint)","ValidityStartTime":"2025-12-31T00:00:00Z","ValidityEndTime":\
            "2028-01-01T00:00:00Z"}]}
            """
        try keys.add(reading: Array(answer.utf8), name: "keys.json")
        var signatures = SignatureManifest()
        var lines: [UInt8] = []
        let newest = archive.shape.hours - 1
        for number in 0..<archive.chainCount {
            let signature = Hex.encode(try kept.read(number * archive.shape.hours + newest).signature)
            let line = """
                {"bucket":"\(MadeArchive.bucket)","key":"\(archive.digestKey(archive.chain(number), newest))",\
                "metadata":{"signature":"\(signature)","signature-algorithm":"SHA256withRSA"}}

                """
            lines += line.utf8
        }
        try signatures.add(reading: lines)
        lines = []
        var options = ValidationOptions()
        options.jobs = jobs
        let report = try Validator(keys: keys, signatures: signatures, options: options)
            .validate([MadeSource(archive: archive, kept: kept)])
        guard report.verdict() == .valid else { throw NotProven(findings: report.findings.prefix(3).map { "\($0)" }) }
        print("proven", report.digests.valid, report.logs.valid)
    }

    private struct UsageError: Error, CustomStringConvertible {
        let description = "usage: MadeStorage prepare|validate KEPT ACCOUNTS REGIONS HOURS LOGS [JOBS]"
    }

    private struct NotProven: Error {
        let findings: [String]
    }
}
