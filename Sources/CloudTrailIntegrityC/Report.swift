public import CCloudTrailIntegrity
internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import CloudTrailRules

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What was found, and the facts of the run.
final class Report: Sendable {
    let report: ValidationReport
    let facts: RunFacts

    /// Validates an archive.
    init(
        _ setup: ValidatorSetup,
        _ sources: [any ArchiveSource],
        _ monitor: ValidationMonitor,
        onFinding: (@Sendable (Finding) -> Void)?
    ) throws {
        let clock = ContinuousClock()
        let start = clock.now
        let begin = Self.now()
        report = try setup.validator(at: begin).validate(sources, monitor: monitor, onFinding: onFinding)
        // It may have been stopped after the validator last looked, as by the last finding.
        if monitor.isCancelled { throw Failure.cancelled }
        let duration = start.duration(to: clock.now).components
        facts = RunFacts(
            version: Validator.version,
            exit: Self.exitStatus(report.verdict()),
            milliseconds: duration.seconds * 1000 + duration.attoseconds / 1_000_000_000_000_000,
            allowed: [],
            archives: sources.map(\.nameBytes),
            begin: begin,
            end: Self.now()
        )
    }

    private static func now() -> Timestamp {
        Timestamp(secondsSinceEpoch: Int64(time(nil)))
    }

    /// What the command ends with.
    private static func exitStatus(_ verdict: Verdict) -> Int32 {
        switch verdict {
        case .valid: 0
        case .notValid: 1
        case .notProven: 2
        }
    }
}

/// Validates an archive.
@c @implementation
public func cti_validate(
    _ validator: OpaquePointer?,
    _ sources: UnsafePointer<OpaquePointer?>?,
    _ sourceCount: Int,
    _ monitor: OpaquePointer?,
    _ onFinding: cti_text_callback?,
    _ context: UnsafeMutableRawPointer?,
    _ report: UnsafeMutablePointer<OpaquePointer?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> cti_status {
    unsafe attempt(error) {
        let output = try unsafe Arguments.output(report, "report")
        let setup = try unsafe Handle.object(validator, as: ValidatorSetup.self, "validator")
        let parts = try unsafe Arguments.elements(sources, sourceCount, "sources") { part in
            try unsafe Handle.object(part, as: Source.self, "source").source
        }
        guard !parts.isEmpty else { throw Failure.argument("there is no source") }
        let watch: ValidationMonitor
        if unsafe monitor == nil {
            watch = ValidationMonitor()
        } else {
            watch = try unsafe Handle.object(monitor, as: ValidationMonitor.self, "monitor")
        }
        guard watch.progress.phase == .waiting else {
            throw Failure.argument("the monitor has watched a validation already: make one for each")
        }
        let tell = unsafe TextSink(onFinding, context).map { sink in
            { @Sendable (finding: Finding) in
                // Others may be on their way when one was the last.
                guard !watch.isCancelled else { return }
                if !sink.take(JSONLinesReport.record(finding).closed) { watch.cancel() }
            }
        }
        unsafe output.pointee = Handle.make(try Report(setup, parts, watch, onFinding: tell))
    }
}

/// The verdict.
@c @implementation
public func cti_report_verdict(_ report: OpaquePointer?) -> cti_verdict {
    guard let report = try? unsafe Handle.object(report, as: Report.self, "report") else { return CTI_VERDICT_NONE }
    return cti_verdict(report.report.verdict())
}

/// The verdict when findings of some kinds are accepted.
@c @implementation
public func cti_report_verdict_allowing(
    _ report: OpaquePointer?,
    _ kinds: UnsafePointer<UnsafePointer<CChar>?>?,
    _ kindCount: Int,
    _ verdict: UnsafeMutablePointer<cti_verdict>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> cti_status {
    unsafe attempt(error) {
        guard let verdict = unsafe verdict else { throw Failure.null("verdict") }
        unsafe verdict.pointee = CTI_VERDICT_NONE
        let report = try unsafe Handle.object(report, as: Report.self, "report")
        let allowed = try unsafe Arguments.elements(kinds, kindCount, "kinds") { kind in
            let name = try unsafe Arguments.text(kind, "kind")
            guard let kind = FindingKind(rawValue: name) else {
                throw Failure.argument("there is no finding kind '\(name)'")
            }
            return kind
        }
        unsafe verdict.pointee = cti_verdict(try report.report.verdict(allowing: Set(allowed)))
    }
}

extension cti_verdict {
    fileprivate init(_ verdict: Verdict) {
        switch verdict {
        case .valid: self = CTI_VERDICT_VALID
        case .notValid: self = CTI_VERDICT_NOT_VALID
        case .notProven: self = CTI_VERDICT_NOT_PROVEN
        }
    }
}

/// Hands out the report.
@c @implementation
public func cti_report_write(
    _ report: OpaquePointer?,
    _ format: UnsafePointer<CChar>?,
    _ write: cti_text_callback?,
    _ context: UnsafeMutableRawPointer?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> cti_status {
    unsafe attempt(error) {
        let report = try unsafe Handle.object(report, as: Report.self, "report")
        let name = try unsafe Arguments.text(format, "format")
        // The others are for readers, and speak of a command line.
        guard let format = ReportFormat(rawValue: name), [.json, .jsonLines].contains(format) else {
            throw Failure.argument("the format '\(name)' is neither 'json' nor 'jsonl'")
        }
        guard let sink = unsafe TextSink(write, context) else { throw Failure.null("write") }
        try format.write(report.report, report.facts) { text throws(Failure) in
            if !sink.take(text) { throw Failure(CTI_ERROR_STOPPED, "the report was stopped where it is written to") }
        }
    }
}

/// Frees a report.
@c @implementation
public func cti_report_free(_ report: OpaquePointer?) {
    unsafe Handle.free(report)
}
