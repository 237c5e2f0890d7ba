internal import NativeInterop

/// Tells the caller of findings while the validation goes on: each once, and one at a time.
final class FindingListener: Sendable {
    private let monitor: ValidationMonitor
    private let isHeard: Bool
    /// Locked while it is called.
    private let onFinding: LockedState<@Sendable (Finding) -> Void>

    init(_ monitor: ValidationMonitor, _ onFinding: (@Sendable (Finding) -> Void)?) {
        self.monitor = monitor
        isHeard = onFinding != nil
        self.onFinding = LockedState(onFinding ?? { _ in })
    }

    /// Tells of them, and counts them.
    func emit(_ findings: some Sequence<Finding>) {
        monitor.found(findings.reduce(0) { $1.severity > .notice ? $0 + $1.standsFor : $0 })
        tell(findings)
    }

    /// Tells of what is counted already.
    func tell(_ findings: some Sequence<Finding>) {
        guard isHeard else { return }
        onFinding.withLock { onFinding in
            // After cancellation the caller gets no more findings.
            for finding in findings where !monitor.isCancelled { onFinding(finding) }
        }
    }
}
