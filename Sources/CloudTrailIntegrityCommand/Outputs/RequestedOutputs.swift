internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import NativeInterop

/// What `--report`, `--manifest` and `--metrics` ask for: files beside the report on standard output, or something else in
/// its place.
struct RequestedOutputs {
    private enum Content {
        case report(ReportFormat)
        case metrics(previous: [UInt8])
        case manifest(ManifestFormat)
        case diagnosis
    }

    private struct Output {
        let content: Content
        /// `nil` for standard output.
        let file: OutputFile?

        /// Whether it says how the run ended, and so is written when all else is.
        var isWrittenLast: Bool {
            if case .metrics = content { true } else { false }
        }
    }

    static let reportOption = OptionSpec(
        "report",
        value: "format=file",
        values: ReportFormat.allCases.map(\.rawValue),
        isRepeatable: true,
        help: "Write a report to a file as well, or to standard output in the place of the other where the file "
            + "is -. Repeatable."
    )

    static let metricsOption = OptionSpec(
        "metrics",
        value: "file",
        help: "Write metrics for Prometheus, such as the node exporter collects from files, when all else is written."
    )

    static let manifestOption = OptionSpec(
        "manifest",
        value: "[format=]file",
        values: ManifestFormat.allCases.map(\.rawValue),
        default: ManifestFormat.jsonLines.rawValue,
        isRepeatable: true,
        help: "Write the list of proven files, with their sizes and hashes, to a file or -. Repeatable."
    )

    static let diagnoseOption = OptionSpec(
        "diagnose",
        value: "file",
        help: "Write how the digest files are built, and nothing of whose they are, to a file or -: to be handed on "
            + "to whoever works on this tool."
    )

    /// What a diagnosis of the archives came to.
    typealias Diagnosis = Result<ArchiveDiagnosis, CommandError>

    private var outputs: [Output] = []
    private let listsFilesInReports: Bool

    /// What the command line asks for; nothing is made yet.
    init(_ arguments: ParsedArguments) throws(CommandError) {
        listsFilesInReports = arguments.has("verbose")
        for value in arguments.paths(Self.reportOption.name) {
            let (format, path): (ReportFormat, ByteString) = try Self.report(value)
            try add(path, purpose: "report") { _ in .report(format) }
        }
        if let path = arguments.path(Self.metricsOption.name) {
            try add(path, purpose: "file of metrics") {
                .metrics(previous: $0?.head(bytes: MetricsReport.headBytes) ?? [])
            }
        }
        for value in arguments.paths(Self.manifestOption.name) {
            let parts = value.split(at: UInt8(ascii: "="))
            let format: ManifestFormat =
                try parts.map { parts throws(CommandError) in
                    try Self.format(parts.head, "manifest")
                } ?? .jsonLines
            try add(parts?.tail ?? value, purpose: "manifest") { _ in .manifest(format) }
        }
        if let path = arguments.path(Self.diagnoseOption.name) {
            try add(path, purpose: "diagnosis") { _ in .diagnosis }
        }
        if takesStandardOutput, arguments.last("format") != nil { throw Self.formatBesidesReport }
    }

    /// The format and the path of a value of `--report`.
    static func report<Format: RawRepresentable<String> & CaseIterable>(
        _ value: ByteString
    ) throws(CommandError) -> (Format, ByteString) {
        guard let parts = value.split(at: UInt8(ascii: "=")), !parts.tail.isEmpty else {
            throw CommandError(
                .usage,
                "The value '\(value)' is invalid for '--report': a format, = and a file, such as json=report.json"
            )
        }
        return (try format(parts.head, "report"), parts.tail)
    }

    static let tooManyOnStandardOutput = CommandError(.usage, "Only one report can be written to standard output")

    static let formatBesidesReport = CommandError(
        .usage,
        "'--format' and a report to '-' both write to standard output: give one of them"
    )

