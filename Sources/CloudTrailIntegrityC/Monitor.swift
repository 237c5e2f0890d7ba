public import CCloudTrailIntegrity
internal import CloudTrailIntegrity

/// A monitor.
@c @implementation
public func cti_monitor_create() -> OpaquePointer? {
    unsafe Handle.make(ValidationMonitor())
}

/// Frees a monitor.
@c @implementation
public func cti_monitor_free(_ monitor: OpaquePointer?) {
    unsafe Handle.free(monitor)
}

/// Stops the validation that the monitor watches.
@c @implementation
public func cti_monitor_cancel(_ monitor: OpaquePointer?) {
    (try? unsafe Handle.object(monitor, as: ValidationMonitor.self, "monitor"))?.cancel()
}

/// How far a validation is.
@c @implementation
public func cti_monitor_progress(
    _ monitor: OpaquePointer?,
    _ progress: UnsafeMutablePointer<cti_progress>?
) -> cti_status {
    attempt(nil) {
        let monitor = try unsafe Handle.object(monitor, as: ValidationMonitor.self, "monitor")
        guard let progress = unsafe progress else { throw Failure.null("progress") }
        guard unsafe progress.pointee.struct_size == MemoryLayout<cti_progress>.size else {
            throw Failure.argument("struct_size is not the size of a cti_progress that this library knows")
        }
        let now = monitor.progress
        unsafe progress.pointee.phase = now.phase.number
        unsafe progress.pointee.digests_total = UInt64(clamping: now.digestsTotal)
        unsafe progress.pointee.digests_read = UInt64(clamping: now.digestsRead)
        unsafe progress.pointee.logs_total = UInt64(clamping: now.logsTotal)
        unsafe progress.pointee.logs_settled = UInt64(clamping: now.logsSettled)
        unsafe progress.pointee.bytes_read = now.bytesRead
        unsafe progress.pointee.elapsed_nanoseconds = now.elapsed.nanoseconds
        unsafe progress.pointee.idle_nanoseconds = now.sinceLastFile.nanoseconds
        unsafe progress.pointee.findings = UInt64(clamping: now.findingCount)
    }
}

extension ValidationMonitor.Phase {
    /// As `cti_phase` has it.
    fileprivate var number: CInt {
        let phase =
            switch self {
            case .waiting: CTI_PHASE_WAITING
            case .listing: CTI_PHASE_LISTING
            case .digestFiles: CTI_PHASE_DIGEST_FILES
            case .logFiles: CTI_PHASE_LOG_FILES
            case .conclusions: CTI_PHASE_CONCLUSIONS
            }
        return CInt(phase.rawValue)
    }
}

extension Duration {
    fileprivate var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(clamping: seconds) &* 1_000_000_000 &+ UInt64(clamping: attoseconds / 1_000_000_000)
    }
}
