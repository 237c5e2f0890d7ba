internal import CloudTrailIntegrityReports
internal import NativeInterop

/// What `check` is asked to write: reports in files or on standard output, and a folder with the proof of a file.
struct CheckOutputs {
    static let options = [
        OptionSpec(
            RequestedOutputs.reportOption.name,
            value: "format=file",
            values: CheckReport.Format.allCases.map(\.rawValue),
            isRepeatable: true,
            help: RequestedOutputs.reportOption.overview
        ),
        OptionSpec(
            "proof",
            value: "folder",
            help: "A new folder for all that proves the file, if it is valid: the digest file, the string that was "
                + "signed, the signature, the key, a copy of a log file, and a short script that proves it with openssl "
                + "and sha256sum alone. For one file."
        ),
    ]

    /// The reports; one without a file is written to standard output.
    let reports: [(format: CheckReport.Format, file: OutputFile?)]
    /// The folder for the proof.
    let folder: OutputFolder?

    /// What the command line asks for; nothing is made yet.
    init(_ arguments: ParsedArguments) throws(CommandError) {
        var reports: [(format: CheckReport.Format, file: OutputFile?)] = []
        for value in arguments.paths(RequestedOutputs.reportOption.name) {
            let (format, path): (CheckReport.Format, ByteString) = try RequestedOutputs.report(value)
            let others = reports.compactMap(\.file)
            if OutputFile.isStandardOutput(path) {
                guard reports.count == others.count else { throw RequestedOutputs.tooManyOnStandardOutput }
                reports.append((format, nil))
                continue
            }
            let file = try OutputFile(path, purpose: "report", besides: others)
            try RequestedOutputs.requireDifferent(file, others)
            reports.append((format, file))
        }
        self.reports = reports
        folder = try arguments.path("proof").map { path throws(CommandError) in try OutputFolder(path) }
        if let folder, let other = files.first(where: { $0.location?.isSameFile(as: folder.location) == true }) {
            throw CommandError(.usage, "'\(other.path)' and '\(folder.path)' are the same: give each its own name")
        }
        if standardOutput != nil, arguments.last("format") != nil { throw RequestedOutputs.formatBesidesReport }
    }

    /// Whether nothing is asked for.
    var isEmpty: Bool { reports.isEmpty && folder == nil }

    /// The files, without standard output.
    var files: [OutputFile] { reports.compactMap(\.file) }

    /// The format of the report on standard output, where one takes the place of the other.
    var standardOutput: CheckReport.Format? { reports.first { $0.file == nil }?.format }

    /// Refuses what would be written over something that is read (I35).
    ///
    /// - Parameter inputs: What is read, and its path.
    func check(inputs: [(path: ByteString, location: FileLocation)]) throws(CommandError) {
        try RequestedOutputs.check(files, inputs: inputs)
    }

    /// Writes the report files, and with them completes the folder.
    ///
    /// - Parameters:
    ///   - roots: What nothing must lie in.
    ///   - folder: The folder of the proof, once all of it is written.
    /// - Returns: What failed; `nil` when a signal came before, and nothing is in its place.
    func write(
        _ report: CheckReport,
        completing folder: OutputFolder?,
        outside roots: Set<Inode>,
        _ interruption: Interruption
    ) -> [CommandError]? {
        let contents = reports.compactMap { output -> (file: OutputFile, content: OutputFiles.Content)? in
            guard let file = output.file else { return nil }
            return (
                file,
                { write throws(CommandError) in
                    try report.write(output.format) { text throws(CommandError) in try write(Array(text.utf8)) }
                }
            )
        }
        guard
            var failures = OutputFiles.write(
                contents,
                outside: roots,
                interruption,
                completing: { folder?.complete() }
            )
        else { return nil }
        do throws(CommandError) { try folder?.settle() } catch { failures.append(error) }
        return failures
    }
}