    /// Refuses a file that is one of others.
    static func requireDifferent(_ file: OutputFile, _ others: [OutputFile]) throws(CommandError) {
        guard let other = others.first(where: { $0.isSameFile(as: file) }) else { return }
        throw CommandError(.usage, "'\(other.path)' and '\(file.path)' are the same file: give each report its own")
    }

    private mutating func add(
        _ path: ByteString,
        purpose: String,
        _ content: (OutputFile?) -> Content
    ) throws(CommandError) {
        if OutputFile.isStandardOutput(path) {
            guard !takesStandardOutput else { throw Self.tooManyOnStandardOutput }
            outputs.append(Output(content: content(nil), file: nil))
            return
        }
        let file = try OutputFile(path, purpose: purpose, besides: files)
        try Self.requireDifferent(file, files)
        outputs.append(Output(content: content(file), file: file))
    }

    private static func format<Format: RawRepresentable<String> & CaseIterable>(
        _ written: ByteString,
        _ option: String
    ) throws(CommandError) -> Format {
        let name = written.description
        guard let format = Format(rawValue: name) else {
            throw CommandError(
                .usage,
                "The format '\(name)' is unknown to '--\(option)' (formats: \(names(Format.self)))"
            )
        }
        return format
    }

    private static func names<Format: RawRepresentable<String> & CaseIterable>(_ type: Format.Type) -> String {
        type.allCases.map(\.rawValue).joined(separator: ", ")
    }

    /// Whether nothing is asked for.
    var isEmpty: Bool { outputs.isEmpty }

    /// Whether one of them is written to standard output, so that nothing else may be.
    var takesStandardOutput: Bool { outputs.contains { $0.file == nil } }

    /// Whether a list of proven files is asked for, beside that of `--verbose`.
    var includesManifest: Bool {
        outputs.contains { output in
            guard case .manifest = output.content else { return false }
            return true
        }
    }

    /// Whether a diagnosis of the archives is asked for.
    var includesDiagnosis: Bool {
        outputs.contains { output in
            guard case .diagnosis = output.content else { return false }
            return true
        }
    }

    /// Whether what is written to standard output ends with a summary, also that of a run without a verdict.
    var endsWithSummary: Bool {
        outputs.contains { output in
            guard output.file == nil, case .report(.jsonLines) = output.content else { return false }
            return true
        }
    }

    /// The files, without standard output.
    var files: [OutputFile] { outputs.compactMap(\.file) }

    /// Refuses what would be written over something that is read (I35).
    ///
    /// - Parameter inputs: What is read or held, and its path.
    func check(inputs: [(path: ByteString, location: FileLocation)]) throws(CommandError) {
        try Self.check(files, inputs: inputs)
    }

    /// Refuses files that would be written over something that is read (I35).
    ///
    /// - Parameter inputs: What is read or held, and its path.
    static func check(
        _ files: [OutputFile],
        inputs: [(path: ByteString, location: FileLocation)]
    ) throws(CommandError) {
        for file in files {
            guard let input = inputs.first(where: { file.leads(to: $0.location) }) else { continue }
            throw CommandError(.usage, "'\(file.path)' is an input, '\(input.path)': give the report a file of its own")
        }
    }

    /// Refuses a manifest that nothing could check: `sha256sum` opens files in folders alone.
    ///
    /// - Parameter archives: What they list the files of, with the paths that were given.
    func check(archives: some Sequence<(path: ByteString, source: any ArchiveSource)>) throws(CommandError) {
        let isAsked = outputs.contains { output in
            guard case .manifest(.sha256sum) = output.content else { return false }
            return true
        }
        guard isAsked, let closed = archives.first(where: { !($0.source is LocalArchive) }) else { return }
        throw CommandError(
            .usage,
            "'sha256sum' cannot open the files in '\(closed.path)', which is not a folder: take '--manifest jsonl=FILE'"
        )
    }

