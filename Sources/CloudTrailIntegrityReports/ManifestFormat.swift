package import CloudTrailIntegrity

/// A format that the list of proven files can be written in. The raw values are what `--manifest` takes.
package enum ManifestFormat: String, CaseIterable, Sendable {
    case jsonLines = "jsonl"
    /// What `sha256sum --check` takes.
    case sha256sum
    /// Digital Forensics XML.
    case dfxml

    /// Hands out the manifest piece by piece, line ends included. Names of files are bytes, and some formats keep them.
    ///
    /// - Parameter report: A report on a run that hashed proven files as they are stored.
    package func write<Failure: Error>(
        _ report: ValidationReport,
        _ facts: RunFacts,
        to output: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        let manifest = EvidenceManifest(report, facts)
        switch self {
        case .jsonLines: try manifest.writeJSONLines { text throws(Failure) in try output(Array(text.utf8)) }
        case .sha256sum: try manifest.writeChecksums(to: output)
        case .dfxml: try manifest.writeDFXML { text throws(Failure) in try output(Array(text.utf8)) }
        }
    }
}
