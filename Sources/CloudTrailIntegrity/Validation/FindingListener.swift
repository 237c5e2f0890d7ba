internal import NativeInterop

/// Tells the caller of findings while the validation goes on: each once, and one at a time.
final class FindingListener: Sendable {
    private let monitor: ValidationMonitor
    private let onFinding: (@Sendable (Finding) -> Void)?
    private let turn = LockedState(())

    init(_ monitor: ValidationMonitor, _ onFinding: (@Sendable (Finding) -> Void)?) {
        self.monitor = monitor
        self.onFinding = onFinding
    }

    func hear(_ findings: some Sequence<Finding>) {
        monitor.note(findings)
        guard let onFinding else { return }
        turn.withLock { _ in
            // Who has stopped the validation expects no more of it.
            for finding in findings where !monitor.isCancelled { onFinding(finding) }
        }
    }

    /// Tells of what was added since the last time.
    func hear(_ builder: inout ReportBuilder) {
        hear(builder.findings[builder.toldCount...])
        builder.toldCount = builder.findings.count
    }
}