    /// Refuses a diagnosis of what can be read only once.
    ///
    /// - Parameter archives: The paths of the archives.
    func checkDiagnosis(of archives: [ByteString]) throws(CommandError) {
        guard includesDiagnosis else { return }
        let spent = archives.first { path in
            path == InputFile.standardInput || (try? FileStatus(at: path))?.kind == .other
        }
        guard let spent else { return }
        throw CommandError(
            .usage,
            "'--diagnose' reads the archive a second time, and '\(spent)' can be read only once: save it as a file"
        )
    }

    /// Finds out whether the files can be made, so that a long run is not in vain.
    ///
    /// - Parameter roots: What they must not lie in.
    func checkAreWritable(outside roots: Set<Inode>) throws(CommandError) {
        for file in files { try file.checkIsWritable(outside: roots) }
    }

    /// Writes the files, without metrics; one that fails does not keep the others from being written (I30).
    ///
    /// - Parameters:
    ///   - diagnosis: What is written where a diagnosis is asked for.
    ///   - roots: What they must not lie in.
    /// - Returns: What failed; `nil` when a signal came before they were all in place, and none of them is.
    func writeFiles(
        _ report: ValidationReport,
        _ facts: RunFacts,
        _ diagnosis: Diagnosis?,
        outside roots: Set<Inode>,
        _ interruption: Interruption
    ) -> [CommandError]? {
        let contents = fileContents(report, facts, diagnosis) { !$0.isWrittenLast }
        return OutputFiles.write(contents, outside: roots, interruption)
    }

    /// The files, and what is written into each.
    private func fileContents(
        _ report: ValidationReport,
        _ facts: RunFacts,
        _ diagnosis: Diagnosis? = nil,
        where isWanted: (Output) -> Bool
    ) -> [(file: OutputFile, content: OutputFiles.Content)] {
        outputs.filter(isWanted).compactMap { output in
            guard let file = output.file else { return nil }
            return (
                file,
                { write throws(CommandError) in try self.write(output.content, report, facts, diagnosis, to: write) }
            )
        }
    }

    /// Writes what standard output gets, without metrics.
    func print(
        _ report: ValidationReport,
        _ facts: RunFacts,
        _ diagnosis: Diagnosis?,
        _ console: Console
    ) throws(CommandError) {
        for output in outputs where output.file == nil && !output.isWrittenLast {
            try write(output.content, report, facts, diagnosis, to: console.write)
        }
    }

    /// Writes the metrics, which tell what became of all else (I39). After a signal that came before, they stay what they
    /// were.
    ///
    /// - Parameters:
    ///   - facts: With the status that the command ends with, unless the metrics cannot be written.
    ///   - roots: What the file must not lie in.
    /// - Returns: What failed.
    func writeMetrics(
        _ report: ValidationReport,
        _ facts: RunFacts,
        outside roots: Set<Inode>,
        _ console: Console,
        _ interruption: Interruption
    ) throws(CommandError) -> [CommandError] {
        for output in outputs where output.isWrittenLast && output.file == nil {
            try write(output.content, report, facts, to: console.write)
            try console.flush()
        }
        return OutputFiles.write(fileContents(report, facts, where: \.isWrittenLast), outside: roots, interruption)
            ?? []
    }

    private func write(
        _ content: Content,
        _ report: ValidationReport,
        _ facts: RunFacts,
        _ diagnosis: Diagnosis? = nil,
        to output: ([UInt8]) throws(CommandError) -> Void
    ) throws(CommandError) {
        switch content {
        case .report(let format):
            try format.write(listsFilesInReports ? report : report.withoutProvenFiles, facts) {
                text throws(CommandError) in try output(Array(text.utf8))
            }
        case .manifest(let format): try format.write(report, facts, to: output)
        case .diagnosis:
            guard let diagnosis = try diagnosis?.get() else { return }
            try DiagnosisReport(diagnosis, toolVersion: facts.version).write { text throws(CommandError) in
                try output(Array(text.utf8))
            }
        case .metrics(let previous):
            try MetricsReport(report, facts, previous: previous).write { text throws(CommandError) in
                try output(Array(text.utf8))
            }
        }
    }
}
