internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import NativeInterop

/// What the command calls itself.
package enum Tool {
    static let name = RunFacts.tool
    /// As `--version` prints it.
    package static let version = Validator.version

    /// The machine, the user, and what the tool was built of and runs with. Its own file is read for that.
    static let provenance: Provenance = {
        var provenance = Provenance()
        provenance.host = Host.current()
        provenance.program = Build.programHash.map { Hex.encode(SHA256Digest($0).bytes) }
        provenance.commit = Build.commit
        provenance.traits = Build.traits
        provenance.libraries = Build.libraries
        return provenance
    }()

    /// What `--version --verbose` prints below the version.
    static var details: [String] {
        let facts = provenance
        let lines =
            [
                ("commit", facts.commit ?? "unknown"),
                ("traits", facts.traits.isEmpty ? "none" : facts.traits.joined(separator: ", ")),
            ] + facts.libraries.map { ($0.name, $0.version) }
            + [
                ("program", facts.program.map { "SHA-256 \($0)" } ?? "unknown"), ("system", facts.system ?? "unknown"),
            ]
        return lines.map { pad($0, 12) + escaped($1) }
    }
}
