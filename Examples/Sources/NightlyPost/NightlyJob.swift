import CloudTrailIntegrity
import ExampleSupport
import Foundation

/// What one night does.
struct NightlyJob: Sendable {
    static let usage = """
        Usage: NightlyPost [--new-state] [--max-age HOURS] ARCHIVE KEYS SIGNATURES STATE URL
        """

    private let validator: Validator
    private let archive: LocalArchive
    private let state: StateFile
    private let endpoint: Endpoint

    /// - Throws: ``Failure``: nothing is validated before all that is needed is there.
    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        var isNew = false
        var maximumAge: Int64?
        while let option = rest.first, option.hasPrefix("--") {
            rest = rest.dropFirst()
            switch option {
            case "--new-state": isNew = true
            case "--max-age":
                guard let hours = rest.popFirst().flatMap({ Int64($0) }), (1...8784).contains(hours) else {
                    throw Failure(.usage, "'--max-age' takes a number of hours. \(Self.usage)")
                }
                maximumAge = hours * 3600
            default: throw Failure(.usage, "Unknown option '\(option)'. \(Self.usage)")
            }
        }
        let operands = Array(rest)
        guard operands.count == 5 else { throw Failure(.usage, Self.usage) }

        endpoint = try Endpoint(operands[4])
        state = try StateFile(operands[3], isNew: isNew)
        archive = try Inputs.folder(operands[0])
        let now = Timestamp(secondsSinceEpoch: Int64(Date().timeIntervalSince1970))
        var options = ValidationOptions()
        // What has the size and time it had is not read again, but for one file in twenty, others each night.
        options.earlierRuns = EarlierRuns(state.earlier, now: now, recheck: .oneIn(20))
        // An archive that no longer grows is whole in itself; without this, nobody notices.
        options.coverageMustReach = maximumAge.map { now.advanced(bySeconds: -$0) }
        options.now = now
        validator = Validator(
            keys: try Inputs.keys(from: operands[1]),
            signatures: try Inputs.signatures(from: operands[2]),
            options: options
        )
    }

    /// Validates, says what it finds as it comes, posts the verdict and remembers what was proven.
    ///
    /// - Returns: The exit status that says the verdict.
    func run() async throws -> CInt {
        let run = validator.start(archive)
        let progress = Task { try await Self.tell(of: run) }
        defer { progress.cancel() }
        for try await finding in run { try say("\(finding)") }
        let report = try await run.report
        progress.cancel()

        // It is in the journal whatever becomes of the post.
        let verdict = PostedVerdict(report)
        let json = try verdict.json
        try say(String(decoding: json, as: UTF8.self))
        try await endpoint.post(json)
        // Only now: what nobody heard tonight, the next night says again.
        if let next = report.state { try state.replace(with: next) }
        return verdict.exit
    }

    /// Says from time to time how far it is.
    private static func tell(of run: ValidationRun) async throws {
        while true {
            try await Task.sleep(for: .seconds(2))
            let progress = run.progress
            let line = "\(progress.logsSettled) of \(progress.logsTotal) log files, \(progress.bytesRead) bytes read\n"
            try FileHandle.standardError.write(contentsOf: Data(line.utf8))
        }
    }

    private func say(_ line: String) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8))
        } catch {
            throw Failure(.cannotWrite, "The report could not be written: \(Inputs.reason(of: error))")
        }
    }
}
