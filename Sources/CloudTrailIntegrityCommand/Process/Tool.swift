internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports

/// What the command calls itself.
package enum Tool {
    static let name = RunFacts.tool
    /// As `--version` prints it.
    package static let version = Validator.version
}
